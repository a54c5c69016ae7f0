"""`advisor` without a command: interview, recommendation, prototypes, report in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.interview import DEFAULT_ANSWERS, hold_interview, require_terminal

if TYPE_CHECKING:
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase


def guided() -> None:
    """Guide somebody from the first question to the measured verdict."""
    require_terminal(
        "`advisor` alone guides you by questions", "see `advisor --help`, or try `advisor demo`"
    )
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules()
    answers = hold_interview(DEFAULT_ANSWERS, is_resumed=DEFAULT_ANSWERS.exists(), ask_all=False)
    _advise(answers, rule_base)
    data = _ask_for_data()
    if data is None:
        typer.echo("Later: advisor prototype answers.yaml --data FOLDER -o run")
        return
    _measure(answers, rule_base, data=data)


def _advise(answers: Answers, rule_base: RuleBase) -> None:
    from rich.console import Console

    from advisor.api import advise
    from advisor.report.builder import build_report
    from advisor.report.terminal import print_report

    recommendation = advise(answers, rule_base)
    print_report(build_report(rule_base, answers, recommendation), Console(highlight=False))


def _ask_for_data() -> Path | None:
    from rich.console import Console

    from advisor.interview.prompts import TerminalQuestioner

    questioner = TerminalQuestioner(Console(stderr=True))
    given = questioner.ask_path(
        "Build and measure it now? Folder or file with your data (empty: not now):"
    )
    return Path(given) if given else None


def _measure(answers: Answers, rule_base: RuleBase, *, data: Path) -> None:
    from advisor.cli.measuring import conclude, exit_for, measure
    from advisor.evidence.limits import task_from
    from advisor.evidence.trials import TrialOptions
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest

    run = Path("run")
    dataset = read_dataset(DataRequest(folder=data, task=task_from(answers)))
    options = TrialOptions(resume=run.exists())
    tested = measure(answers, dataset, rule_base, run=run, options=options, quiet=False)
    conclude(tested, answers, rule_base, run=run, quiet=False)
    again = f"advisor prototype {DEFAULT_ANSWERS} --data {data} -o {run} --resume"
    exit_for(tested, resume_with=again, is_strict=False)
