"""Every session of the guide is run in a shell; what it shows is compared, three dots stand in."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

GUIDE = Path(__file__).resolve().parents[2] / "advisor" / "guide"
SESSION = re.compile(r"(?:<!-- keys: (?P<keys>.+?) -->\n)?```console\n(?P<text>.*?)```", re.DOTALL)
CELL = re.compile(r"```python\n(.*?)```", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "COLUMNS": "100",
    "NO_COLOR": "1",
    "TERM": "xterm",
    "PROMPT_TOOLKIT_NO_CPR": "1",
    "PYTHONUNBUFFERED": "1",
}
TRAINING = ("tutorial.md",)
"""Pages that build prototypes."""


@dataclass(frozen=True)
class Step:
    """A command, the keys it is answered with, and what it shows."""

    command: str
    keys: tuple[str, ...]
    shown: str


def read_steps(page: Path) -> Iterator[Step]:
    """Find the commands of a page, in order."""
    for session in SESSION.finditer(page.read_text(encoding="utf-8")):
        keys = tuple((session["keys"] or "").split())
        for part in session["text"].split("$ ")[1:]:
            command, _, shown = part.partition("\n")
            yield Step(command, keys, shown)


def run(step: Step, folder: Path) -> str:
    """Run a command; an exit code other than 0 stands in the last line."""
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return done.stdout + (f"\n[exit {done.returncode}]\n" if done.returncode else "")


def talk(step: Step, folder: Path) -> None:
    """Answer a command in a terminal, key by key."""
    program, *options = shlex.split(step.command)
    child = pexpect.spawn(
        str(Path(sys.executable).with_name(program)),
        options,
        cwd=folder,
        env=ENVIRONMENT,
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=60,
    )
    for key in step.keys:
        child.expect("Question [0-9]+ of at most")
        child.send(key)
    child.expect(pexpect.EOF)
    child.close()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.name in TRAINING))
        for path in sorted(GUIDE.glob("*.md"))
        if "```console" in path.read_text(encoding="utf-8")
    ],
)
def test_sessions_show_what_they_say(page: Path, tmp_path: Path) -> None:
    """Each page is followed from its first command to its last, in an empty folder."""
    for step in read_steps(page):
        if step.keys:
            talk(step, tmp_path)
            continue
        found = run(step, tmp_path)

        assert doctest.OutputChecker().check_output(step.shown, found, FLAGS), (
            f"{page.name}: $ {step.command}\nexpected\n{step.shown}\nfound\n{found}"
        )


@pytest.mark.weights
def test_cells_of_a_notebook_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell is run after the other; what ends one in a name is shown."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in CELL.findall((GUIDE / "notebook.md").read_text(encoding="utf-8")):
        exec(cell, names)

    for shown in ("advice", "trial"):
        assert "<table" in names[shown]._repr_html_()  # type: ignore[attr-defined]
    assert (tmp_path / "run" / "trial.json").is_file()


def test_links_lead_somewhere() -> None:
    """Every relative link of the guide names a file."""
    for page in GUIDE.glob("*.md"):
        prose = CODE.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#:]+)\)", prose):
            assert (page.parent / target).is_file(), f"{page.name} links to {target}"
