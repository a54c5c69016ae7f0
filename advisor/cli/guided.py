"""`advisor` without a command: interview, recommendation, prototypes, report in one go."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.interview import (
    DEFAULT_ANSWERS,
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
    answers = hold_interview(DEFAULT_ANSWERS, questioner, is_resumed=is_resumed)
    _advise(answers, rule_base)
    given = questioner.ask_path(
        "Build and measure it now? Folder or file with your data (empty: not now):"
    )
    if given:
        _measure(answers, rule_base, data=Path(given).expanduser())
    else:
        typer.echo(f"Later: {_command(Path('FOLDER'))}")


def _advise(answers: Answers, rule_base: RuleBase) -> None:
    from rich.console import Console

    from advisor.api import advise
    from advisor.report.builder import build_report
    from advisor.report.terminal import print_report

    recommendation = advise(answers, rule_base)
    print_report(build_report(rule_base, answers, recommendation), Console(highlight=False))


def _measure(answers: Answers, rule_base: RuleBase, *, data: Path) -> None:
    from advisor.cli.measuring import conclude, exit_for, measure
    from advisor.evidence.limits import task_from
    from advisor.evidence.trials import TrialOptions
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest

    dataset = read_dataset(DataRequest(folder=data, task=task_from(answers)))
    options = TrialOptions(resume=RUN.exists())
    tested = measure(answers, dataset, rule_base, run=RUN, options=options, quiet=False)
    conclude(tested, answers, rule_base, run=RUN, quiet=False)
    exit_for(tested, resume_with=f"{_command(data)} --resume", is_strict=False)


def _command(data: Path) -> str:
    return f"advisor prototype {DEFAULT_ANSWERS} --data {shlex.quote(str(data))} -o {RUN}"
