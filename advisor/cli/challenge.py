"""`advisor challenge`: the case against a decision already taken."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import RULES

if TYPE_CHECKING:
    from advisor.schema.answers import Answers
    from advisor.schema.challenge import Challenge
    from advisor.schema.rule import RuleBase
    from advisor.vocabulary import Approach
    from prototypes.results import TrialResult


_RUN = Path("challenge")
"""Where an experiment goes that was given no folder."""


class ChallengeFormat(StrEnum):
    """How the case is shown."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


def challenge(
    answers: Path = typer.Argument(metavar="ANSWERS", help="The answers file; - reads stdin."),
    chosen: str = typer.Option(
        ..., "--chosen", "--decision", help="prompting, rag, fine_tune or hybrid."
    ),
    run: Path | None = typer.Option(None, "--run", help="A run folder: what was measured."),
    data: Path | None = typer.Option(None, "--data", help="Measure it and its rivals on these."),
    arms: str | None = typer.Option(None, "--arms", help="With --data: arms, by comma."),
    into: Path | None = typer.Option(
        None, "--into", help="With --data: the run folder; left out, challenge/."
    ),
    output_format: ChallengeFormat = typer.Option(
        ChallengeFormat.TERMINAL, "--format", help="How to show the case."
    ),
    output: Path | None = typer.Option(None, "--output", "-o", help="Write to this file."),
    rules: Path | None = RULES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing on standard error."),
) -> None:
    """Argue against a decision: by the rules and, with data, by experiment."""
    from advisor.api import advise
    from advisor.evidence import challenge as evidence
    from advisor.knowledge.answers_file import load_answers
    from advisor.knowledge.loader import load_rules

    approach = _approach(chosen)
    _require_one(run, data, experiment=(arms, into))
    rule_base = load_rules(rules)
    said = load_answers(answers, rule_base)
    trial = _recorded(run, rules) if run else None
    if data is not None:
        options = (_names(arms), into or _RUN, quiet)
        trial = _measured(said, rule_base, data=data, approach=approach, options=options)
    found = evidence.challenge(advise(said, rule_base), approach, trial=trial)
    _show(_render(found, output_format, rule_base=rule_base, answers=said), output, quiet=quiet)


def _approach(name: str) -> Approach:
    from advisor.errors import AdvisorError, did_you_mean
    from advisor.vocabulary import Approach

    known = [approach.value for approach in Approach]
    if name not in known:
        raise AdvisorError(
            f"--chosen: there is no approach {name!r}.{did_you_mean(name, known)} "
            f"Expected one of: {', '.join(known)}."
        )
    return Approach(name)


def _require_one(
    run: Path | None, data: Path | None, *, experiment: tuple[str | None, Path | None]
) -> None:
    from advisor.errors import AdvisorError

    if run and data:
        raise AdvisorError(
            "--run shows what was measured and --data measures anew; give one of the two."
        )
    if data is None and any(experiment):
        raise AdvisorError(
            "--arms and --into say how to measure; name what to measure on with --data."
        )


def _names(arms: str | None) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in (arms or "").split(",") if name.strip())
    return names or None


def _recorded(run: Path, rules: Path | None) -> TrialResult:
    from advisor.errors import RunFolderError
    from advisor.evidence.run_files import load_run

    trial = load_run(run, rules=rules).trial
    if trial is None:
        raise RunFolderError(
            f"{run}: nothing was measured here; `advisor prototype … --resume` measures, or leave "
            "--run out."
        )
    return trial


def _measured(
    said: Answers,
    rule_base: RuleBase,
    *,
    data: Path,
    approach: Approach,
    options: tuple[tuple[str, ...] | None, Path, bool],
) -> TrialResult:
    """Put the claim that the decision is right to the test, as `advisor prototype` does."""
    from advisor.cli.interruption import resumable, this_command
    from advisor.cli.measuring import exit_for, measure
    from advisor.evidence.limits import task_from
    from advisor.evidence.trials import TrialOptions
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest

    arms, run, quiet = options
    dataset = read_dataset(DataRequest(folder=data, task=task_from(said)))
    wanted = TrialOptions(arms=arms, chosen=approach.value, resume=True)
    with resumable(this_command()):
        tested = measure(said, dataset, rule_base, run=run, options=wanted, quiet=quiet)
        exit_for(tested, is_strict=False)
    return tested.trial


def _render(
    found: Challenge, wanted: ChallengeFormat, *, rule_base: RuleBase, answers: Answers
) -> str:
    from advisor.report.challenge import (
        render_challenge_markdown,
        render_challenge_text,
        state_challenge,
    )

    if wanted is ChallengeFormat.JSON:
        worded = found.model_copy(update={"sentence": state_challenge(found)})
        return worded.model_dump_json(indent=2)
    is_text = wanted is ChallengeFormat.TERMINAL
    render = render_challenge_text if is_text else render_challenge_markdown
    return render(found, rule_base, answers)


def _show(text: str, output: Path | None, *, quiet: bool) -> None:
    from advisor.files import write_text

    if output is None:
        typer.echo(text)
        return
    write_text(output, text + "\n")
    if not quiet:
        typer.echo(f"Written to {output}.", err=True)
