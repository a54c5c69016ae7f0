"""`advisor interview`: the questionnaire alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.interview.flow import Planner
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase

DEFAULT_ANSWERS = Path("answers.yaml")


def interview(
    output: Path = typer.Option(
        DEFAULT_ANSWERS, "--output", "-o", help="Where the answers are saved, after each one."
    ),
    resume: Path | None = typer.Option(
        None, "--resume", help="Go on with the answers in this file, and save there."
    ),
    ask_all: bool = typer.Option(
        False, "--all", help="Ask every question, also those that cannot change the result."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing after the interview."),
) -> None:
    """Answer questions about the project; the answers go into a file."""
    path = resume or output
    answers = hold_interview(path, is_resumed=resume is not None, ask_all=ask_all)
    if not quiet:
        n_known = sum(answers.is_known(criterion) for criterion in answers.answers)
        typer.echo(f"{n_known} answers saved in {path}.", err=True)
        typer.echo(f"Next: advisor recommend {path}", err=True)


def hold_interview(path: Path, *, is_resumed: bool, ask_all: bool) -> Answers:
    """Ask in the terminal and save to `path`.

    Raises:
        NoTerminalError: If nobody can answer.
    """
    from advisor.interview.session import open_session, run_interview
    from advisor.knowledge.loader import load_rules

    require_terminal(
        "the interview asks questions",
        "write the answers into a file by hand and use `advisor recommend FILE`",
    )
    rule_base = load_rules()
    start = open_session(path, rule_base, resume=is_resumed)

    from rich.console import Console

    from advisor.interview.prompts import TerminalQuestioner

    return run_interview(
        rule_base,
        TerminalQuestioner(Console(stderr=True)),
        path=path,
        planner=_planner(rule_base, ask_all=ask_all),
        start=start,
    )


def require_terminal(what: str, instead: str) -> None:
    """Refuse to ask where nobody can answer.

    Raises:
        NoTerminalError: If standard input or output is not a terminal.
    """
    from advisor.errors import NoTerminalError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminalError(f"{what}, but there is no terminal here; {instead}.")


def _planner(rule_base: RuleBase, *, ask_all: bool) -> Planner:
    from advisor.interview.flow import in_file_order

    return in_file_order([criterion.id for criterion in rule_base.criteria])
