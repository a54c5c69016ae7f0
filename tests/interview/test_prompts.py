"""What keys do in the terminal questions, through a real prompt on a pipe."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from advisor.interview.prompts import TerminalQuestioner
from advisor.interview.session import Move, Place
from advisor.schema.rule import Criterion, Level

CRITERION = Criterion(
    id="mood",
    topic="Weather",
    ordered=True,
    question="How is the [weather]?",
    help="Look out of the <window>.",
    levels=(
        Level(id="bad", label="Bad", example="It rains."),
        Level(id="fair", label="Fair", example="Some clouds."),
        Level(id="good", label="Good", example="Sun."),
    ),
)
DOWN, ENTER, CTRL_C, CTRL_D = "\x1b[B", "\r", "\x03", "\x04"


@contextmanager
def _typing(keys: str) -> Iterator[tuple[TerminalQuestioner, io.StringIO]]:
    screen = io.StringIO()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(keys)
        yield TerminalQuestioner(Console(file=screen, width=60)), screen


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (ENTER, "bad"),
        (DOWN + ENTER, "fair"),
        ("3", "good"),
        ("d", "unknown"),
        ("n", "not_applicable"),
        ("b", Move.BACK),
        ("r", Move.REVIEW),
        ("xyz%2", "fair"),
    ],
)
def test_key_gives_its_answer(keys: str, expected: str) -> None:
    """Arrows, numbers and single letters answer; other keys are ignored."""
    with _typing(keys) as (questioner, _):
        reply = questioner.ask(CRITERION, Place(n_answered=1, n_open=2))

    assert expected == reply


def test_help_is_shown_and_the_question_asked_again() -> None:
    """`?` prints the help and an example per level, as plain text, then asks again."""
    with _typing("?2") as (questioner, screen):
        reply = questioner.ask(CRITERION, Place(n_answered=0, n_open=3))

    assert reply == "fair"
    assert "Look out of the <window>." in screen.getvalue()
    assert "Good: Sun." in screen.getvalue()
    assert "How is the [weather]?" in screen.getvalue()


def test_progress_is_told() -> None:
    """The line above a question says how far the interview has come."""
    with _typing("1") as (questioner, screen):
        questioner.ask(CRITERION, Place(n_answered=4, n_open=6))

    assert "Question 5 of at most 10" in screen.getvalue()


def test_enter_keeps_the_answer_given_before() -> None:
    """A question asked again points at its present answer."""
    with _typing(ENTER) as (questioner, _):
        reply = questioner.ask(CRITERION, Place(n_answered=1, n_open=2, current="good"))

    assert reply == "good"


def test_ctrl_c_is_not_swallowed() -> None:
    """Ctrl-C reaches the session, which saves and says how to go on."""
    with _typing(CTRL_C) as (questioner, _), pytest.raises(KeyboardInterrupt):
        questioner.ask(CRITERION, Place(n_answered=1, n_open=2))
