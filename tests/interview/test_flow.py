"""The course of an interview: forward, back, again, resumed."""

from __future__ import annotations

from advisor.interview.flow import Interview, in_file_order
from advisor.schema.answers import Answers

PLAN = in_file_order(["first", "second", "third"])


def test_questions_come_in_the_planned_order() -> None:
    """Each answer puts the next unanswered criterion on the table."""
    interview = Interview(Answers()).with_answer("first", "yes")

    assert interview.current(PLAN) == "second"
    assert interview.n_open(PLAN) == 2


def test_stepping_back_loses_no_answer() -> None:
    """The question before is asked again while its answer and all others stay."""
    interview = Interview(Answers()).with_answer("first", "yes").with_answer("second", "no")

    back = interview.step_back().step_back()

    assert back.current(PLAN) == "first"
    assert back.answers.answers == {"first": "yes", "second": "no"}


def test_answering_again_replaces_and_moves_forward() -> None:
    """After a step back a new answer replaces the old one and the next question follows."""
    interview = Interview(Answers()).with_answer("first", "yes").with_answer("second", "no")

    changed = interview.step_back().step_back().with_answer("first", "maybe")

    assert changed.answers.answers == {"first": "maybe", "second": "no"}
    assert changed.current(PLAN) == "second"


def test_stepping_back_at_the_start_stays_there() -> None:
    """There is nothing before the first question."""
    assert Interview(Answers()).step_back().current(PLAN) == "first"


def test_resuming_counts_saved_unknowns_as_asked() -> None:
    """Somebody who said "I don't know" is not asked again."""
    interview = Interview.resume(Answers(answers={"first": "unknown"}))

    assert interview.current(PLAN) == "second"


def test_interview_ends_when_nothing_is_left() -> None:
    """With every criterion answered there is no question on the table."""
    interview = Interview.resume(Answers(answers={"first": "a", "second": "b", "third": "c"}))

    assert interview.current(PLAN) is None
