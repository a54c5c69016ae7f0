"""Embed what several arms will ask for, before they are sent out: else each would do it again."""

from __future__ import annotations

from collections.abc import Iterator

from prototypes.contracts import Sample, Task
from prototypes.errors import ClusterError, LaboratoryError
from prototypes.measurement import Conditions


def embed_beforehand(conditions: Conditions) -> None:
    """Embed corpus and samples; what cannot be embedded is the affair of the arm that needs it.

    Raises:
        ClusterError: If the cluster is lost.
    """
    try:
        for texts in _list_texts(conditions):
            conditions.bench.embed(texts)
        if conditions.split.learning.task is Task.EXTRACTION:
            _embed_words(conditions)
    except ClusterError:
        raise
    except LaboratoryError:
        return


def _embed_words(conditions: Conditions) -> None:
    """Embed the words that two arms of extraction learn from; that happens in this process."""
    from prototypes.approaches.extraction.labelling import all_words
    from prototypes.approaches.extraction.word_features import WordFeatures

    WordFeatures(conditions.bench).embed_ahead(all_words(conditions.split.learning.train))


def _list_texts(conditions: Conditions) -> Iterator[list[str]]:
    """List the texts in the company in which the arms embed them, which names their vectors."""
    learning, bench = conditions.split.learning, conditions.bench
    if learning.task is Task.DOCUMENT_QA:
        yield [f"{passage.title}\n{passage.text}" for passage in bench.passages]
    if learning.task is Task.CLASSIFICATION:
        yield _inputs((*learning.train, *learning.validation))
        yield _inputs(conditions.split.test)


def _inputs(samples: tuple[Sample, ...]) -> list[str]:
    return [sample.input for sample in samples]
