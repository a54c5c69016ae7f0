"""Training pairs as examples: kept in an arm's folder, found again by their inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from prototypes.contracts import Citation, Prediction, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.measure.answers import token_f1
from prototypes.measure.generation import score_texts

_FILE = "examples.json"
_MAX_COMPARED = 12
"""Outputs of one input that are compared with each other; more would not tell more."""


@dataclass(frozen=True)
class Example:
    """An input with all that people wrote for it."""

    id: str
    input: str
    outputs: tuple[str, ...]

    @cached_property
    def typical(self) -> str:
        """The output that has most words in common with the others; the first of equals."""
        compared = self.outputs[:_MAX_COMPARED]
        return max(compared, key=lambda one: sum(token_f1(one, (other,)) for other in compared))

    def cite(self) -> Citation:
        """Name the example as the source of an output."""
        return Citation(self.id, self.id, self.input)


def examples_of(samples: Sequence[Sample]) -> list[Example]:
    """Take samples as examples.

    Raises:
        TooFewSamplesError: If there is none.
    """
    if not samples:
        raise TooFewSamplesError("There is no training pair; give at least one.")
    return [Example(sample.id, sample.input, sample.targets) for sample in samples]


def save_examples(examples: Sequence[Example], folder: Path) -> None:
    """Write examples into a folder."""
    content = json.dumps([asdict(example) for example in examples], ensure_ascii=False)
    (folder / _FILE).write_text(content, encoding="utf-8")


def load_examples(folder: Path) -> list[Example]:
    """Read back what `save_examples` wrote."""
    content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return [Example(row["id"], row["input"], tuple(row["outputs"])) for row in content]


def mean_chrf(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float | None:
    """Average the primary metric; None without samples."""
    scores = [row["chrf"] for row in score_texts(samples, predictions)]
    return sum(scores) / len(scores) if scores else None
