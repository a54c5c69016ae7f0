"""Pairs of input and output, of which several may be about one input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prototypes.contracts import Sample, Task
from prototypes.data.readers import read_dataset
from prototypes.data.references import build_pair, join_references
from prototypes.data.request import DataRequest
from prototypes.errors import DataError


def _placed(*pairs: tuple[str, str]) -> list[tuple[str, Sample]]:
    numbered = enumerate(pairs, start=2)
    return [(f"line {n}", Sample(f"line-{n}", text, (said,))) for n, (text, said) in numbered]


def test_rows_with_one_input_become_one_sample() -> None:
    """Every output is kept once; place and id are those of the first row."""
    joined = join_references(_placed(("a", "one"), ("b", "two"), ("a", "three"), ("a", "one")))

    expected = [
        ("line 2", Sample("line-2", "a", ("one", "three"))),
        ("line 3", Sample("line-3", "b", ("two",))),
    ]
    assert expected == joined


def test_list_of_outputs_is_taken_as_references() -> None:
    """JSON lines and Parquet have real lists."""
    sample = build_pair({"input": "a", "output": ["one", "two", "one"]})

    assert sample.targets == ("one", "two")


def test_text_that_looks_like_a_list_stays_what_is_to_be_written() -> None:
    """A JSON list may be the very format that is wanted."""
    sample = build_pair({"input": "a", "output": '["one", "two"]'})

    assert sample.targets == ('["one", "two"]',)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ({"name": "Ada"}, "expected a text, or a list of texts that are all right"),
        (7, "output is '7'; expected a text"),
        ([], "output is an empty list; expected at least one text"),
        (["fine", " "], "output is empty; expected a text"),
        (None, "output is missing; expected a text"),
    ],
)
def test_output_that_is_no_text_is_refused(output: object, reason: str) -> None:
    """What was found, and what was expected."""
    with pytest.raises(DataError) as caught:
        build_pair({"input": "a", "output": output})

    assert reason in str(caught.value)


def test_pairs_are_read_and_their_task_is_told(tmp_path: Path) -> None:
    """Columns called input and output mean that something is to be written."""
    rows = [{"input": f"in {n % 2}", "output": f"out {n}"} for n in range(4)]
    rows.append({"input": "in 3", "output": ""})
    (tmp_path / "examples.jsonl").write_text("\n".join(map(json.dumps, rows)))

    dataset = read_dataset(DataRequest(tmp_path))

    assert dataset.task is Task.GENERATION
    assert [sample.targets for sample in dataset.samples] == [
        ("out 0", "out 2"),
        ("out 1", "out 3"),
    ]
    assert [refused.where for refused in dataset.refused] == ["examples.jsonl, line 5"]
