"""Files with spans: the task is told by their columns, rows are refused by line, parts are fair."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prototypes.contracts import Dataset, Sample, Task
from prototypes.data.readers import read_dataset
from prototypes.data.request import DataRequest
from prototypes.data.spans import Span, format_spans
from prototypes.data.splits import split_dataset
from prototypes.errors import DataError, TooFewSamplesError

TIME = [{"start": 3, "end": 7, "label": "time"}]


def _write(folder: Path, *rows: dict[str, object], name: str = "examples.jsonl") -> DataRequest:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return DataRequest(folder=folder)


def test_column_of_spans_makes_it_extraction(tmp_path: Path) -> None:
    """Nobody has to name the task of a file that shows it."""
    dataset = read_dataset(_write(tmp_path, {"text": "at 8 pm", "spans": TIME}))

    assert dataset.task is Task.EXTRACTION
    assert dataset.samples[0].targets == (format_spans([Span(3, 7, "time")]),)


def test_column_of_another_name_is_mapped(tmp_path: Path) -> None:
    """`--column spans=found` serves to tell the task, too."""
    request = _write(tmp_path, {"text": "at 8 pm", "found": TIME})

    mapped = DataRequest(folder=request.folder, columns={"spans": "found"})

    assert read_dataset(mapped).task is Task.EXTRACTION


def test_file_with_a_label_stays_classification(tmp_path: Path) -> None:
    """Labelled texts were the only task of such files, and remain the first."""
    request = _write(tmp_path, {"text": "at 8 pm", "label": "booking", "spans": TIME})

    assert read_dataset(request).task is Task.CLASSIFICATION


def test_bad_row_is_refused_by_file_and_line(tmp_path: Path) -> None:
    """The rest goes on, and the user can find the row."""
    request = _write(
        tmp_path,
        {"text": "at 8 pm", "spans": TIME},
        {"text": "noon", "spans": TIME},
    )

    (refused,) = read_dataset(request).refused

    assert refused.where == "examples.jsonl, line 2"
    assert refused.reason.startswith("the span 3 to 7 (time) does not lie in the text")


def test_described_label_that_no_span_has_is_refused(tmp_path: Path) -> None:
    """A slip in labels.yaml would otherwise leave a label without its description."""
    (tmp_path / "labels.yaml").write_text("time: when\ntyme: when\n")

    dataset = read_dataset(_write(tmp_path, {"text": "at 8 pm", "spans": TIME}))

    assert dataset.label_descriptions == {"time": "when"}
    assert "'tyme'" in dataset.refused[0].reason


def _samples(n_with: int, n_without: int) -> tuple[Sample, ...]:
    digits = "abcdefghijklmnopqrstuvwxyz"
    texts = [f"{a}{a}{b} {b}{a}{a}" for a in digits for b in digits if a != b]
    lines = [format_spans([Span(0, 3, "x")])] * n_with + [format_spans([])] * n_without
    return tuple(
        Sample(f"{n}", text, (line,))
        for n, (text, line) in enumerate(zip(texts, lines))  # noqa: B905 # more texts than lines
    )


def test_texts_with_and_without_spans_are_spread_in_proportion() -> None:
    """A test split without spans would measure nothing."""
    split = split_dataset(Dataset(Task.EXTRACTION, _samples(20, 180)), seed=0)

    assert sum(sample.targets != ("[]",) for sample in split.test) == 6
    assert split.learning.labels == ("x",)


def test_data_without_any_span_are_refused() -> None:
    """There is nothing to learn, and the reason is most likely a wrong column."""
    with pytest.raises(TooFewSamplesError, match=r"None of the .* training texts has a span"):
        split_dataset(Dataset(Task.EXTRACTION, _samples(0, 60)), seed=0)


def test_punctuation_that_moves_offsets_is_no_conflict() -> None:
    """The same text written twice says the same about the same words."""
    pair = (
        Sample("a", "at 8 pm", (format_spans([Span(3, 7, "time")]),)),
        Sample("b", "at, 8 pm", (format_spans([Span(4, 8, "time")]),)),
    )

    split = split_dataset(Dataset(Task.EXTRACTION, (*pair, *_samples(20, 20))), seed=0)

    assert split.n_conflicting_labels == 0


def test_missing_column_is_named(tmp_path: Path) -> None:
    """Whoever asks for extraction learns which column it takes."""
    request = _write(tmp_path, {"text": "at 8 pm", "spanz": TIME})

    with pytest.raises(DataError, match="Did you mean 'spanz'"):
        read_dataset(DataRequest(folder=request.folder, task=Task.EXTRACTION))
