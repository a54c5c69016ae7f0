"""`advisor judge`: people label answers, so that the model that judges can be checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from advisor.cli.interview import require_terminal
from advisor.cli.options import RULES

if TYPE_CHECKING:
    from prototypes.experiments.judge_labels import Labelling
    from prototypes.results import ExperimentResult, SampleResult

_SAID: dict[str, Literal["right", "wrong", "skipped"]] = {
    "y": "right",
    "n": "wrong",
    "s": "skipped",
}
_PROMPT = "Is the answer right? y/n, s skips, q stops: "
_SHOWN_CHARACTERS = 2_000


def judge(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    labels: int = typer.Option(20, "--labels", "-n", min=1, help="How many answers to label."),
    rules: Path | None = RULES,
) -> None:
    """Say of answers whether they are right, without knowing whose they are."""
    from prototypes.experiments.judge_labels import open_labelling

    require_terminal(
        "labelling shows answers and asks about each", "run it where somebody can answer"
    )
    with open_labelling(run) as labelling:
        _ask(labelling, n_wanted=labels)
        typer.echo(f"{labelling.n_given} labels are in {run / 'judge' / 'labels.jsonl'}.", err=True)
        typer.echo(_conclude(labelling, run, rules=rules))


def _ask(labelling: Labelling, *, n_wanted: int) -> None:
    """Show one answer after the other until enough are labelled or somebody stops."""
    for answer in labelling.list_open():
        if labelling.n_given >= n_wanted:
            return
        typer.echo(f"\n{labelling.n_given + 1} of {n_wanted}\n{_show(answer)}")
        key = _read_key()
        if key not in _SAID:
            return
        labelling.keep(answer, _SAID[key])


def _show(answer: SampleResult) -> str:
    from advisor.report.wording import plain_text

    accepted = answer.targets or ["none: it is right to give no answer"]
    lines = [
        ("Asked", answer.input),
        *(("Accepted", text) for text in accepted),
        ("Answer", answer.output or ""),
    ]
    return "\n".join(
        f"  {name + ':':<10}{plain_text(text, limit=_SHOWN_CHARACTERS)}" for name, text in lines
    )


def _read_key() -> str:
    """Ask until there is one of the keys; Ctrl-C and Ctrl-D stop as q does."""
    while True:
        try:
            key = input(_PROMPT).strip().casefold()[:1]
        except (EOFError, KeyboardInterrupt):
            typer.echo(err=True)
            return "q"
        if key in (*_SAID, "q"):
            return key
        typer.echo("Expected y, n, s or q.", err=True)


def _conclude(labelling: Labelling, run: Path, *, rules: Path | None) -> str:
    """Say how far the judge agrees, or how to get one; the report has the rest."""
    from advisor.cli.report import renew_report
    from advisor.evidence.run_files import RECOMMENDATION_FILE

    result = labelling.conclude()
    if result is None:
        return (
            "No model has judged these answers yet; the command of the trial with --resume --judge "
            "MODEL lets one do so, and holds it against these labels."
        )
    if not (run / RECOMMENDATION_FILE).exists():  # a trial of the laboratory alone has no report
        return _word(result)
    return f"{_word(result)}\nThe report: {renew_report(run, rules=rules)}"


def _word(result: ExperimentResult) -> str:
    from advisor.report.judge_section import state_agreement

    return " ".join(state_agreement(result))
