"""Question answering over the Python language reference that every CPython carries.

The documents are the topics of Python's own help. The questions beside this file were written for
this project, in the words of a user and against the text of the topics: 356 with short answers
that stand word for word in the topics they name, over 76 topics, and 58 (14 %) about programming
that the topics do not answer. A passage that Sphinx repeats in several topics has all of them as
its sources. All 356 hold on Python 3.11, 3.12 and 3.13; on another Python a question whose answer
is no longer there is refused with a reason.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

from prototypes.contracts import Dataset, RefusedRow, Sample, Task
from prototypes.data.readers import compute_fingerprint
from prototypes.data.samples.topics import load_topics

QUESTIONS_FILE = "python_reference.jsonl"


def load_python_reference() -> Dataset:
    """Read the topics of this interpreter and the questions that they still answer.

    The first source of a question is the topic that it was written for. Questions carry no group:
    whoever asks tomorrow asks about the same documents, so a split may part those of one topic.
    """
    documents = load_topics()
    texts = {document.id: document.text for document in documents}
    samples, refused = [], []
    for line_number, row in enumerate(read_questions(), start=1):
        sample = build_sample(row, texts)
        if sample.sources or sample.unanswerable:
            samples.append(sample)
        else:
            refused.append(_refuse(row, line_number))
    dataset = Dataset(Task.DOCUMENT_QA, tuple(samples), documents, refused=tuple(refused))
    return replace(dataset, fingerprint=compute_fingerprint(dataset))


def read_questions() -> tuple[dict[str, Any], ...]:
    """Read the questions as they were written, one object per line."""
    lines = files(__package__).joinpath(QUESTIONS_FILE).read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def build_sample(row: Mapping[str, Any], texts: Mapping[str, str]) -> Sample:
    """Make a sample that keeps only the sources and answers that the texts bear out.

    Args:
        row: A question with `id`, `answers`, `sources` and perhaps `unanswerable`.
        texts: The text of every document, by id.
    """
    sources = tuple(
        source
        for source in row["sources"]
        if any(answer in texts.get(source, "") for answer in row["answers"])
    )
    return Sample(
        id=row["id"],
        input=row["question"],
        targets=tuple(a for a in row["answers"] if any(a in texts[source] for source in sources)),
        sources=sources,
        unanswerable=row.get("unanswerable", False),
    )


def _refuse(row: Mapping[str, Any], line_number: int) -> RefusedRow:
    """Say that this Python's reference no longer holds an answer."""
    return RefusedRow(
        where=f"{QUESTIONS_FILE}, line {line_number}",
        reason=f"none of the answers {row['answers']} to '{row['question']}' stands in the topics "
        f"{row['sources']} of Python {platform.python_version()}; the question is left out",
    )
