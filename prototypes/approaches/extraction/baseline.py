"""The floor every approach has to beat: spans that were seen before, looked up word for word."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from prototypes.approaches.extraction.labelling import (
    Found,
    build_predictions,
    require_tags,
    spans_of,
    validate_spans,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.data.spans import Span, Word, split_words
from prototypes.workbench import Workbench

MIN_SHARE = 0.5
"""Words are taken for a span if they were one at least this often when they occurred."""

_FILE = "dictionary.json"

Phrase = tuple[str, ...]
"""Words without capitals."""


class DictionaryArm:
    """Looks for the spans of the training samples, the longest first; learns no parameters."""

    def __init__(self) -> None:
        self._entries: dict[Phrase, tuple[str, float]] = {}

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Collect the spans, and count how often the same words were none.

        Raises:
            TooFewSamplesError: If no training sample has a span.
        """
        require_tags(data.train)
        self._entries = _collect(data.train)
        progress(1.0)
        found = [self._look_up(sample.input) for sample in data.validation]
        note = f"{len(self._entries):,} different spans in the dictionary"
        return FitReport(validate_spans(data.validation, found), notes=(note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the known spans of each text; the confidence is how often its rarest one was one."""
        clock = StageClock()
        with clock.stage("search"):
            found = [self._look_up(text) for text in inputs]
        return build_predictions(found, timings_ms=clock.timings_ms(len(inputs)))

    def save(self, folder: Path) -> None:
        """Write the dictionary."""
        rows = [[list(phrase), *entry] for phrase, entry in self._entries.items()]
        (folder / _FILE).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""
        arm = cls()
        rows = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._entries = {tuple(phrase): (label, float(share)) for phrase, label, share in rows}
        return arm

    def _look_up(self, text: str) -> Found:
        words = split_words(text)
        longest = max(map(len, self._entries), default=0)
        spans, confidence, at = [], 1.0, 0
        while at < len(words):
            size, entry = self._longest_match(words[at : at + longest])
            if entry is not None:
                spans.append(Span(words[at].start, words[at + size - 1].end, entry[0]))
                confidence = min(confidence, entry[1])
            at += size
        return tuple(spans), confidence

    def _longest_match(self, words: Sequence[Word]) -> tuple[int, tuple[str, float] | None]:
        """Return how many words match and what they are; one word and None if none do."""
        phrase = _phrase(words)
        for size in range(len(words), 0, -1):
            entry = self._entries.get(phrase[:size])
            if entry is not None:
                return size, entry
        return 1, None


def _collect(samples: Sequence[Sample]) -> dict[Phrase, tuple[str, float]]:
    """Keep what is a span of one label in most of the places where it occurs."""
    labels: defaultdict[Phrase, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        for span in spans_of(sample):
            labels[_phrase(split_words(sample.input[span.start : span.end]))][span.label] += 1
    sizes = sorted({len(phrase) for phrase in labels})
    occurring = Counter(
        phrase for sample in samples for phrase in _runs(sample.input, sizes) if phrase in labels
    )
    entries = {}
    for phrase, counts in labels.items():
        label = min(counts, key=lambda name: (-counts[name], name))
        share = counts[label] / max(occurring[phrase], counts[label])
        if share >= MIN_SHARE:
            entries[phrase] = (label, share)
    return entries


def _runs(text: str, sizes: Sequence[int]) -> Iterator[Phrase]:
    words = _phrase(split_words(text))
    return (words[at : at + size] for size in sizes for at in range(max(0, len(words) - size + 1)))


def _phrase(words: Sequence[Word]) -> Phrase:
    return tuple(word.text.casefold() for word in words)
