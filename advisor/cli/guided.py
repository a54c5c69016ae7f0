"""`advisor` without a command: interview, recommendation, prototypes, report in one go."""

from __future__ import annotations

import shlex
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.interview import (
    DEFAULT_ANSWERS,
    Wishes,
    choose_questioner,
    hold_interview,
    require_terminal,
)

if TYPE_CHECKING:
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase

RUN = Path("run")


def guided() -> None:
    """Guide somebody from the first question to the measured verdict."""
    require_terminal(
        "`advisor` alone guides you by questions", "see `advisor --help`, or try `advisor demo`"
    )
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules()
    questioner = choose_questioner()
    is_resumed = DEFAULT_ANSWERS.exists()
    if is_resumed:
        typer.echo(f"Going on with {DEFAULT_ANSWERS}.")
    answers = hold_interview(DEFAULT_ANSWERS, questioner, wishes=Wishes(is_resumed))
    _advise(answers, rule_base)
    is_measured = False
    while not is_measured:
        given = questioner.ask_path(
            "Build and measure it now? Folder or file with your data (empty: not now):"
        )
        if not given:
            typer.echo(f"Later: {_command(Path('FOLDER'), RUN)}")
            return
        is_measured = _measure(answers, rule_base, data=Path(given).expanduser())


def _advise(answers: Answers, rule_base: RuleBase) -> None:
    from rich.console import Console

    from advisor.api import advise
    from advisor.report.builder import build_report
    from advisor.report.terminal import print_report

    recommendation = advise(answers, rule_base)
    print_report(build_report(rule_base, answers, recommendation), Console(highlight=False))


def _measure(answers: Answers, rule_base: RuleBase, *, data: Path) -> bool:
    """Measure and report; False if the data cannot be used, which is then said."""
    from advisor.cli.interruption import resumable
    from advisor.cli.measuring import conclude, exit_for, measure
    from advisor.evidence.limits import task_from
    from advisor.evidence.trials import TrialOptions
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest
    from prototypes.errors import DataError, TooFewSamplesError

    run = _free_folder()
    try:
        with resumable(f"{_command(data, run)} --resume"):
            dataset = read_dataset(DataRequest(folder=data, task=task_from(answers)))
            tested = measure(
                answers, dataset, rule_base, run=run, options=TrialOptions(), quiet=False
            )
            conclude(tested, answers, rule_base, run=run, quiet=False)
            exit_for(tested, is_strict=False)
    except (DataError, TooFewSamplesError) as error:
        typer.echo(str(error), err=True)
        return False
    return True


def _free_folder() -> Path:
    """Find a name for a new run folder: `run`, `run-2`, `run-3` and so on."""
    names = (f"{RUN}-{number}" if number > 1 else str(RUN) for number in count(1))
    return next(path for path in map(Path, names) if not path.exists())


def _command(data: Path, run: Path) -> str:
    return f"advisor prototype {DEFAULT_ANSWERS} --data {shlex.quote(str(data))} -o {run}"
