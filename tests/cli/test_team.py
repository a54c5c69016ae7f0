"""`advisor team`: who disagrees about what, and whether it matters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

TEAM = """\
schema_version: 1
answers: {task_kind: document_qa, data_volatility: unknown}
people:
  Ada:
    answers: {task_kind: document_qa, data_volatility: daily}
    priorities: [quality, cost]
  Bo:
    answers: {task_kind: document_qa, data_volatility: weekly}
    priorities: [quality, cost]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that two people answered."""
    path = tmp_path / "answers.yaml"
    path.write_text(TEAM)
    return path


def _team(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["team", *arguments])


def test_agreement_and_dispute_are_told(path: Path) -> None:
    """What everybody says, what they do not, and that it changes nothing."""
    done = _team(str(path))

    assert done.exit_code == 0
    assert "All agree on 1 of the 2 questions" in done.stdout
    assert "data_volatility: 50% agree; the result is the same either way" in done.stdout
    assert "Kendall's W 1.00" in done.stdout


def test_report_is_json_on_demand(path: Path) -> None:
    """Another program can read it."""
    report = json.loads(_team(str(path), "--format", "json").stdout)

    assert report["disputes"][0]["criterion"] == "data_volatility"
    assert report["agreement"] == {"task_kind": 1.0, "data_volatility": 0.5}


def test_file_without_people_is_refused(path: Path) -> None:
    """The message says how people get into the file."""
    path.write_text("schema_version: 1\nanswers: {}\n")
    done = _team(str(path))

    assert done.exit_code == 2
    assert "--as NAME" in done.stderr


@pytest.mark.parametrize(
    "people", ["[Ada]", "{Ada: [daily]}", "{Ada: {answers: {data_volatility: often}}}"]
)
def test_opinion_that_cannot_be_read_is_located(path: Path, people: str) -> None:
    """One sentence with file and line, whatever stands there."""
    path.write_text(f"schema_version: 1\npeople: {people}\n")
    done = _team(str(path))

    assert done.exit_code == 2
    assert f"{path}, line 2" in done.stderr
