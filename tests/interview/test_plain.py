"""The interview line by line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.interview.flow import Interview
from advisor.interview.plain import PlainQuestioner
from advisor.interview.planning import Outlook
from advisor.interview.session import Move, Place
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers, Project

PLACE = Place(n_answered=1, n_open=4)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("2", "yearly"), (" D ", "unknown"), ("n", "not_applicable"), ("b", Move.BACK)],
)
def test_line_gives_its_answer(typed: str, expected: str) -> None:
    """Numbers and letters answer, whatever their case."""
    questioner, _ = _hearing(typed)

    assert questioner.ask(load_rules().criterion("data_volatility"), PLACE) == expected


def test_line_that_is_no_choice_is_asked_again() -> None:
    """Garbage is named and costs nothing."""
    questioner, said = _hearing("yesterday", "", "99", "1")
    reply = questioner.ask(load_rules().criterion("data_volatility"), PLACE)

    assert reply == "static"
    assert "'yesterday' is none of these." in said


def test_help_shows_examples() -> None:
    """`?` explains before the question comes again."""
    questioner, said = _hearing("?", "1")
    questioner.ask(load_rules().criterion("data_volatility"), PLACE)

    assert load_rules().criterion("data_volatility").help in "\n".join(said)


def test_review_numbers_the_answers() -> None:
    """An answer is changed by its number, the rest by letters."""
    answers = Answers(answers={"task_kind": "unknown", "deployment": "edge"})
    questioner, said = _hearing("2")
    reply = questioner.review(load_rules(), Interview.resume(answers), Outlook(is_settled=True))

    assert reply == "deployment"
    assert "  1 task kind: I don't know" in said


def test_empty_line_keeps_the_name() -> None:
    """Enter accepts what is there."""
    questioner, _ = _hearing("", "")

    assert questioner.ask_project(Project(name="Old")) == Project(name="Old")


def _hearing(*lines: str) -> tuple[PlainQuestioner, list[str]]:
    said: list[str] = []
    line = iter(lines)
    hear: Callable[[str], str] = lambda _: next(line)  # noqa: E731 - one line in, no more
    return PlainQuestioner(said.append, hear), said
