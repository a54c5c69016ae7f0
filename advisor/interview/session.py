"""Runs an interview: asks through a `Questioner`, saves after each answer, can be resumed."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from advisor.errors import AnswersError, InterviewInterrupted
from advisor.interview.flow import Interview, Planner
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.schema.answers import Answers, Project
from advisor.schema.rule import Criterion, RuleBase


class Move(StrEnum):
    """What somebody may do instead of answering."""

    BACK = "back"
    REVIEW = "review"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the interview a question stands, for the progress line."""

    n_answered: int
    n_open: int
    current: str | None = None
    """The level given before, when a question is asked again."""


class Questioner(Protocol):
    """Whoever can put a question to somebody: a terminal, or a script in a test."""

    def ask_project(self, known: Project) -> Project:
        """Ask for the name and description of the project."""

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question; returns a level, `unknown`, `not_applicable` or a move."""

    def review(self, rule_base: RuleBase, interview: Interview) -> str | Move:
        """Show all answers; returns the criterion to change, BACK, or FINISH."""


def open_session(path: Path, rule_base: RuleBase, *, resume: bool) -> Answers:
    """Read the answers to go on with, or start empty.

    Raises:
        AnswersError: If there is nothing to resume, or if starting anew would overwrite answers.
    """
    if resume:
        return load_answers(path, rule_base)
    if path.exists():
        raise AnswersError(
            f"{path}: already holds answers. Go on with them: "
            f"`advisor interview --resume {shlex.quote(str(path))}`, or choose another file "
            "with -o."
        )
    return Answers()


def run_interview(
    rule_base: RuleBase, questioner: Questioner, *, path: Path, planner: Planner, start: Answers
) -> Answers:
    """Ask until the planner has no question left and the review is accepted.

    The answers are saved to `path` after each one, so that nothing said is ever lost.

    Raises:
        InterviewInterrupted: On Ctrl-C; the message holds the command that resumes.
    """
    interview = Interview.resume(start)
    try:
        if not start.answers:
            project = questioner.ask_project(start.project)
            interview = Interview(start.model_copy(update={"project": project}))
            write_answers(interview.answers, path)
        interview = _ask_all(rule_base, questioner, interview, path=path, planner=planner)
    except (KeyboardInterrupt, EOFError) as error:
        raise _interrupted(path) from error
    return interview.answers


def _ask_all(
    rule_base: RuleBase,
    questioner: Questioner,
    interview: Interview,
    *,
    path: Path,
    planner: Planner,
) -> Interview:
    while True:
        criterion_id = interview.current(planner)
        move: str | Move = Move.REVIEW
        if criterion_id is not None:
            move = questioner.ask(
                rule_base.criterion(criterion_id), _place(interview, criterion_id, planner)
            )
        if move == Move.BACK:
            interview = interview.step_back()
        elif isinstance(move, Move) or criterion_id is None:
            interview, is_accepted = _review(rule_base, questioner, interview, path=path)
            if is_accepted:
                return interview
        else:
            interview = interview.with_answer(criterion_id, move)
            write_answers(interview.answers, path)


def _review(
    rule_base: RuleBase, questioner: Questioner, interview: Interview, *, path: Path
) -> tuple[Interview, bool]:
    """Let answers be changed until somebody finishes (True) or goes back to asking (False)."""
    while True:
        chosen = questioner.review(rule_base, interview)
        if chosen == Move.FINISH:
            return interview, True
        if isinstance(chosen, Move):
            return interview if chosen == Move.REVIEW else interview.step_back(), False
        place = Place(len(interview.asked), 0, current=interview.answers.level(chosen))
        reply = questioner.ask(rule_base.criterion(chosen), place)
        if not isinstance(reply, Move):
            position = interview.position
            interview = replace(interview.with_answer(chosen, reply), position=position)
            write_answers(interview.answers, path)


def _place(interview: Interview, criterion_id: str, planner: Planner) -> Place:
    return Place(
        n_answered=len(interview.asked),
        n_open=interview.n_open(planner),
        current=interview.answers.answers.get(criterion_id),
    )


def _interrupted(path: Path) -> InterviewInterrupted:
    return InterviewInterrupted(
        f"stopped; your answers are saved. Go on with: "
        f"advisor interview --resume {shlex.quote(str(path))}"
    )
