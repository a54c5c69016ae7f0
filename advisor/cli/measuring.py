"""What every command that measures has in common: run, write the report, tell the outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.vocabulary import ExitCode

if TYPE_CHECKING:
    from advisor.evidence.trials import TestedAdvice, TrialOptions
    from advisor.schema.answers import Answers
    from advisor.schema.report import Report
    from advisor.schema.rule import RuleBase
    from prototypes.contracts import Dataset

_REFUSED_SHOWN = 5


def measure(
    answers: Answers,
    dataset: Dataset,
    rule_base: RuleBase,
    *,
    run: Path,
    options: TrialOptions,
    quiet: bool,
) -> TestedAdvice:
    """Put the recommendation to the test with a progress bar on stderr."""
    from rich.console import Console

    from advisor.cli.interruption import remembered_ctrl_c
    from advisor.cli.trial_view import trial_progress
    from advisor.evidence.trials import put_to_the_test
    from prototypes.events import Event, TrialFinished

    console = Console(stderr=True, highlight=False)
    tell_of_data(dataset)
    with remembered_ctrl_c() as raise_again, trial_progress(console, quiet=quiet) as show:

        def on_event(event: Event) -> None:
            show(event)
            if not isinstance(event, TrialFinished):
                raise_again()

        return put_to_the_test(
            answers, dataset, rule_base, run=run, options=options, on_event=on_event
        )


def conclude(
    tested: TestedAdvice, answers: Answers, rule_base: RuleBase, *, run: Path, quiet: bool
) -> Report:
    """Write `report.html` and print the report, or only its headline if `quiet`."""
    from rich.console import Console

    from advisor.evidence.run_files import REPORT_FILE
    from advisor.evidence.sample_files import load_samples
    from advisor.files import write_text
    from advisor.report.builder import build_report
    from advisor.report.documents import render_html
    from advisor.report.terminal import print_report

    report = build_report(
        rule_base,
        answers,
        tested.recommendation,
        trial=tested.trial,
        prices=tested.prices,
        samples=load_samples(run, tested.trial),
    )
    write_text(run / REPORT_FILE, render_html(report))
    if quiet:
        typer.echo(report.headline)
    else:
        print_report(report, Console(highlight=False))
        typer.echo(f"Report: {run / REPORT_FILE}", err=True)
    return report


def exit_for(tested: TestedAdvice, *, is_strict: bool) -> None:
    """Leave with the exit code the outcome asks for; returns if that is 0.

    Raises:
        KeyboardInterrupt: If the trial was interrupted; by now what it has is on disk.
    """
    from prototypes.results import Outcome

    if tested.trial.interrupted:
        raise KeyboardInterrupt
    verdict = tested.trial.verdict
    if is_strict and verdict is not None and verdict.outcome == Outcome.CONTRADICTED:
        raise typer.Exit(ExitCode.CONTRADICTED)


def tell_of_data(dataset: Dataset) -> None:
    """Say before anything is measured what the figures will not show."""
    _tell_refused(dataset)
    _tell_unknown_labels(dataset)
    _tell_synthetic(dataset)


def _tell_unknown_labels(dataset: Dataset) -> None:
    """Say how many samples of a given test split no arm can get right by what it learns."""
    from prototypes.contracts import Task
    from prototypes.data.wording import name_list, plural

    if dataset.task is not Task.CLASSIFICATION or not dataset.samples:
        return
    learnt = {sample.targets[0] for sample in dataset.samples}
    strange = [s.targets[0] for s in dataset.given_test if s.targets[0] not in learnt]
    if strange:
        typer.echo(
            f"{plural(len(strange), 'test sample')} of {len(dataset.given_test)} cannot be got "
            f"right: no training sample has the label {name_list(sorted(set(strange)))}. Add "
            "some, or take these out of the test split.",
            err=True,
        )


def _tell_refused(dataset: Dataset) -> None:
    """Name the rows that could not be used; a long list is cut, with its length told."""
    for row in dataset.refused[:_REFUSED_SHOWN]:
        typer.echo(f"refused: {row.where}: {row.reason}", err=True)
    n_more = len(dataset.refused) - _REFUSED_SHOWN
    if n_more > 0:
        typer.echo(f"refused: {n_more} more; the report of the run lists them.", err=True)


def _tell_synthetic(dataset: Dataset) -> None:
    """Say before anything is measured that nobody asked these questions."""
    from prototypes.data.synthetic_questions import HEADING, SENTENCE, count_kinds

    kinds = count_kinds(dataset.samples)
    if not kinds:
        return
    typer.echo(
        f"{sum(kinds.values())} of {len(dataset.samples)} questions are synthetic, made of the "
        f"documents: {kinds[HEADING]} section headings and {kinds[SENTENCE]} sentences held out "
        "of their passages. Synthetic questions overstate quality, or misstate it otherwise, and "
        "no verdict rests on them. "
        "Write questions that people ask and name the file with --questions FILE.",
        err=True,
    )
