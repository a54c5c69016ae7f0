"""A conversation in the terminal: questions, rivals on request, and every way to end it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from advisor.cli import conversation
from advisor.cli.conversation import converse
from prototypes.errors import ModelUnavailableError

Say = Callable[..., list[str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Type lines and note who was asked what; the end of the lines is Ctrl-D."""

    def typed(*lines: str, ends_with: type[BaseException] = EOFError) -> list[str]:
        left: Iterator[str] = iter(lines)
        noted: list[str] = []

        def read(prompt: str) -> str:
            for line in left:
                return line
            raise ends_with

        monkeypatch.setattr("builtins.input", read)
        converse(
            lambda text: noted.append(f"arm: {text}"),
            lambda text: noted.append(f"rivals: {text}"),
        )
        return noted

    return typed


def test_each_line_is_a_question(say: Say) -> None:
    """White space around a question is not part of it."""
    assert say(" Who? ", "When?") == ["arm: Who?", "arm: When?"]


def test_rivals_get_the_last_question(say: Say) -> None:
    """They are asked only on request, and as often as wanted."""
    noted = say("Who?", "/rivals", "When?", "Where?", "/rivals")

    assert noted == ["arm: Who?", "rivals: Who?", "arm: When?", "arm: Where?", "rivals: Where?"]


def test_rivals_before_any_question_are_explained(
    say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing yet that they could answer."""
    assert say("/rivals") == []
    assert "Ask something first" in capsys.readouterr().err


def test_question_that_fails_does_not_end_the_conversation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fault is told, and the next question is read."""
    lines, noted = iter(("Who?", "When?", "")), list[str]()
    monkeypatch.setattr("builtins.input", lambda _: next(lines))

    def answer(text: str) -> None:
        noted.append(text)
        raise ModelUnavailableError("the server is down.")

    converse(answer, answer)

    assert noted == ["Who?", "When?"]
    assert capsys.readouterr().err == "advisor: the server is down.\n" * 2


def test_unknown_command_is_no_question(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped command is not put to the arm, and the right one is named."""
    assert say("/rivlas now") == []
    assert "There is no /rivlas. /rivals shows" in capsys.readouterr().err


def test_empty_line_ends(say: Say) -> None:
    """What is typed after it is not read."""
    assert say("Who?", "  ", "When?") == ["arm: Who?"]


def test_interruption_ends_quietly(say: Say) -> None:
    """Ctrl-C at the prompt is a way to leave, not a fault."""
    assert say("Who?", ends_with=KeyboardInterrupt) == ["arm: Who?"]


@pytest.mark.parametrize(
    ("is_terminal", "printed"),
    [
        (False, "  source: every word of a long title\n"),
        (True, "  source: every word\n  of a long title\n"),
    ],
)
def test_lines_break_between_words_in_a_terminal_alone(
    *,
    is_terminal: bool,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pipe gets every line whole, a narrow terminal no half of a word."""
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)

    conversation.say("  source: every word of a long title")

    assert capsys.readouterr().out == printed
