"""An earlier state of the corpus is read beside the current one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prototypes.data.readers import DataRequest, read_dataset
from prototypes.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two states of one document, and a question whose answer changed."""
    for root, value in ((tmp_path, "100"), (tmp_path / "previous", "10")):
        (root / "documents").mkdir(parents=True)
        (root / "documents" / "limits.md").write_text(f"# Limits\n\nThe limit is {value}.\n")
        row = {"question": "What is the limit?", "answers": [value], "sources": ["limits.md"]}
        (root / "questions.jsonl").write_text(json.dumps(row))
    return tmp_path


def test_earlier_documents_and_answers_are_read(folder: Path) -> None:
    """They never mix with those of now."""
    dataset = read_dataset(DataRequest(folder))

    assert dataset.earlier is not None
    assert dataset.samples[0].targets == ("100",)
    assert dataset.earlier.samples[0].targets == ("10",)
    assert "is 10." in dataset.earlier.documents[0].text


def test_another_earlier_state_is_another_data_set(folder: Path) -> None:
    """A run that was begun with one is not resumed with the other."""
    first = read_dataset(DataRequest(folder)).fingerprint
    (folder / "previous" / "documents" / "limits.md").write_text("The limit is 20.\n")

    assert read_dataset(DataRequest(folder)).fingerprint != first


def test_earlier_questions_without_documents_are_refused(folder: Path) -> None:
    """The sentence says what belongs there."""
    (folder / "previous" / "documents" / "limits.md").unlink()
    (folder / "previous" / "documents").rmdir()

    with pytest.raises(DataError, match="previous: expected documents/"):
        read_dataset(DataRequest(folder))
