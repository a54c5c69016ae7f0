"""Commands that pages show outside of sessions: all are understood, those of the README are run."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from advisor.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = typer.main.get_command(app)
GENERATED = "commands.md"
PAGES = sorted(
    path
    for pattern in ("*.md", "*/README.md", "advisor/guide/*.md", ".github/*.md")
    for path in ROOT.glob(pattern)
    if path.name != GENERATED
)
FENCE = re.compile(r"^```(?:sh|text|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(advisor [^`]+)`")
ELSEWHERE = {
    "interview": "tests/guide/test_sessions.py",
    "demo": "tests/guide/picture.py",
    "--cluster": "tests/cluster",
    "--generator": "tests/cli/test_generator.py",
}
"""Commands and options that need somebody, minutes, a cluster or a model, and what runs them."""
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
CELLS = [
    ("prototypes/README.md", "."),
    ("advisor/guide/large-corpora.md", "my-project"),
]
"""Pages with code in Python, and where in the desk it is run."""
FACTS = {
    "hr/pay": "The salary of the director is nine thousand euros.",
    "hr/leave": "Parental leave lasts fourteen months.",
    "it/snapshots": "The flag --snapshot-count sets how many there are.",
    "it/vpn": "The tunnel is opened with a blue token.",
    "menu": "Lunch is soup on Mondays.",
    "parking": "Cars stand behind the northern gate.",
}


def find_lines(text: str) -> Iterator[str]:
    """Find the commands in code blocks; those cut short are none."""
    for block in FENCE.findall(text):
        lines = (line.removeprefix("$ ") for line in block.splitlines())
        yield from (line for line in lines if line.split()[:1] == ["advisor"] and "…" not in line)


def find_mentions(text: str) -> Iterator[str]:
    """Find the commands in running text; what a command needs may be left out."""
    for found in INLINE.findall(FENCE.sub("", text)):
        yield " ".join(found.replace("…", " ").split())


def find_command(line: str) -> tuple[Any, list[str]]:
    """Find the command that a line calls, and the words that follow its name."""
    command: Any = PROGRAM
    _, *words = shlex.split(line, comments=True)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    return command, words


def read_readme() -> list[tuple[str, ...]]:
    """Read the commands in the code blocks of the README, word by word."""
    blocks = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    lines = (line for block in blocks for line in block.splitlines())
    return [tuple(shlex.split(line, comments=True)) for line in lines if line.startswith("advisor")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_shown_is_understood(page: Path) -> None:
    """Commands and options exist, and in code blocks values have the form that is asked for."""
    text = page.read_text(encoding="utf-8")
    for line in find_lines(text):
        command, words = find_command(line)
        if "--help" not in words:
            command.make_context(line, words)
    for line in find_mentions(text):
        command, words = find_command(line)
        known = {name for each in command.params for name in each.opts + each.secondary_opts}
        named = {word for word in words if word.startswith("--")} - {"--help"}

        assert named <= known, line


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project of six documents and three questions about each."""
    monkeypatch.chdir(tmp_path)
    questions = []
    for name, fact in FACTS.items():
        path = tmp_path / "my-project" / "documents" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n\n{fact} People know that.\n", encoding="utf-8")
        for ask in ("Is it that", "Tell me whether", "Who says that"):
            row = f'{{"question": "{ask} {fact}", "answers": ["{fact}"], "sources": ["{name}.md"]}}'
            questions.append(row)
    (tmp_path / "my-project" / "questions.jsonl").write_text("\n".join(questions) + "\n")
    return tmp_path


@pytest.mark.slow
@pytest.mark.weights
def test_commands_of_the_readme_do_what_they_say(desk: Path) -> None:
    """One after the other, as somebody would who follows the page."""
    run = 0
    for words in read_readme():
        if len(words) == 1 or ELSEWHERE.keys() & set(words):
            continue
        if "--groups" in words:
            rules = '- {documents: "hr/*", groups: [hr]}\n- {documents: "*", groups: [everyone]}\n'
            (desk / "groups.yaml").write_text(rules)
            open_run = shutil.copytree(desk / "run", desk / "open")
            _advisor("ask", "run", "Who?", "--groups-file", "groups.yaml")
        if "compare" in words:
            shutil.copytree(desk / "run", desk / words[-1])
        _advisor(*words[1:])
        if "--groups" in words:
            shutil.rmtree(desk / "run")
            open_run.rename(desk / "run")
        run += 1

    assert run >= 12
    made = "run/trial.json 0007-approach.madr.md help-desk/README.md"
    assert [name for name in made.split() if not (desk / name).is_file()] == []
    assert not (desk / "run" / "report.pdf").exists()  # it was printed before it was forgotten


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize(("page", "folder"), CELLS)
def test_python_of_a_page_runs(
    page: str, folder: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One block after the other, each with the names of those before.

    What joins a cluster is run in tests/cluster.
    """
    monkeypatch.chdir(desk / folder)
    Path("groups.yaml").write_text('- {documents: "*", groups: [hr]}\n')
    names: dict[str, Any] = {}
    found = PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))
    blocks = [block for block in found if "connected(" not in block]
    for block in blocks:
        exec(block, names)
        names["documents"] = getattr(names.get("dataset"), "documents", ())

    assert blocks
    assert names.get("sources") or names.get("passages")


def _advisor(*words: str) -> None:
    """Run a command, which has to succeed."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, (words, result.output)
