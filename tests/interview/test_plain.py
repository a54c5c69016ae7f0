"""The interview line by line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.api import why_ask
from advisor.interview.flow import Interview
from advisor.interview.layout import to_ascii
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

    assert load_rules().criterion("data_volatility").help in " ".join("\n".join(said).split())


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


def test_number_is_taken_where_the_question_has_quantities() -> None:
    """A duration typed as it is spoken becomes the level that holds it."""
    questioner, said = _hearing("400ms")
    reply = questioner.ask(load_rules().criterion("latency_budget"), PLACE)

    assert reply == "under_500ms"
    assert "latency budget: Half a second" in said


def test_number_that_is_also_a_choice_needs_its_sign() -> None:
    """`3` is the third level, `#3` three examples."""
    questioner, _ = _hearing("#3")

    assert questioner.ask(load_rules().criterion("labeled_examples"), PLACE) == "under_50"


def test_empty_line_takes_the_suggestion() -> None:
    """Enter confirms what a description suggested."""
    questioner, said = _hearing("")
    place = Place(n_answered=0, n_open=4, current="daily", note="You wrote: every day")
    reply = questioner.ask(load_rules().criterion("data_volatility"), place)

    assert reply == "daily"
    assert "You wrote: every day" in said


def test_order_of_importance_is_typed_as_numbers() -> None:
    """Numbers and names both work; anything else is asked again."""
    questioner, said = _hearing("9", "1 1", "3, quality")

    assert questioner.ask_priorities(()) == ("cost", "quality")
    assert said.count("Expected numbers from the list, each at most once.") == 2


def test_why_tells_what_each_answer_would_do() -> None:
    """`w` names the rules that wait, and who would lead after each answer."""
    criterion = load_rules().criterion("data_volatility")
    questioner, said = _hearing("w", "1")
    place = Place(n_answered=1, n_open=4, why=lambda: why_ask({}, "data_volatility"))
    questioner.ask(criterion, place)

    assert any("wait for it" in line for line in said)
    assert any(line.startswith("  Every day: ") and "%" in line for line in said)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_lines_keep_within_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Nothing is cut in the middle of a word, from 40 to 200 columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    questioner, said = _hearing("?", "1")
    questioner.ask(load_rules().criterion("oracle_check"), PLACE)

    assert max(len(line) for text in said for line in text.splitlines()) <= min(columns, 100)


def test_every_question_can_be_spelt_in_ascii() -> None:
    """Terminals without UTF-8 get plain characters, and no question marks for the rest."""
    questioner, said = _hearing("?", "1")
    questioner.ask(load_rules().criterion("task_kind"), PLACE)
    text = to_ascii("\n".join(said))

    assert text.isascii()
    assert text.count("?") == "\n".join(said).count("?")
