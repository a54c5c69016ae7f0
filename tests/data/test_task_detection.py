"""The task of a table of examples, by its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Task
from prototypes.data.task_detection import tell_task_of_examples


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text,label", Task.CLASSIFICATION),
        ("utterance,intent", Task.CLASSIFICATION),
        ("input,output", Task.GENERATION),
        ("mr,ref", Task.GENERATION),
        ("Input,Completion,id", Task.GENERATION),
        ("input,outptu", Task.GENERATION),
        ("one,two", Task.CLASSIFICATION),
    ],
)
def test_task_is_the_one_most_of_whose_columns_are_there(
    tmp_path: Path, header: str, expected: Task
) -> None:
    """A misspelt column does not make it another task."""
    path = tmp_path / "examples.csv"
    path.write_text(f"{header}\n" + ",".join("x" for _ in header.split(",")) + "\n")

    assert expected is tell_task_of_examples(path, {})


def test_mapped_column_counts(tmp_path: Path) -> None:
    """The user's names are as good as ours."""
    path = tmp_path / "examples.csv"
    path.write_text("data,sentence\nx,y\n")

    found = tell_task_of_examples(path, {"input": "data", "output": "sentence"})

    assert found is Task.GENERATION
