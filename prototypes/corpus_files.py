"""What a run folder keeps of the data: the corpus, and the questions made of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prototypes.access import keep_groups
from prototypes.contracts import Dataset, Sample
from prototypes.results import FrozenSchema
from prototypes.run_folder import RunFolder
from prototypes.storage import write_lines

SYNTHETIC_FILE = "synthetic_questions.jsonl"


class SyntheticQuestion(FrozenSchema):
    """One line of `synthetic_questions.jsonl`; a questions file may have such lines too."""

    id: str
    question: str
    answers: list[str]
    sources: list[str]
    group: str | None
    synthetic: bool = True


def keep_corpus(folder: RunFolder, dataset: Dataset) -> None:
    """Write the corpus, who may read which document of it, and its synthetic questions."""
    if dataset.groups is not None:
        keep_groups(folder, dataset.groups)
    folder.keep_documents(dataset.documents)
    made = [sample for sample in dataset.samples if sample.synthetic]
    if made:
        _write(folder.root / SYNTHETIC_FILE, made)


def _write(path: Path, samples: Sequence[Sample]) -> None:
    lines = (
        SyntheticQuestion(
            id=sample.id,
            question=sample.input,
            answers=list(sample.targets),
            sources=list(sample.sources),
            group=sample.group,
        )
        for sample in samples
    )
    write_lines(path, lines)
