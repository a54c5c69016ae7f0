"""`advisor prototype` on documents alone says at every turn that nobody asked the questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

ANIMALS = ("otter", "badger", "heron", "marten", "beaver", "falcon", "weasel", "curlew")
DEEDS = ("hunts", "sleeps", "builds", "wanders")

pytestmark = pytest.mark.weights


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an answers file and eight documents."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: document_qa}\n")
    Path("data/documents").mkdir(parents=True)
    for animal in ANIMALS:
        sections = "\n\n".join(
            f"## Habits of the {animal} {part}\n\n"
            + " ".join(f"When {part} the {animal} {deed} longer than we think." for deed in DEEDS)
            for part in ("indoors", "outdoors")
        )
        Path(f"data/documents/{animal}.md").write_text(f"# The {animal}\n\n{sections}\n")


def _prototype(*options: str) -> Result:
    fixed = ["prototype", "answers.yaml", "--data", "data", "--arms", "baseline", "-o", "run"]
    return CliRunner().invoke(app, [*fixed, *options])


def test_run_without_questions_says_so_everywhere() -> None:
    """Terminal, HTML and the result agree, and the questions lie in the run folder."""
    result = _prototype()
    trial = json.loads(Path("run/trial.json").read_text())

    assert result.exit_code == 0
    assert "32 of 32 questions are synthetic" in result.stderr
    assert "Synthetic questions overstate quality" in result.stderr
    assert "synthetic questions overstate" in " ".join(result.stdout.split())
    assert "synthetic questions overstate" in Path("run/report.html").read_text()
    assert trial["data"]["n_synthetic_test"] == trial["n_test"]
    assert trial["first_shares"] == {}
    assert Path("run/synthetic_questions.jsonl").read_text().count('"synthetic":true') == 32


def test_run_without_questions_goes_on_with_the_same_ones() -> None:
    """The seed makes them again, so that a resumed run agrees with its protocol."""
    _prototype("--quiet")
    before = Path("run/trial.json").read_text()
    again = _prototype("--quiet", "--resume")

    assert again.exit_code == 0
    assert Path("run/trial.json").read_text() == before


def test_recheck_makes_the_questions_of_the_run_again() -> None:
    """Unchanged documents have not drifted, whatever the seed was."""
    _prototype("--quiet", "--seed", "3")
    same = CliRunner().invoke(app, ["recheck", "run", "--data", "data"])
    Path("data/documents/otter.md").write_text("# The otter\n\nIt has gone.\n")
    changed = CliRunner().invoke(app, ["recheck", "run", "--data", "data"])

    assert "Data: unchanged" in same.stdout
    assert "Data: unchanged" not in changed.stdout
