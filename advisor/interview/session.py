"""Runs an interview: asks through a `Questioner`, saves after each answer, can be resumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from advisor.errors import InterviewInterrupted
from advisor.interview.conflicts import Conflict, put_in_doubt
from advisor.interview.desk import Desk, Record
from advisor.interview.flow import Interview
from advisor.interview.planning import Outlook
from advisor.schema.answers import Answers, Project
from advisor.schema.explanation import WhyAsk
from advisor.schema.rule import Criterion, RuleBase


class Move(StrEnum):
    """What somebody may do instead of answering."""

    BACK = "back"
    REVIEW = "review"
    LATER = "later"
    QUIT = "quit"
    GO_ON = "go_on"
    PRIORITIES = "priorities"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the interview a question stands.

    Attributes:
        n_answered: Questions answered before this one.
        n_open: Questions that may still come, this one included.
        outlook: How the approaches stand; None while nothing is known.
        current: The level given before or suggested.
        note: Where the suggestion comes from; empty if it is the answer given before.
        may_postpone: The question can be left for the end.
        why: Says why the question is asked; None if nobody can.
    """

    n_answered: int
    n_open: int
    outlook: Outlook | None = None
    current: str | None = None
    note: str = ""
    may_postpone: bool = True
    why: Callable[[], WhyAsk] | None = None


class Questioner(Protocol):
    """Whoever can put a question to somebody: a terminal, or a script in a test."""

    def ask_project(self, known: Project) -> Project:
        """Ask for the name and description of the project."""

    def ask(self, criterion: Criterion, place: Place) -> str | Move:
        """Ask one question; returns a level, `unknown`, `not_applicable` or a move."""

    def review(self, rule_base: RuleBase, interview: Interview, outlook: Outlook) -> str | Move:
        """Show all answers; returns the criterion to change or a move."""

    def ask_priorities(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Ask what matters most, the most important first; empty if nothing stands out."""

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""


def run_interview(
    desk: Desk, questioner: Questioner, *, record: Record, start: Interview
) -> Answers:
    """Ask until nothing is worth asking and the review is accepted.

    The answers are saved after each one, so that nothing said is ever lost.

    Raises:
        InterviewInterrupted: On Ctrl-C or `q`; the message holds the command that resumes.
    """
    session = _Session(desk, questioner, record)
    try:
        return session.run(start).answers
    except (KeyboardInterrupt, EOFError) as error:
        raise InterviewInterrupted(
            f"stopped; your answers are saved. Go on with: {record.resume_command}"
        ) from error


@dataclass(frozen=True, slots=True)
class _Session:
    """Everything that stays the same from the first question to the last."""

    desk: Desk
    questioner: Questioner
    record: Record

    def run(self, interview: Interview) -> Interview:
        """Ask, review, ask on, until somebody finishes."""
        if self.record.has_other_rules:
            self.questioner.tell(
                "The rules have changed since these answers were given. The answers stay; "
                "what they lead to, and what is asked next, may differ."
            )
        if not interview.asked:
            interview = self._name_project(interview)
        interview = self._read(interview)
        while True:
            interview = self._ask_on(interview)
            move = Move.REVIEW
            while move is Move.REVIEW:
                interview, move = self._review(interview)
            if move is Move.FINISH:
                return self._saved(interview)

    def _name_project(self, interview: Interview) -> Interview:
        answers = interview.answers
        if answers.project != Project():
            return interview
        project = self.questioner.ask_project(answers.project)
        return self._saved(
            replace(interview, answers=answers.model_copy(update={"project": project}))
        )

    def _read(self, interview: Interview) -> Interview:
        """Let the description suggest answers; every one of them is asked for all the same."""
        description = interview.answers.project.description
        if not description or self.desk.read is None:
            return interview
        self.questioner.tell("Reading the description ...")
        given = interview.answers.answers
        found = self.desk.read(description)
        suggestions = tuple(s for s in found if s.criterion not in given)
        self.questioner.tell(
            f"It suggests {len(suggestions)} answers; you confirm or correct those that matter."
            if suggestions
            else "It settles none of the questions; they follow."
        )
        return interview.suggest(suggestions)

    def _ask_on(self, interview: Interview) -> Interview:
        """Ask one question after the other until none is left or somebody wants to review."""
        while True:
            outlook = self.desk.plan(interview.answers)
            criterion = interview.current(outlook)
            if criterion is None:
                return interview
            reply = self._ask(interview, criterion, outlook)
            if reply == Move.REVIEW:
                return interview
            interview = self._moved(interview, criterion, reply)

    def _moved(self, interview: Interview, criterion: str, reply: str | Move) -> Interview:
        """Do what was replied to a question."""
        if reply == Move.BACK:
            return interview.step_back()
        if reply == Move.LATER:
            return interview.put_off(criterion)
        return self._answered(interview, criterion, reply)

    def _answered(self, interview: Interview, criterion: str, level: str) -> Interview:
        """Keep an answer; those that it contradicts are asked again next."""
        changed = interview.with_answer(criterion, level)
        if criterion in interview.answers.answers:
            doubtful = put_in_doubt(
                self.desk.conflicts, interview.answers, changed.answers, changed=criterion
            )
            changed = changed.suggest(doubtful)
        return self._saved(changed)

    def _review(self, interview: Interview) -> tuple[Interview, Move]:
        """Show the answers once; REVIEW means: show them again, one has been looked at."""
        outlook = self.desk.plan(interview.answers)
        for conflict in _holding(self.desk.conflicts, interview.answers):
            self.questioner.tell(f"Please check: {conflict.because}")
        chosen = self.questioner.review(self.desk.rule_base, interview, outlook)
        if chosen == Move.GO_ON:
            everything = interview.ask_all or not interview.to_ask(outlook)
            return replace(interview.step_to_end(), ask_all=everything), Move.GO_ON
        if chosen == Move.QUIT:
            raise KeyboardInterrupt
        if chosen == Move.PRIORITIES:
            return self._prioritised(interview), Move.REVIEW
        if isinstance(chosen, Move):
            return interview, chosen
        return self._changed(interview, chosen, outlook)

    def _changed(
        self, interview: Interview, criterion: str, outlook: Outlook
    ) -> tuple[Interview, Move]:
        """Ask an answered question again; what becomes doubtful is asked before the review."""
        reply = self._ask(interview, criterion, outlook)
        if isinstance(reply, Move):
            return interview, Move.REVIEW
        changed = self._answered(interview, criterion, reply)
        is_doubtful = len(changed.suggestions) > len(interview.suggestions)
        return changed, Move.GO_ON if is_doubtful else Move.REVIEW

    def _prioritised(self, interview: Interview) -> Interview:
        order = self.questioner.ask_priorities(interview.answers.priorities)
        answers = interview.answers.model_copy(update={"priorities": order})
        return self._saved(replace(interview, answers=answers))

    def _ask(self, interview: Interview, criterion: str, outlook: Outlook) -> str | Move:
        answers, suggestion = interview.answers, interview.suggestion(criterion)
        explain = self.desk.explain
        is_any_known = any(map(answers.is_known, interview.asked))
        place = Place(
            n_answered=len(interview.asked),
            n_open=interview.n_at_most(outlook),
            outlook=outlook if is_any_known else None,
            current=suggestion.level if suggestion else answers.answers.get(criterion),
            note=suggestion.note if suggestion else "",
            may_postpone=criterion not in (*answers.answers, *interview.later),
            why=None if explain is None else lambda: explain(answers, criterion),
        )
        reply = self.questioner.ask(self.desk.rule_base.criterion(criterion), place)
        if reply == Move.QUIT:
            raise KeyboardInterrupt
        return reply

    def _saved(self, interview: Interview) -> Interview:
        self.record.save(interview.answers)
        return interview


def _holding(conflicts: tuple[Conflict, ...], answers: Answers) -> list[Conflict]:
    return [conflict for conflict in conflicts if conflict.holds(answers.answers)]
