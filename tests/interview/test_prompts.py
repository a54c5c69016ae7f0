"""What keys do in the terminal questions, through a real prompt on a pipe."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from rich.console import Console

from advisor.api import why_ask
from advisor.interview.planning import Outlook, Standing
from advisor.interview.prompts import TerminalQuestioner
from advisor.interview.session import Move, Place
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Project
from advisor.schema.rule import Criterion, Level
from advisor.vocabulary import Approach

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
PLACE = Place(n_answered=1, n_open=2)
DOWN, ENTER, CTRL_C, CTRL_D = "\x1b[B", "\r", "\x03", "\x04"


class Screen(io.StringIO):
    """What was printed for good, and beside it everything that was ever drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._raw = io.StringIO()
        self.output = Vt100_Output(self._raw, lambda: Size(rows=50, columns=80), enable_cpr=False)

    @property
    def drawn(self) -> str:
        """Everything drawn, without control sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._raw.getvalue())


@contextmanager
def _typing(keys: str) -> Iterator[tuple[TerminalQuestioner, Screen]]:
    screen = Screen()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=screen.output):
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
        ("e", Move.REVIEW),
        ("l", Move.LATER),
        ("q", Move.QUIT),
        ("xyz%2", "fair"),
        ("\x1b2", "fair"),
    ],
)
def test_key_gives_its_answer(keys: str, expected: str) -> None:
    """Arrows, numbers and single letters answer; other keys are ignored."""
    with _typing(keys) as (questioner, _):
        reply = questioner.ask(CRITERION, Place(n_answered=1, n_open=2))

    assert expected == reply


def test_help_is_shown_and_the_question_asked_again() -> None:
    """`?` shows the help, as plain text, and the question still takes an answer."""
    with _typing("?2") as (questioner, screen):
        reply = questioner.ask(CRITERION, Place(n_answered=0, n_open=3))

    assert reply == "fair"
    assert "Look out of the <window>." in screen.drawn
    assert "How is the [weather]?" in screen.drawn


def test_progress_and_standing_are_told() -> None:
    """The lines above a question say how far the interview has come and who is ahead."""
    standings = (
        Standing(Approach.RAG, support=0.61, is_excluded=False),
        Standing(Approach.PROMPTING, support=0.01, is_excluded=False),
        Standing(Approach.FINE_TUNE, support=0.0, is_excluded=True),
    )
    with _typing("1") as (questioner, screen):
        questioner.ask(
            CRITERION,
            Place(n_answered=4, n_open=6, outlook=Outlook(standings=standings, same_decision=0.62)),
        )

    assert "Question 5 of at most 10 · Weather" in screen.drawn
    assert "Not settled: RAG stays in front with 62 %." in screen.drawn
    assert "RAG 60 % · prompting < 5 % · fine-tuning ruled out" in screen.drawn


def test_answered_question_leaves_one_line() -> None:
    """What stays on the screen is the criterion and the answer."""
    with _typing("3") as (questioner, screen):
        questioner.ask(CRITERION, Place(n_answered=1, n_open=2))

    assert screen.getvalue() == " mood: Good\n"


def test_changed_answer_is_marked() -> None:
    """A second line for a criterion says that it replaces the first."""
    with _typing("3") as (questioner, screen):
        questioner.ask(CRITERION, Place(n_answered=1, n_open=2, current="bad"))

    assert screen.getvalue() == " mood: Good (changed)\n"


def test_pasted_garbage_becomes_a_name_of_one_line() -> None:
    """Control characters never reach the answers file."""
    with _typing("\x1b[200~a\x07b\n\tc\x1b[201~" + ENTER + ENTER) as (questioner, _):
        project = questioner.ask_project(Project())

    assert project == Project(name="a b c")


def test_pasting_into_a_question_answers_nothing() -> None:
    """A bracketed paste is ignored, whatever digits are in it."""
    with _typing("\x1b[200~1 2 b d\x1b[201~3") as (questioner, _):
        reply = questioner.ask(CRITERION, Place(n_answered=1, n_open=2))

    assert reply == "good"


def test_enter_keeps_the_answer_given_before() -> None:
    """A question asked again points at its present answer."""
    with _typing(ENTER) as (questioner, _):
        reply = questioner.ask(CRITERION, Place(n_answered=1, n_open=2, current="good"))

    assert reply == "good"


def test_ctrl_c_is_not_swallowed() -> None:
    """Ctrl-C reaches the session, which saves and says how to go on."""
    with _typing(CTRL_C) as (questioner, _), pytest.raises(KeyboardInterrupt):
        questioner.ask(CRITERION, Place(n_answered=1, n_open=2))


def test_number_key_asks_for_a_number() -> None:
    """`#` takes a quantity where the question has some."""
    with _typing("#400ms" + ENTER) as (questioner, _):
        reply = questioner.ask(load_rules().criterion("latency_budget"), PLACE)

    assert reply == "under_500ms"


def test_number_that_is_none_is_asked_again() -> None:
    """Words are refused with a sample, and the question comes back."""
    with _typing("#soon" + ENTER + "2") as (questioner, screen):
        reply = questioner.ask(load_rules().criterion("latency_budget"), PLACE)

    assert reply == "under_500ms"
    assert "'soon' is no number such as 400ms" in screen.getvalue()


def test_why_opens_and_closes() -> None:
    """`w` shows what each answer would do; the question still takes an answer."""
    place = Place(n_answered=1, n_open=2, why=lambda: why_ask({}, "deployment"))
    with _typing("w1") as (questioner, screen):
        reply = questioner.ask(load_rules().criterion("deployment"), place)

    assert reply == "cloud_api"
    assert "wait for it" in screen.drawn


def test_examples_stand_beside_the_levels() -> None:
    """Where there is room a level and its example share a line."""
    with _typing("1") as (questioner, screen):
        questioner.ask(CRITERION, PLACE)

    assert "2 Fair: Some clouds." in screen.drawn


def test_order_of_importance_is_taken() -> None:
    """Numbers put the themes in an order."""
    with _typing("2 1" + ENTER) as (questioner, _):
        assert questioner.ask_priorities(()) == ("freshness", "quality")
