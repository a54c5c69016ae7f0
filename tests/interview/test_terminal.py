"""Whole interviews in a real terminal: what is drawn, what is saved, how to go on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from advisor.knowledge.answers_file import load_answers
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers

ADVISOR = Path(sys.executable).with_name("advisor")
PATIENCE = 60
"""Seconds; a busy machine is no failure."""

Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the answers go."""
    return tmp_path / "answers.yaml"


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    """Start an interview; whatever still runs in the end is stopped."""
    running: list[pexpect.spawn[str]] = []

    def begin(*options: str, columns: int = 80, **environment: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            str(ADVISOR),
            ["interview", *(options or ("-o", str(path)))],
            dimensions=(40, columns),
            encoding="utf-8",
            timeout=PATIENCE,
            env=os.environ | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"} | environment,
        )
        running.append(child)
        return child

    yield begin
    for child in running:
        child.close(force=True)


def test_every_question_is_asked_and_saved(start: Start, path: Path) -> None:
    """With `--all`, thirty keys and "finish" give a file with thirty answers."""
    child = start("-o", str(path), "--all")
    _name(child)
    for number in range(1, 31):
        _expect(child, f"Question {number} of at most 30")
        child.send("1")
    _expect(child, "Choose an answer to change it")
    child.send("f")
    _end(child)

    assert len(_saved(path).answers) == 30
    assert _saved(path).project.name == "Test"
    assert child.exitstatus == 0


def test_back_help_and_edit(start: Start, path: Path) -> None:
    """`b` asks again, `?` shows examples, and the review changes any answer."""
    child = start()
    _name(child)
    _answer(child, "What should the system do", "3")
    _expect(child, "Question 2")
    child.send("b")
    _expect(child, "answered before")
    child.send("?")
    _expect(child, "Route a customer message")
    child.send("1")
    _expect(child, "task kind: Choose a label (changed)")
    _expect(child, "Question 2")
    child.send("e")
    _expect(child, "Choose an answer to change it")
    child.send("1")
    _expect(child, "answered before")
    child.send("9")
    _expect(child, "Choose an answer to change it")
    child.send("f")
    _end(child)

    assert _saved(path).answers == {"task_kind": "code"}
    assert child.exitstatus == 0


def test_ctrl_c_saves_and_resuming_goes_on(start: Start, path: Path) -> None:
    """The command printed on Ctrl-C asks the next question, not the first."""
    child = start()
    _name(child)
    _answer(child, "What should the system do", "3")
    _expect(child, "Question 2")
    child.send("\x03")
    _expect(child, f"advisor interview --resume {path}")
    _end(child)
    again = start("--resume", str(path))
    _expect(again, "Question 2")

    assert child.exitstatus == 130
    assert _saved(path).answers == {"task_kind": "document_qa"}


@pytest.mark.slow
def test_killed_interview_loses_only_the_question_on_the_table(start: Start, path: Path) -> None:
    """After kill -9 at each question every answer given before is there."""
    child = start("-o", str(path), "--all")
    _name(child)
    for number in range(1, 31):
        _expect(child, f"Question {number} of")
        child.send("d")
        _expect(child, f"Question {number + 1} of" if number < 30 else "Choose an answer")
        child.kill(signal.SIGKILL)
        child.wait()
        assert len(_saved(path).answers) == number
        child = start("--resume", str(path), "--all")


def test_resized_window_is_drawn_anew(start: Start, path: Path) -> None:
    """Narrowed to 40 columns and widened to 200 in the middle of a question, nothing is lost."""
    child = start()
    _name(child)
    _expect(child, "What should the system do")
    child.setwinsize(40, 40)
    child.send("3")
    _expect(child, "Question 2")
    child.setwinsize(20, 200)
    child.send("1")
    _expect(child, "Question 3")
    child.send("\x03")
    _end(child)

    assert len(_saved(path).answers) == 2
    assert child.exitstatus == 130


def test_garbage_is_survived(start: Start, path: Path) -> None:
    """Pasted noise, unknown keys and escape sequences neither answer nor crash."""
    child = start()
    _expect(child, "called")
    child.send("\x1b[200~\x00\x07 Tést\n💥\x1b[201~\r")
    _expect(child, "One sentence")
    child.send("\r")
    _expect(child, "What should the system do")
    child.send("\x1b[200~1 2 3 \n f\x1b[201~ %&/xyzé\x1b[15~\t\x1b[5~")
    child.send("3")
    _expect(child, "Question 2")
    child.send("\x03")
    _end(child)

    assert _saved(path).answers == {"task_kind": "document_qa"}
    assert _saved(path).project.name == "Tést 💥"


def test_forty_columns_cut_nothing(start: Start) -> None:
    """In a narrow terminal long lines are broken at words, not cut off."""
    child = start(columns=40)
    _name(child)
    _expect(child, "What should the system do, in one word?")
    child.send("?")
    _expect(child, "Route a customer message to one of twelve teams")


def test_no_colour_where_none_is_wanted(start: Start) -> None:
    """NO_COLOR takes the colours out; only bold is left."""
    child = start(NO_COLOR="1")
    _name(child)
    _expect(child, "Help and examples")

    assert re.findall(r"\x1b\[[0-9;]*(?:3[0-9]|38)[0-9;]*m", child.before) == []


def test_dumb_terminal_is_asked_line_by_line(start: Start, path: Path) -> None:
    """Without cursor movement the same questions come as plain lines."""
    child = start(TERM="dumb")
    child.expect("called\\?")
    child.sendline("Test")
    child.expect("One sentence")
    child.sendline("")
    child.expect("Question 1 of at most")
    child.expect("Your choice")
    child.sendline("3")
    child.expect("Question 2 of at most")
    child.expect("Your choice")
    child.sendline("e")
    child.expect("Choose an answer to change it")
    child.sendline("f")
    _end(child)

    assert "\x1b" not in child.before
    assert _saved(path).answers == {"task_kind": "document_qa"}


def test_quitting_says_how_to_go_on(start: Start, path: Path) -> None:
    """`q` saves and ends with the code of an interruption."""
    child = start()
    _name(child)
    _answer(child, "What should the system do", "q")
    _expect(child, "advisor interview --resume")
    _end(child)

    assert child.exitstatus == 130


@pytest.mark.slow
def test_question_put_off_comes_back_at_the_end(start: Start, path: Path) -> None:
    """`l` asks something else first."""
    child = start("-o", str(path), "--all")
    _name(child)
    _answer(child, "What should the system do", "l")
    for _ in range(29):
        _expect(child, "Question")
        child.send("d")
    _expect(child, "What should the system do")
    child.send("3")
    _expect(child, "Choose an answer to change it")
    child.send("f")
    _end(child)

    assert list(_saved(path).answers)[-1] == "task_kind"


def test_number_and_reasons(start: Start, path: Path) -> None:
    """`w` explains the question, `#` takes a quantity; resizing the window disturbs neither."""
    others = [c.id for c in load_rules().criteria if c.id != "latency_budget"]
    lines = "".join(f"  {name}: unknown\n" for name in others)
    path.write_text(f"# ours\nschema_version: 1\nanswers:\n{lines}")
    child = start("--resume", str(path), "--all")
    _expect(child, "How long may one answer take")
    child.setwinsize(30, 60)
    child.send("w")
    _expect(child, "wait for it")
    child.setwinsize(40, 120)
    child.send("#400ms\r")
    _expect(child, "latency budget: Half a second")
    child.send("q")
    _end(child)

    assert _saved(path).answers["latency_budget"] == "under_500ms"
    assert "# ours" in path.read_text()


def test_terminal_without_utf8_gets_ascii(start: Start) -> None:
    """Where UTF-8 is not taken, the questions come line by line in plain characters."""
    child = start(PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    child.expect("called\\?")
    child.sendline("Test")
    child.expect("One sentence")
    child.sendline("")
    child.expect("Question 1 of at most [0-9]+ - The task")
    child.expect("Your choice")
    child.sendline("q")
    _end(child)

    assert child.exitstatus == 130


@pytest.mark.weights
@pytest.mark.slow
def test_description_suggests_and_enter_confirms(start: Start, path: Path) -> None:
    """What was described is asked first, with the words that led to it; nothing is assumed."""
    text = "We classify e-mails by sentiment. No labelled examples exist."
    child = start("-o", str(path), "--describe", text)
    _expect(child, "It suggests")
    _expect(child, "You wrote")
    assert _saved(path).answers == {}
    child.send("\r")
    _expect(child, "Question 2 of")
    child.send("q")
    _end(child)

    assert len(_saved(path).answers) == 1
    assert _saved(path).project.description == text


@pytest.mark.slow
def test_team_of_two_learns_where_it_disagrees(start: Start, path: Path) -> None:
    """The second person starts afresh, and both learn what they disagree about."""
    for person, key in (("Ada", "1"), ("Bo", "3")):
        child = start("-o", str(path), "--as", person)
        if person == "Ada":
            _name(child)
        _answer(child, "What should the system do", key)
        _answer(child, "Question 2", "e")
        _answer(child, "Choose an answer to change it", "f")
        if person == "Bo":
            _expect(child, "task_kind: 50% agree")
        _end(child)

    assert _saved(path).people["Ada"].answers == {"task_kind": "classification"}
    assert _saved(path).answers == {"task_kind": "unknown"}


def test_no_terminal_is_said_at_once(path: Path) -> None:
    """Nobody can answer through a pipe: exit code 2, one sentence, no file."""
    done = subprocess.run(
        [ADVISOR, "interview", "-o", path], input="1\n2\n", capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "there is no terminal here" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not path.exists()


def _name(child: pexpect.spawn[str]) -> None:
    _answer(child, "called", "Test\r")
    _answer(child, "One sentence", "\r")


def _answer(child: pexpect.spawn[str], question: str, keys: str) -> None:
    _expect(child, question)
    child.send(keys)


def _expect(child: pexpect.spawn[str], words: str) -> None:
    """Wait for words, wherever the terminal broke them or moved its cursor between two letters."""
    letters = (re.escape(letter) for letter in words if letter != " ")
    child.expect(r"(?:\s|\x1b\[[0-9;?]*[A-Za-z])*".join(letters))


def _end(child: pexpect.spawn[str]) -> None:
    child.expect(pexpect.EOF)
    child.close()


def _saved(path: Path) -> Answers:
    return load_answers(path, load_rules())
