"""The course of an interview: forward, back, again, resumed."""

from __future__ import annotations

from dataclasses import replace

from advisor.interview.flow import Interview, Suggestion
from advisor.interview.planning import Outlook
from advisor.schema.answers import Answers

OUTLOOK = Outlook(worth_asking=("third",), open=("second", "third"), relevant=("third",))


def outlook(interview: Interview) -> Outlook:
    """Three questions, all of them worth asking."""
    left = [c for c in ("first", "second", "third") if c not in interview.asked]
    return Outlook(worth_asking=tuple(left), open=tuple(left), relevant=tuple(left))


def test_questions_come_in_the_planned_order() -> None:
    """Each answer puts the next unanswered criterion on the table."""
    interview = Interview(Answers()).with_answer("first", "yes")

    assert interview.current(outlook(interview)) == "second"
    assert interview.n_at_most(outlook(interview)) == 2


def test_stepping_back_loses_no_answer() -> None:
    """The question before is asked again while its answer and all others stay."""
    interview = Interview(Answers()).with_answer("first", "yes").with_answer("second", "no")

    back = interview.step_back().step_back()

    assert back.current(outlook(back)) == "first"
    assert back.answers.answers == {"first": "yes", "second": "no"}


def test_answering_again_replaces_and_goes_on_where_one_was() -> None:
    """After two steps back a new answer replaces the old one; the kept ones are not asked again."""
    interview = Interview(Answers()).with_answer("first", "yes").with_answer("second", "no")

    changed = interview.step_back().step_back().with_answer("first", "maybe")

    assert changed.answers.answers == {"first": "maybe", "second": "no"}
    assert changed.current(outlook(changed)) == "third"


def test_stepping_back_at_the_start_stays_there() -> None:
    """There is nothing before the first question."""
    interview = Interview(Answers()).step_back()

    assert interview.current(outlook(interview)) == "first"


def test_resuming_counts_saved_unknowns_as_asked() -> None:
    """Somebody who said "I don't know" is not asked again."""
    interview = Interview.resume(Answers(answers={"first": "unknown"}))

    assert interview.current(outlook(interview)) == "second"


def test_interview_ends_when_nothing_is_left() -> None:
    """With every criterion answered there is no question on the table."""
    interview = Interview.resume(Answers(answers={"first": "a", "second": "b", "third": "c"}))

    assert interview.current(outlook(interview)) is None


def test_only_what_is_worth_asking_is_asked() -> None:
    """Without `--all` a question that cannot change the result is passed over."""
    interview = Interview.resume(Answers(answers={"first": "a"}))

    assert interview.current(OUTLOOK) == "third"
    assert interview.n_at_most(OUTLOOK) == 1


def test_everything_is_asked_in_file_order_on_demand() -> None:
    """With `--all` no question is passed over."""
    interview = Interview.resume(Answers(answers={"first": "a"}), ask_all=True)

    assert interview.current(OUTLOOK) == "second"
    assert interview.n_at_most(OUTLOOK) == 2


def test_question_put_off_comes_last() -> None:
    """`l` leaves a question for the end, after all others."""
    interview = Interview(Answers()).put_off("first")

    assert interview.to_ask(outlook(interview)) == ("second", "third", "first")


def test_question_put_off_is_asked_even_if_nothing_else_is() -> None:
    """Somebody who said "later" is asked later, whether or not it still matters."""
    interview = Interview(Answers()).put_off("first")

    assert interview.current(Outlook()) == "first"


def test_suggestions_come_before_what_is_planned() -> None:
    """What a description suggests is confirmed first."""
    interview = Interview(Answers()).suggest((Suggestion("third", "yes", note="you wrote"),))

    assert interview.to_ask(outlook(interview)) == ("third", "first", "second")


def test_answering_settles_a_suggestion() -> None:
    """A confirmed or corrected suggestion does not come again."""
    interview = Interview(Answers()).suggest((Suggestion("third", "yes", note="you wrote"),))
    answered = interview.with_answer("third", "no")

    assert answered.suggestions == ()
    assert answered.current(outlook(answered)) == "first"


def test_suggestion_that_cannot_change_the_result_is_not_asked() -> None:
    """Nobody confirms what no rule waits for, unless every question is wanted."""
    suggested = (Suggestion("modality", "text", note=""), Suggestion("deployment", "edge", note=""))
    outlook = Outlook(
        worth_asking=("deployment",), open=("deployment", "modality"), relevant=("deployment",)
    )
    interview = Interview(Answers()).suggest(suggested)

    assert interview.to_ask(outlook) == ("deployment",)
    assert replace(interview, ask_all=True).to_ask(outlook) == ("modality", "deployment")
