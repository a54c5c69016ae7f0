"""`advisor recheck`: does a decision still stand today?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import PRICES, RULES

if TYPE_CHECKING:
    from advisor.evidence.run_files import StoredRun
    from advisor.schema.decision import Recheck


class RecheckFormat(StrEnum):
    """How the finding is shown."""

    TERMINAL = "terminal"
    JSON = "json"


def recheck(
    run: Path = typer.Argument(metavar="RUN", help="The run folder of the decision."),
    answers: Path | None = typer.Option(
        None, "--answers", help="The answers of today; left out, those of the run."
    ),
    data: Path | None = typer.Option(None, "--data", help="The data of today: folder or file."),
    test: Path | None = typer.Option(None, "--test", help="The test split, if one was given."),
    column: list[str] = typer.Option(
        [], "--column", metavar="NAME=COLUMN", help="Another name for a column: text=utterance."
    ),
    output_format: RecheckFormat = typer.Option(
        RecheckFormat.TERMINAL, "--format", help="How to show the finding."
    ),
    strict: bool = typer.Option(
        False,
        "--strict",
        help="Leave with 4 if it is no longer clear or the data changed, 6 if it was contradicted.",
    ),
    rules: Path | None = RULES,
    prices: Path | None = PRICES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the sentence only."),
) -> None:
    """Say whether a decision still stands; exit code 6 if another approach leads now."""
    from advisor.evidence.run_files import load_run
    from advisor.report.recheck import render_recheck, state_recheck

    stored = load_run(run, rules=rules)
    fingerprint = _fingerprint(stored, (data, test), column=column, run=run)
    found = _compare(stored, answers, fingerprint=fingerprint, prices=prices)
    found = found.model_copy(update={"sentence": state_recheck(found)})
    if output_format is RecheckFormat.JSON:
        typer.echo(found.model_dump_json(indent=2))
    elif quiet:
        typer.echo(found.sentence)
    else:
        typer.echo(render_recheck(found))
    _leave(found, is_strict=strict)


def _compare(
    stored: StoredRun, answers: Path | None, *, fingerprint: str | None, prices: Path | None
) -> Recheck:
    from advisor.api import advise
    from advisor.evidence import recheck as evidence
    from advisor.evidence.prices import load_prices
    from advisor.knowledge.answers_file import load_answers

    today = load_answers(answers, stored.rule_base) if answers else stored.answers
    return evidence.recheck(
        stored,
        evidence.Today(
            answers=today,
            recommendation=advise(today, stored.rule_base),
            fingerprint=fingerprint,
            prices=load_prices(prices),
        ),
    )


def _fingerprint(
    stored: StoredRun, files: tuple[Path | None, Path | None], *, column: list[str], run: Path
) -> str | None:
    """Read today's data as the trial read those of then; None if there are none to read."""
    from advisor.errors import AdvisorError, RunFolderError

    data, test = files
    if data is None:
        if test or column:
            raise AdvisorError("--test and --column say how to read the data; name them by --data.")
        return None
    if stored.trial is None:
        raise RunFolderError(
            f"{run}: nothing was measured here that --data could be compared with; "
            "`advisor prototype … --resume` measures, or leave --data out."
        )
    from advisor.cli.columns import read_columns
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest

    request = DataRequest(
        folder=data,
        test=test,
        columns=read_columns(column),
        task=stored.trial.task,
        seed=stored.trial.protocol.seed,
    )
    return read_dataset(request).fingerprint


def _leave(found: Recheck, *, is_strict: bool) -> None:
    """Leave with the exit code that says what became of the decision."""
    from advisor.vocabulary import ExitCode

    code = ExitCode.OK
    if found.outcome == "infeasible":
        code = ExitCode.NONE_FEASIBLE
    elif found.outcome == "changed" or (is_strict and found.verdict == "contradicted"):
        code = ExitCode.CONTRADICTED
    elif is_strict and (found.outcome == "weakened" or found.is_outdated):
        code = ExitCode.NO_CLEAR_WINNER
    if code is not ExitCode.OK:
        raise typer.Exit(code)
