"""Hybrids that mix a tuned head with neighbours never lose validation samples by it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification import hybrid as classification
from prototypes.approaches.classification.hybrid import VOTE_WEIGHTS
from prototypes.approaches.extraction import hybrid as extraction
from prototypes.approaches.extraction.tuned_tagger import TunedTagger
from prototypes.approaches.finetuning.head import LinearHead
from prototypes.approaches.finetuning.tuned_classifier import TunedClassifier
from prototypes.contracts import LearningData, Sample, Task
from prototypes.data.spans import Span, format_spans

PLACES = {"raven": (1.0, 0.0), "stone": (0.0, 1.0)}


class Placed:
    """Encodes a text, or each word of one, as its place in the plane."""

    name, sha256, folder, dimension = "placed", None, None, 2

    def encode(self, texts: Sequence[str] | Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Look the places up."""
        words = [word for text in texts for word in ([text] if isinstance(text, str) else text)]
        return np.array([PLACES[word] for word in words], dtype=np.float32)


def _head(*labels: str, sharpness: float) -> LinearHead:
    """A head that tells the two places apart, more or less surely."""
    coefficients = sharpness * np.eye(len(labels), 2, dtype=np.float32)
    return LinearHead(labels, coefficients, np.zeros(len(labels), dtype=np.float32))


def test_misleading_samples_get_no_say_in_labels() -> None:
    """The head is right and hardly sure, its neighbours are wrong: weight 0, nothing lost."""
    wrong = tuple(
        Sample(str(row), text, (label,))
        for row, (text, label) in enumerate([("raven", "thing"), ("stone", "bird")] * 5)
    )
    right = (Sample("a", "raven", ("bird",)), Sample("b", "stone", ("thing",)))
    tuned = TunedClassifier(Placed(), _head("bird", "thing", sharpness=0.05), Path())

    _, weight, score = classification._choose(
        LearningData(Task.CLASSIFICATION, wrong, right), tuned
    )

    assert (weight, score) == (0.0, 1.0)


def test_misleading_words_get_no_say_in_spans() -> None:
    """The same with words: the tagger alone finds both spans, any vote hides them."""
    birds = format_spans([Span(0, 5, "bird")])
    wrong = tuple(
        Sample(str(row), text, (spans,))
        for row, (text, spans) in enumerate([("raven", "[]"), ("stone", birds)] * 5)
    )
    right = (Sample("a", "raven", (birds,)), Sample("b", "stone", ("[]",)))
    head = _head("B-bird", "O", "I-bird", sharpness=0.05)
    intercepts = np.array([0, 0, -9], dtype=np.float32)
    head = LinearHead(head.labels, head.coefficients, intercepts)

    _, weight, score = extraction._choose(
        LearningData(Task.EXTRACTION, wrong, right), TunedTagger(Placed(), head, Path())
    )

    assert (weight, score) == (0.0, 1.0)


def test_smallest_weight_is_none_at_all() -> None:
    """Ties go to the first weight, so it has to be the one that changes nothing."""
    assert VOTE_WEIGHTS == tuple(sorted(VOTE_WEIGHTS))
    assert VOTE_WEIGHTS[0] == 0.0
