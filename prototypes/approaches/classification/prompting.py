"""Prompting without a generator: what label names and a handful of samples already decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.labelling import (
    accuracy,
    build_predictions,
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.finetuning.head import HeadArm, fit_head
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.errors import TooFewSamplesError
from prototypes.workbench import Workbench

SAMPLES_PER_LABEL = 8
_FILE = "labels.npz"


class ZeroShotArm:
    """Chooses the label whose description lies nearest to the text; no sample is used."""

    def __init__(self) -> None:
        self._labels: tuple[str, ...] = ()
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Embed the label descriptions, or the names where there is none.

        Raises:
            TooFewSamplesError: If no label is known.
        """
        self._labels = data.labels or require_labels(data.train)
        if not self._labels:
            raise TooFewSamplesError("No label is known; give labelled samples or descriptions.")
        described = [data.label_descriptions.get(x) or humanise_label(x) for x in self._labels]
        self._vectors = workbench.embed(described)
        self._workbench = workbench
        progress(0.5)
        n_described = sum(label in data.label_descriptions for label in self._labels)
        note = f"{n_described} of {len(self._labels)} labels have a description"
        return FitReport(self._validate(data.validation), notes=(note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text; the confidence is the cosine to the label's description."""
        assert self._workbench is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._workbench.embed(inputs)
        with clock.stage("search"):
            scores = vectors @ self._vectors.T
        return build_predictions(scores, self._labels, timings_ms=clock.timings_ms(len(inputs)))

    def save(self, folder: Path) -> None:
        """Write the labels and their vectors."""
        assert self._workbench is not None
        np.savez(folder / _FILE, labels=np.array(self._labels), vectors=self._vectors)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the vectors were made by another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        with np.load(folder / _FILE, allow_pickle=False) as content:
            arm._labels, arm._vectors = tuple(content["labels"].tolist()), content["vectors"]
        arm._workbench = workbench
        return arm

    def _validate(self, samples: Sequence[Sample]) -> float | None:
        if not samples or self._workbench is None:
            return None
        scores = self._workbench.embed(inputs_of(samples)) @ self._vectors.T
        return accuracy(scores, label_indices(samples, self._labels))


class FewShotArm(HeadArm):
    """Learns from eight samples per label: a logistic head on the frozen encoder."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Draw the samples by the seed and train on them; nothing is tuned."""
        labels = require_labels(data.train)
        shots = draw_samples(data.train, n_per_label=SAMPLES_PER_LABEL, seed=seed)
        vectors = workbench.embed(inputs_of(shots))
        self._head = fit_head(vectors, label_indices(shots, labels), labels=labels)
        self._workbench = workbench
        progress(0.5)
        score = None
        if data.validation:
            scores = self._head.probabilities(workbench.embed(inputs_of(data.validation)))
            score = accuracy(scores, label_indices(data.validation, labels))
        note = f"{len(shots)} of {len(data.train)} training samples used"
        return FitReport(score, self._head.n_parameters, (note,))


def humanise_label(label: str) -> str:
    """Turn a label such as `card_arrival` or `CardArrival` into plain words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", label)
    words = re.sub(r"[\W_]+", " ", spaced).strip()
    return words.lower() if words else label


def draw_samples(samples: Sequence[Sample], *, n_per_label: int, seed: int) -> tuple[Sample, ...]:
    """Draw up to n samples of each label at random, in the order of the labels."""
    order = np.random.default_rng(seed).permutation(len(samples))
    drawn: dict[str, list[Sample]] = {label: [] for label in require_labels(samples)}
    for index in order:
        of_label = drawn[samples[index].targets[0]]
        if len(of_label) < n_per_label:
            of_label.append(samples[index])
    return tuple(sample for of_label in drawn.values() for sample in of_label)
