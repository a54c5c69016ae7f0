"""Spans to tags and back: what every extraction arm does at its two ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Citation, LearningData, Prediction, Sample
from prototypes.data.spans import (
    OUTSIDE,
    Span,
    Word,
    format_spans,
    labels_of,
    list_tags,
    may_follow,
    parse_spans,
    read_tags,
    split_words,
    tag_words,
)
from prototypes.errors import TooFewSamplesError
from prototypes.measure.spans import span_f1

_FORBIDDEN = -1e9
_SMALLEST_PROBABILITY = 1e-9

Found = tuple[tuple[Span, ...], float]
"""The spans of a text, and how sure the least sure word of it is."""


def spans_of(sample: Sample) -> tuple[Span, ...]:
    """Return the right spans of a sample."""
    return parse_spans(sample.targets[0])


def require_tags(samples: Sequence[Sample]) -> tuple[str, ...]:
    """List the tags that the samples need.

    Raises:
        TooFewSamplesError: If no sample has a span, so that there is nothing to learn.
    """
    labels = {label for sample in samples for label in labels_of(sample.targets[0])}
    if not labels:
        raise TooFewSamplesError(
            f"None of the {len(samples):,} training texts has a span; expected at least one. "
            "Add texts with spans, or check the column the spans are read from."
        )
    return list_tags(labels)


def all_words(samples: Sequence[Sample]) -> list[tuple[Word, ...]]:
    """Cut the text of every sample into words."""
    return [split_words(sample.input) for sample in samples]


def tag_indices(samples: Sequence[Sample], tags: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return the position of each word's tag in `tags`, per sample; an unknown label is outside."""
    position = {tag: index for index, tag in enumerate(tags)}
    outside = position[OUTSIDE]
    return [
        np.array(
            [position.get(t, outside) for t in tag_words(split_words(s.input), spans_of(s))],
            dtype=np.int64,
        )
        for s in samples
    ]


class TagReader:
    """Reads the likeliest possible tags off the probabilities of single words.

    Impossible sequences, such as the inside of a span that never began, are left out by Viterbi's
    algorithm; nothing else is known about which tag follows which.
    """

    def __init__(self, tags: Sequence[str]) -> None:
        """Lay out which tag may follow which."""
        self.tags = tuple(tags)
        allowed = [[may_follow(one, next_) for next_ in tags] for one in tags]
        self._transitions = np.where(allowed, 0.0, _FORBIDDEN)
        self._outside = self.tags.index(OUTSIDE)

    def read(self, words: Sequence[Sequence[Word]], shares: NDArray[np.float32]) -> list[Found]:
        """Find the spans of each text.

        Args:
            words: The words of each text.
            shares: The probability of each tag, one row per word of all texts in order.
        """
        logs = np.log(np.maximum(shares, _SMALLEST_PROBABILITY)).astype(np.float64)
        starts = np.cumsum([0, *map(len, words)])
        return [
            self._read_one(text, logs[start : start + len(text)])
            for text, start in zip(words, starts, strict=False)
        ]

    def _read_one(self, words: Sequence[Word], logs: NDArray[np.float64]) -> Found:
        if not words:
            return (), 1.0
        path = self._best_path(logs)
        least = float(np.exp(logs[np.arange(len(words)), path].min()))
        return read_tags(words, [self.tags[index] for index in path]), least

    def _best_path(self, logs: NDArray[np.float64]) -> list[int]:
        """Follow Viterbi (1967): the best way to each tag of each word, then back from the end."""
        totals = logs[0] + self._transitions[self._outside]
        origins: list[NDArray[np.intp]] = []
        for row in logs[1:]:
            ways = totals[:, np.newaxis] + self._transitions
            origins.append(ways.argmax(axis=0))
            totals = ways.max(axis=0) + row
        path = [int(totals.argmax())]
        for origin in reversed(origins):
            path.append(int(origin[path[-1]]))
        return path[::-1]


def validate_spans(samples: Sequence[Sample], found: Sequence[Found]) -> float | None:
    """Return the span F1 on samples; None if there are none, or no span to be found in them."""
    pairs = zip(found, samples, strict=True)
    return span_f1((spans, spans_of(sample)) for (spans, _), sample in pairs)


def build_predictions(
    found: Sequence[Found],
    *,
    timings_ms: Mapping[str, float],
    citations: Sequence[tuple[Citation, ...]] | None = None,
) -> list[Prediction]:
    """Turn spans into one prediction per text."""
    return [
        Prediction(
            output=format_spans(spans),
            confidence=confidence,
            citations=citations[row] if citations else (),
            retrieved=tuple(each.passage_id for each in citations[row]) if citations else (),
            timings_ms=timings_ms,
        )
        for row, (spans, confidence) in enumerate(found)
    ]


def learnt_labels(data: LearningData) -> tuple[str, ...]:
    """List the labels to look for: those named beforehand, or those of the training samples."""
    found = {label for sample in data.train for label in labels_of(sample.targets[0])}
    return data.labels or tuple(sorted(found))
