"""Retrieval for classification: the nearest labelled samples decide, and are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.labelling import (
    build_predictions,
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Citation, FitReport, LearningData, Prediction, Progress, Sample
from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings
from prototypes.workbench import Workbench

MAX_CITATIONS = 3
_FILE = "samples.json"


class SampleIndex:
    """Labelled samples in an index: they vote on a label and are cited as its reason."""

    def __init__(
        self,
        samples: Sequence[tuple[str, str]],
        *,
        labels: tuple[str, ...],
        index: LabelledIndex,
        settings: VoteSettings,
    ) -> None:
        """Set up the index; `samples` holds the id and the text of each row of the index."""
        self.samples = list(samples)
        self.labels = labels
        self.index = index
        self.settings = settings

    def vote(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the share of votes per label and the neighbours of each vector."""
        return self.index.vote(vectors, self.settings)

    def cite(self, neighbours: NDArray[np.int64], column: int) -> tuple[Citation, ...]:
        """Name the nearest samples that carry the label at `column`."""
        agreeing = [n for n in neighbours if self.index.targets[n] == column][:MAX_CITATIONS]
        rows = [self.samples[n] for n in agreeing]
        return tuple(Citation(document_id=id, passage_id=id, title=text) for id, text in rows)

    def retrieved(self, neighbours: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the ids of the neighbours, nearest first."""
        return tuple(self.samples[n][0] for n in neighbours)

    def save(self, folder: Path) -> None:
        """Write samples, labels, settings and vectors."""
        content = {
            "samples": self.samples,
            "labels": self.labels,
            "k": self.settings.k,
            "temperature": self.settings.temperature,
        }
        (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        self.index.save(folder)

    @classmethod
    def load(cls, folder: Path) -> SampleIndex:
        """Read back what `save` wrote."""
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(
            [(id, text) for id, text in content["samples"]],
            labels=tuple(content["labels"]),
            index=LabelledIndex.load(folder),
            settings=VoteSettings(int(content["k"]), float(content["temperature"])),
        )


class NearestSamplesArm:
    """Looks up the nearest labelled samples and takes their vote; learns no parameters."""

    def __init__(self) -> None:
        self._index: SampleIndex | None = None
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index all samples; how they vote is chosen on the validation samples."""
        labels = require_labels(data.train)
        samples = (*data.train, *data.validation)
        vectors = workbench.embed(inputs_of(samples))
        progress(0.8)
        targets = label_indices(samples, labels)
        n = len(data.train)
        learnt = LabelledIndex(vectors[:n], targets[:n], n_labels=len(labels))
        settings, score = learnt.choose_settings(vectors[n:], targets[n:])
        self._index = index_samples(samples, vectors, labels=labels, settings=settings)
        self._workbench = workbench
        return FitReport(score, notes=(describe_vote(settings),))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text by vote; the confidence is the winner's share."""
        assert self._index is not None and self._workbench is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            scores, neighbours = self._index.vote(vectors)
        return predict_with_samples(
            scores, neighbours, self._index, timings_ms=clock.timings_ms(len(inputs))
        )

    def save(self, folder: Path) -> None:
        """Write the index."""
        assert self._index is not None and self._workbench is not None
        self._index.save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the vectors were made by another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        arm._index, arm._workbench = SampleIndex.load(folder), workbench
        return arm


def index_samples(
    samples: Sequence[Sample],
    vectors: NDArray[np.float32],
    *,
    labels: tuple[str, ...],
    settings: VoteSettings,
) -> SampleIndex:
    """Index every sample whose label is known; `vectors` holds one row per sample."""
    targets = label_indices(samples, labels)
    is_known = targets >= 0
    index = LabelledIndex(vectors[is_known], targets[is_known], n_labels=len(labels))
    kept = [(s.id, s.input) for s, known in zip(samples, is_known, strict=True) if known]
    return SampleIndex(kept, labels=labels, index=index, settings=settings)


def predict_with_samples(
    scores: NDArray[np.float32],
    neighbours: NDArray[np.int64],
    index: SampleIndex,
    *,
    timings_ms: Mapping[str, float],
) -> list[Prediction]:
    """Build the predictions, each citing the nearest samples of the label it gives."""
    best = scores.argmax(axis=1)
    return build_predictions(
        scores,
        index.labels,
        timings_ms=timings_ms,
        citations=[index.cite(row, column) for row, column in zip(neighbours, best, strict=True)],
        retrieved=[index.retrieved(row) for row in neighbours],
    )


def describe_vote(settings: VoteSettings) -> str:
    """Say in words how the neighbours vote."""
    return f"{settings.k} neighbours vote, weighted by exp(cosine / {settings.temperature:g})"
