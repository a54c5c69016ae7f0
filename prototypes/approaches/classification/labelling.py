"""Labels to numbers and back: what every classification arm does at its two ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Citation, Prediction, Sample
from prototypes.errors import TooFewSamplesError


def require_labels(samples: Sequence[Sample]) -> tuple[str, ...]:
    """List the labels that occur, in alphabetical order.

    Raises:
        TooFewSamplesError: If there are fewer than two, so that there is nothing to learn.
    """
    labels = tuple(sorted({sample.targets[0] for sample in samples}))
    if len(labels) < 2:
        found = f"only the label '{labels[0]}'" if labels else "no sample at all"
        raise TooFewSamplesError(
            f"The training samples hold {found}; a classifier needs samples of at least two "
            "labels. Add samples, or check the column the labels are read from."
        )
    return labels


def label_indices(samples: Sequence[Sample], labels: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each sample's label in `labels`, -1 where it is not among them."""
    position = {label: index for index, label in enumerate(labels)}
    return np.array([position.get(sample.targets[0], -1) for sample in samples], dtype=np.int64)


def inputs_of(samples: Sequence[Sample]) -> list[str]:
    """Collect the texts of the samples."""
    return [sample.input for sample in samples]


def accuracy(scores: NDArray[np.float32], targets: NDArray[np.int64]) -> float | None:
    """Share of rows whose largest score is at the target; None if there are no rows.

    Args:
        scores: One row per sample, one column per label, shape (n, n_labels).
        targets: The right column of each row; -1 is never right.
    """
    return float((scores.argmax(axis=1) == targets).mean()) if len(targets) else None


def build_predictions(
    scores: NDArray[np.float32],
    labels: Sequence[str],
    *,
    timings_ms: Mapping[str, float],
    citations: Sequence[tuple[Citation, ...]] | None = None,
    retrieved: Sequence[tuple[str, ...]] | None = None,
) -> list[Prediction]:
    """Turn scores (n, n_labels) into one prediction per row: the label that scores highest."""
    best = scores.argmax(axis=1)
    return [
        Prediction(
            output=labels[column],
            confidence=float(scores[row, column]),
            citations=citations[row] if citations else (),
            retrieved=retrieved[row] if retrieved else (),
            timings_ms=timings_ms,
        )
        for row, column in enumerate(best)
    ]
