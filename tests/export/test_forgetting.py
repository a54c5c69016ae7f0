"""`advisor forget --export`: a document leaves the projects that were exported from a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from advisor.errors import ExportError
from advisor.export.exporting import export_arm
from prototypes.run_folder import RunFolder

NEEDLES = (b"salt", b"minus 21", b"freezing")


@pytest.fixture
def run(question_run: Path, tmp_path: Path) -> Path:
    """A run that has eight documents."""
    return Path(shutil.copytree(question_run, tmp_path / "run"))


@pytest.fixture
def desk(run: Path, tmp_path: Path) -> Path:
    """A project exported from it, to which somebody has added code and notes."""
    desk = tmp_path / "help-desk"
    export_arm(run, desk, name="baseline")
    (desk / "service" / "own.py").write_text("PORT = 1\n", encoding="utf-8")
    return desk


def _forget(run: Path, document: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["forget", str(run), document, *options])


def _holding(folder: Path) -> list[str]:
    """Name the files that hold a needle, in whatever case."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes().lower() for needle in NEEDLES)
    ]


def test_no_byte_of_the_document_is_left_in_a_project(run: Path, desk: Path) -> None:
    """Passages, index and evaluation set are exported anew; the user's own code stays."""
    assert "service/model/passages.jsonl" in _holding(desk)

    result = _forget(run, "Salt.md", "--export", str(desk))

    assert result.exit_code == 0, result.output
    assert _holding(desk) == []
    assert _holding(run) == []
    assert "help-desk: exported anew (baseline)" in result.stdout
    assert (desk / "service" / "own.py").exists()
    assert b"Copper" in (desk / "service" / "model" / "passages.jsonl").read_bytes()


def test_project_of_an_arm_that_is_gone_loses_its_model(run: Path, desk: Path) -> None:
    """Parameters that learnt from the document are not served any longer."""
    shutil.rmtree(RunFolder(run).arm_folder("baseline"))

    result = _forget(run, "Salt.md", "--export", str(desk))

    assert "its model is deleted, nothing is served (baseline). " in result.stdout
    assert "is gone, where the arm 'baseline' lay" in result.stdout
    assert not (desk / "service" / "model").exists()
    assert _holding(desk) == []


def test_files_of_the_user_that_quote_it_are_named(run: Path, desk: Path) -> None:
    """They are not ours to delete, and not to be passed over."""
    (desk / "notes.md").write_text("Salt lowers the freezing point to minus 21!", encoding="utf-8")

    result = _forget(run, "Salt.md", "--export", str(desk))

    assert result.exit_code == 2
    assert "help-desk/notes.md" in result.stderr


def test_folder_that_is_no_export_is_explained_before_anything_is_removed(
    run: Path, tmp_path: Path
) -> None:
    """A slip of the pen removes nothing."""
    result = _forget(run, "Salt.md", "--export", str(tmp_path))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "evaluation/measured.json" in result.stderr
    assert len(RunFolder(run).read_documents()) == 8


def test_project_of_another_run_is_left_alone(run: Path, desk: Path) -> None:
    """It would serve the documents of this run, or nothing, from then on."""
    measured = desk / "evaluation" / "measured.json"
    content = json.loads(measured.read_text(encoding="utf-8"))
    measured.write_text(json.dumps({**content, "data_fingerprint": "other"}), encoding="utf-8")

    result = _forget(run, "Salt.md", "--export", str(desk))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "exported from a run on other data" in result.stderr
    assert b"Salt" in (desk / "service" / "model" / "passages.jsonl").read_bytes()
    assert len(RunFolder(run).read_documents()) == 8


def test_unknown_document_is_explained(run: Path) -> None:
    """One sentence, with the nearest name."""
    result = _forget(run, "salt.md")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "Did you mean 'Salt.md'?" in result.stderr


def test_arm_that_went_with_a_document_cannot_be_had_by_resuming(run: Path, tmp_path: Path) -> None:
    """Such a run is not resumed, so the way out is another one."""
    _forget(run, "Salt.md")
    shutil.rmtree(RunFolder(run).arm_folder("baseline"))

    with pytest.raises(ExportError, match=r"forgotten\. Measure again in another folder"):
        export_arm(run, tmp_path / "anew", name="baseline")


def test_report_says_that_a_document_is_gone(run: Path) -> None:
    """Who reads the figures learns that they cannot be reproduced."""
    _forget(run, "Salt.md", "--quiet")

    (note,) = RunFolder(run).trial_path.read_text(encoding="utf-8").split('"forgotten": [')[1:]
    assert "a document of 1 passage was removed from this run" in note
