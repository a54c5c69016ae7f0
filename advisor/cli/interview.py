"""`advisor interview`: the questionnaire alone."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import RULES

if TYPE_CHECKING:
    from advisor.interview.plain import PlainQuestioner
    from advisor.interview.prompts import TerminalQuestioner
    from advisor.schema.answers import Answers

DEFAULT_ANSWERS = Path("answers.yaml")
_CANNOT_MOVE_THE_CURSOR = ("", "dumb", "unknown")
"""Values of TERM."""


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
    plain: bool = typer.Option(
        False, "--plain", help="Line by line, for screen readers; the default where TERM=dumb."
    ),
    rules: Path | None = RULES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing after the interview."),
) -> None:
    """Answer questions about the project; the answers go into a file."""
    require_terminal(
        "the interview asks questions",
        "write the answers into a file by hand and use `advisor recommend FILE`",
    )
    path = resume or output
    answers = hold_interview(
        path,
        choose_questioner(plain=plain),
        is_resumed=resume is not None,
        ask_all=ask_all,
        rules=rules,
    )
    if not quiet:
        n_known = sum(answers.is_known(criterion) for criterion in answers.answers)
        typer.echo(f"{n_known} answers saved in {path}.", err=True)
        option = f" --rules {shlex.quote(str(rules))}" if rules else ""
        typer.echo(f"Next: advisor recommend {shlex.quote(str(path))}{option}", err=True)


def hold_interview(
    path: Path,
    questioner: PlainQuestioner | TerminalQuestioner,
    *,
    is_resumed: bool,
    ask_all: bool = False,
    rules: Path | None = None,
) -> Answers:
    """Ask, and save to `path` after each answer."""
    from advisor.inference.compiled import compile_rules
    from advisor.interview.flow import Interview
    from advisor.interview.planning import plan_by_information
    from advisor.interview.session import open_session, run_interview
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    start = open_session(path, rule_base, resume=is_resumed)
    return run_interview(
        rule_base,
        questioner,
        path=path,
        planner=plan_by_information(compile_rules(rule_base)),
        start=Interview.resume(start, ask_all=ask_all),
    )


def choose_questioner(*, plain: bool = False) -> PlainQuestioner | TerminalQuestioner:
    """Ask with arrow keys where the terminal can move its cursor, else line by line."""
    if plain or (os.name != "nt" and os.environ.get("TERM", "") in _CANNOT_MOVE_THE_CURSOR):
        from advisor.interview.plain import PlainQuestioner

        return PlainQuestioner(typer.echo, input)
    from rich.console import Console

    from advisor.interview.prompts import TerminalQuestioner

    return TerminalQuestioner(Console(highlight=False))


def require_terminal(what: str, instead: str) -> None:
    """Refuse to ask where nobody can answer.

    Raises:
        NoTerminalError: If standard input or output is not a terminal.
    """
    from advisor.errors import NoTerminalError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminalError(f"{what}, but there is no terminal here; {instead}.")
