"""A data set as files: documents with questions, or labelled examples."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from prototypes.contracts import Dataset, Sample, Task


def write_dataset(dataset: Dataset, folder: Path) -> None:
    """Write what the readers read: `examples.csv`, or `documents/` and `questions.jsonl`."""
    folder.mkdir(parents=True, exist_ok=True)
    if dataset.task is Task.CLASSIFICATION:
        _write_examples(dataset.samples, folder / "examples.csv")
        return
    for document in dataset.documents:
        path = (folder / "documents" / document.id).with_suffix(".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.text, encoding="utf-8")
    _write_questions(dataset.samples, folder / "questions.jsonl")


def _write_examples(samples: Sequence[Sample], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        writer.writerows((sample.input, sample.targets[0]) for sample in samples)


def _write_questions(samples: Sequence[Sample], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for sample in samples:
            row: dict[str, object] = {"question": sample.input, "answers": list(sample.targets)}
            if sample.sources:
                row["sources"] = [
                    str(Path(source).with_suffix(".txt")) for source in sample.sources
                ]
            if sample.unanswerable:
                row["unanswerable"] = True
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
