"""`advisor interview`: the questionnaire alone."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.interview.desk import Desk
    from advisor.interview.flow import Suggestion
    from advisor.interview.plain import PlainQuestioner
    from advisor.interview.prompts import TerminalQuestioner
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase

DEFAULT_ANSWERS = Path("answers.yaml")
_CANNOT_MOVE_THE_CURSOR = ("", "dumb", "unknown")
"""Values of TERM."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants the interview to be held.

    Attributes:
        is_resumed: Go on with the answers that are there.
        ask_all: Ask also what cannot change the result.
        rules: A folder with rules of one's own.
        person: Whose answers these are, where a team shares the file.
        description: What the project is, in free text that suggests answers.
    """

    is_resumed: bool = False
    ask_all: bool = False
    rules: Path | None = None
    person: str | None = None
    description: str = ""


def interview(
    output: Path = typer.Option(
        DEFAULT_ANSWERS, "--output", "-o", help="Where the answers are saved, after each one."
    ),
    resume: Path | None = typer.Option(
        None, "--resume", help="Go on with the answers in this file, and save there."
    ),
    describe: str = typer.Option(
        "", "--describe", metavar="TEXT", help="Let a description suggest answers to confirm."
    ),
    person: str | None = typer.Option(
        None, "--as", metavar="NAME", help="Answer as one of a team, into the file of all."
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
    if resume is not None and output not in (DEFAULT_ANSWERS, resume):
        raise typer.BadParameter(
            f"--output {output} and --resume {resume} name two files, but --resume saves where it "
            "reads; give one of the two."
        )
    path = resume or output
    wishes = Wishes(resume is not None, ask_all, rules, _named(person), describe.strip())
    answers = hold_interview(path, choose_questioner(plain=plain), wishes=wishes)
    if not quiet:
        _conclude(path, answers, wishes)


def _named(person: str | None) -> str | None:
    """Check the name of one of a team.

    Raises:
        AnswersError: If it is empty.
    """
    if person is None or person.strip():
        return None if person is None else " ".join(person.split())
    from advisor.errors import AnswersError

    raise AnswersError("--as: the name is empty; expected one such as --as Ada.")


def _conclude(path: Path, answers: Answers, wishes: Wishes) -> None:
    """Say what was saved, where a team disagrees, and what to do next."""
    n_known = sum(answers.is_known(criterion) for criterion in answers.answers)
    typer.echo(f"{n_known} answers saved in {path}.", err=True)
    if wishes.person is not None:
        from advisor.cli.team import show_team

        show_team(path, rules=wishes.rules)
    option = f" --rules {shlex.quote(str(wishes.rules))}" if wishes.rules else ""
    typer.echo(f"Next: advisor recommend {shlex.quote(str(path))}{option}", err=True)


def hold_interview(
    path: Path, questioner: PlainQuestioner | TerminalQuestioner, *, wishes: Wishes
) -> Answers:
    """Ask, and save to `path` after each answer."""
    from advisor.interview.desk import open_record
    from advisor.interview.flow import Interview
    from advisor.interview.session import run_interview
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(wishes.rules)
    record = open_record(path, rule_base, is_resumed=wishes.is_resumed, person=wishes.person)
    if wishes.description:
        record = record.described(wishes.description)
    return run_interview(
        _set_desk(rule_base, is_reading=bool(wishes.description or not record.start.answers)),
        questioner,
        record=record,
        start=Interview.resume(record.start, ask_all=wishes.ask_all),
    )


def _set_desk(rule_base: RuleBase, *, is_reading: bool) -> Desk:
    from advisor.inference.compiled import compile_rules
    from advisor.inference.curiosity import explain_question
    from advisor.interview.conflicts import load_conflicts
    from advisor.interview.desk import Desk
    from advisor.interview.planning import learn, plan_by_information
    from advisor.knowledge.case_library import load_case_library

    compiled = compile_rules(rule_base)
    projects = [case.answers for case in load_case_library()]
    return Desk(
        rule_base=rule_base,
        plan=plan_by_information(compiled, experience=learn(compiled, projects)),
        explain=lambda answers, criterion: explain_question(
            compiled, compiled.encode(answers.answers), criterion=criterion
        ),
        read=(lambda description: _read(description, rule_base)) if is_reading else None,
        conflicts=load_conflicts(),
    )


def _read(description: str, rule_base: RuleBase) -> Sequence[Suggestion]:
    """Let the embedded encoder read a description; without it nothing is suggested."""
    from advisor.interview.description import Reader
    from prototypes.models.encoder import find_embedded_folder, load_embedded

    folder = find_embedded_folder()
    if folder is None:
        return ()
    return Reader(rule_base, load_embedded(folder).encode).suggest(description)


def choose_questioner(*, plain: bool = False) -> PlainQuestioner | TerminalQuestioner:
    """Ask with arrow keys where the terminal can move its cursor, else line by line.

    Line by line also where the terminal does not take UTF-8; then in ASCII.
    """
    is_ascii = "utf" not in (sys.stdout.encoding or "").lower()
    is_dumb = os.name != "nt" and os.environ.get("TERM", "") in _CANNOT_MOVE_THE_CURSOR
    if plain or is_dumb or is_ascii:
        from advisor.interview.layout import to_ascii
        from advisor.interview.plain import PlainQuestioner

        spell = to_ascii if is_ascii else str
        return PlainQuestioner(
            lambda text: typer.echo(spell(text)), lambda text: input(spell(text))
        )
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
