"""Prompting without a generator: runs of words that lie near the description of a label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.prompting import humanise_label
from prototypes.approaches.extraction.labelling import (
    Found,
    build_predictions,
    learnt_labels,
    validate_spans,
)
from prototypes.approaches.extraction.word_features import fit_fallback
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.data.spans import Span, Word, split_words
from prototypes.errors import TooFewSamplesError
from prototypes.workbench import Workbench

MAX_WORDS = 4
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
DEFAULT_THRESHOLD = 0.45
_FILE = "labels.json"
_VECTORS_FILE = "labels.npz"

Candidate = tuple[float, Span]
"""A run of words with its nearest label, and their cosine."""


class ZeroShotSpansArm:
    """Takes the runs of words nearest to the label descriptions; no training sample is used."""

    def __init__(self) -> None:
        self._labels: tuple[str, ...] = ()
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._threshold = DEFAULT_THRESHOLD
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Embed the descriptions; choose on the validation samples how near is near enough.

        Raises:
            TooFewSamplesError: If no label is known.
        """
        self._labels, self._workbench = learnt_labels(data), workbench
        if not self._labels:
            raise TooFewSamplesError("No label is known; give texts with spans or descriptions.")
        described = [data.label_descriptions.get(x) or humanise_label(x) for x in self._labels]
        fit_fallback(workbench, [*described, *(sample.input for sample in data.train)])
        self._vectors = workbench.embed(described)
        progress(0.5)
        score = self._choose_threshold(data)
        n_described = sum(label in data.label_descriptions for label in self._labels)
        notes = (
            f"{n_described} of {len(self._labels)} labels have a description",
            f"runs of up to {MAX_WORDS} words from a cosine of {self._threshold:g} on",
        )
        return FitReport(score, notes=notes)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the spans of each text; the confidence is the smallest cosine among them."""
        clock = StageClock()
        with clock.stage("encode"):
            candidates = self._weigh(inputs)
        with clock.stage("search"):
            found = [choose_spans(each, self._threshold) for each in candidates]
        return build_predictions(found, timings_ms=clock.timings_ms(len(inputs)))

    def save(self, folder: Path) -> None:
        """Write the labels, their vectors and the threshold."""
        assert self._workbench is not None
        content = {"labels": self._labels, "threshold": self._threshold}
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _VECTORS_FILE, vectors=self._vectors)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the vectors were made by another encoder.
        """
        workbench.require_encoder(folder)
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._labels, arm._threshold = tuple(content["labels"]), float(content["threshold"])
        with np.load(folder / _VECTORS_FILE, allow_pickle=False) as vectors:
            arm._vectors = vectors["vectors"]
        arm._workbench = workbench
        return arm

    def _choose_threshold(self, data: LearningData) -> float | None:
        """Choose by span F1; the one nearest to the first of those that tie."""
        candidates = self._weigh([sample.input for sample in data.validation])
        scores = {
            threshold: validate_spans(
                data.validation, [choose_spans(each, threshold) for each in candidates]
            )
            for threshold in THRESHOLDS
        }
        known = {threshold: score for threshold, score in scores.items() if score is not None}
        if not known:
            return None
        self._threshold = max(known, key=lambda threshold: known[threshold])
        return known[self._threshold]

    def _weigh(self, inputs: Sequence[str]) -> list[list[Candidate]]:
        """Find the label nearest to every run of words of every text."""
        assert self._workbench is not None
        runs = [list_runs(split_words(text)) for text in inputs]
        surfaces = [
            [text[a:b].casefold() for a, b in each] for text, each in zip(inputs, runs, strict=True)
        ]
        rows = {
            surface: n for n, surface in enumerate(dict.fromkeys(s for t in surfaces for s in t))
        }
        if not rows:
            return [[] for _ in inputs]
        cosines = self._workbench.encoder.encode(list(rows)) @ self._vectors.T
        nearest = cosines.argmax(axis=1)
        return [
            [
                (float(cosines[row, nearest[row]]), Span(*run, self._labels[nearest[row]]))
                for run, row in zip(each, (rows[s] for s in said), strict=True)
            ]
            for each, said in zip(runs, surfaces, strict=True)
        ]


def list_runs(words: Sequence[Word]) -> list[tuple[int, int]]:
    """List where each run of one to four words begins and ends; none begins or ends with a sign."""
    return [
        (first.start, last.end)
        for at, first in enumerate(words)
        for last in words[at : at + MAX_WORDS]
        if first.text.isalnum() and last.text.isalnum()
    ]


def choose_spans(candidates: Sequence[Candidate], threshold: float) -> Found:
    """Take the nearest run, then the next that does not overlap, down to the threshold."""
    taken: list[Candidate] = []
    for cosine, span in sorted(candidates, key=lambda each: (-each[0], each[1])):
        if cosine < threshold:
            break
        if all(span.end <= other.start or other.end <= span.start for _, other in taken):
            taken.append((cosine, span))
    confidence = min((cosine for cosine, _ in taken), default=0.0)
    return tuple(sorted(span for _, span in taken)), confidence
