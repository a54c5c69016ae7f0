"""Runs an interview: asks through a `Questioner`, saves after each answer, can be resumed."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from advisor.errors import AnswersError, InterviewInterrupted
from advisor.interview.flow import Interview
from advisor.interview.planning import Outlook, Planner, Standing
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.schema.answers import Answers, Project
from advisor.schema.rule import Criterion, RuleBase


class Move(StrEnum):
    """What somebody may do instead of answering."""

    BACK = "back"
    REVIEW = "review"
    GO_ON = "go_on"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the interview a question stands.

    Attributes:
        n_answered: Questions answered before this one.
        n_open: Questions that may still come, this one included.
        standings: The approaches from best to worst; empty while nothing is known.
        current: The level given before, when a question is asked again.
    """

    n_answered: int
    n_open: int
    standings: tuple[Standing, ...] = ()
    current: str | None = None


class Questioner(Protocol):
    """Whoever can put a question to somebody: a terminal, or a script in a test."""

    def ask_project(self, known: Project) -> Project:
        """Ask for the name and description of the project."""

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question; returns a level, `unknown`, `not_applicable`, BACK or REVIEW."""

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show all answers; returns the criterion to change, BACK, GO_ON or FINISH."""


def open_session(path: Path, rule_base: RuleBase, *, resume: bool) -> Answers:
    """Read the answers to go on with, or start empty.

    Raises:
        AnswersError: If there is nothing to resume, or if starting anew would overwrite answers.
        OutputError: If answers could not be saved there; nothing has been asked yet.
    """
    if resume:
        return load_answers(path, rule_base)
    if path.exists():
        raise AnswersError(
            f"{path}: already holds answers. Go on with them: `{_resume_command(path)}`, "
            "or choose another file with -o."
        )
    write_answers(Answers(), path)
    return Answers()


def run_interview(
    rule_base: RuleBase,
    questioner: Questioner,
    *,
    path: Path,
    planner: Planner,
    start: Interview,
) -> Answers:
    """Ask until nothing is worth asking and the review is accepted.

    The answers are saved to `path` after each one, so that nothing said is ever lost.

    Raises:
        InterviewInterrupted: On Ctrl-C; the message holds the command that resumes.
    """
    session = _Session(rule_base, questioner, planner, path)
    try:
        return session.run(start).answers
    except (KeyboardInterrupt, EOFError) as error:
        raise InterviewInterrupted(
            f"stopped; your answers are saved. Go on with: {_resume_command(path)}"
        ) from error


@dataclass(frozen=True, slots=True)
class _Session:
    """Everything that stays the same from the first question to the last."""

    rule_base: RuleBase
    questioner: Questioner
    planner: Planner
    path: Path

    def run(self, interview: Interview) -> Interview:
        """Ask, review, ask on, until somebody finishes."""
        if not interview.asked:
            interview = self._name_project(interview)
        while True:
            interview = self._ask_on(interview)
            move = Move.REVIEW
            while move is Move.REVIEW:
                interview, move = self._review(interview)
            if move is Move.FINISH:
                return interview

    def _name_project(self, interview: Interview) -> Interview:
        answers = interview.answers
        project = self.questioner.ask_project(answers.project)
        return self._saved(
            replace(interview, answers=answers.model_copy(update={"project": project}))
        )

    def _ask_on(self, interview: Interview) -> Interview:
        """Ask one question after the other until none is left or somebody wants to review."""
        while True:
            outlook = self.planner(interview.answers)
            criterion = interview.current(outlook)
            if criterion is None:
                return interview
            reply = self._ask(interview, criterion, outlook)
            if reply == Move.BACK:
                interview = interview.step_back()
            elif isinstance(reply, Move):
                return interview
            else:
                interview = self._saved(interview.with_answer(criterion, reply))

    def _review(self, interview: Interview) -> tuple[Interview, Move]:
        """Show the answers once; REVIEW means: show them again, one has been looked at."""
        outlook = self.planner(interview.answers)
        chosen = self.questioner.review(self.rule_base, interview, outlook)
        if chosen == Move.GO_ON:
            everything = interview.ask_all or not outlook.worth_asking
            return replace(interview.step_to_end(), ask_all=everything), Move.GO_ON
        if chosen == Move.BACK:
            return interview.step_back(), Move.BACK
        if isinstance(chosen, Move):
            return interview, chosen
        reply = self._ask(interview, chosen, outlook)
        if not isinstance(reply, Move):
            changed = interview.with_answer(chosen, reply)
            interview = self._saved(replace(changed, position=interview.position))
        return interview, Move.REVIEW

    def _ask(self, interview: Interview, criterion: str, outlook: Outlook) -> str | Move:
        is_any_known = any(map(interview.answers.is_known, interview.asked))
        place = Place(
            n_answered=len(interview.asked),
            n_open=interview.n_at_most(outlook),
            standings=outlook.standings if is_any_known else (),
            current=interview.answers.answers.get(criterion),
        )
        return self.questioner.ask(self.rule_base.criterion(criterion), place)

    def _saved(self, interview: Interview) -> Interview:
        write_answers(interview.answers, self.path)
        return interview


def _resume_command(path: Path) -> str:
    return f"advisor interview --resume {shlex.quote(str(path))}"
