"""Both at once: a tuned encoder's head, interpolated with the vote of its nearest samples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.labelling import accuracy, inputs_of, label_indices
from prototypes.approaches.classification.rag import (
    SampleIndex,
    describe_vote,
    index_samples,
    predict_with_samples,
)
from prototypes.approaches.finetuning.tuned_classifier import TunedClassifier, tune_classifier
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings
from prototypes.workbench import Workbench

VOTE_WEIGHTS = (0.0, 0.1, 0.25, 0.5, 0.75)
"""0 is the tuned head alone, so no validation sample is lost by the vote."""
DEFAULT_VOTE_WEIGHT = 0.25
_FILE = "interpolation.json"


class InterpolatedArm:
    """Mixes what the tuned head says with what the nearest samples say.

    Source of the idea: Khandelwal et al. 2020, "Generalization through memorization: nearest
    neighbor language models", here for labels instead of words.
    """

    def __init__(self) -> None:
        self._workbench: Workbench | None = None
        self._classifier: TunedClassifier | None = None
        self._index: SampleIndex | None = None
        self._vote_weight = DEFAULT_VOTE_WEIGHT

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune the encoder, index the samples, choose how much the vote counts."""
        self._workbench = workbench  # keeps the cache that the tuned files lie in
        part = tune_classifier(data, workbench, seed=seed, progress=progress)
        settings, self._vote_weight, score = _choose(data, TunedClassifier.load(part.rehearsal))
        self._classifier = TunedClassifier.load(part.final)
        samples = (*data.train, *data.validation)
        vectors = self._classifier.encoder.encode(inputs_of(samples))
        labels = self._classifier.head.labels
        self._index = index_samples(samples, vectors, labels=labels, settings=settings)
        notes = (part.note, describe_vote(settings), f"vote weight {self._vote_weight:g}")
        return FitReport(score, self._classifier.n_parameters, notes)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text and cite the nearest samples of that label."""
        assert self._classifier is not None and self._index is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._classifier.encoder.encode(inputs)
        with clock.stage("search"):
            votes, neighbours = self._index.vote(vectors)
        with clock.stage("generate"):
            probabilities = self._classifier.head.probabilities(vectors)
            scores = mix(probabilities, votes, self._vote_weight)
        return predict_with_samples(
            scores, neighbours, self._index, timings_ms=clock.timings_ms(len(inputs))
        )

    def save(self, folder: Path) -> None:
        """Write the tuned encoder, its head, the index and the vote's weight."""
        assert self._classifier is not None and self._index is not None
        self._classifier.save(folder)
        self._index.save(folder)
        content = {"vote_weight": self._vote_weight}
        (folder / _FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; nothing of the workbench is needed."""
        arm = cls()
        arm._classifier = TunedClassifier.load(folder)
        arm._index = SampleIndex.load(folder)
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        arm._vote_weight = float(content["vote_weight"])
        return arm


def _choose(
    data: LearningData, rehearsal: TunedClassifier
) -> tuple[VoteSettings, float, float | None]:
    """Choose settings and weight on the validation samples; the smaller weight if they tie."""
    if not data.validation:
        return VoteSettings(), DEFAULT_VOTE_WEIGHT, None
    labels = rehearsal.head.labels
    learnt = LabelledIndex(
        rehearsal.encoder.encode(inputs_of(data.train)),
        label_indices(data.train, labels),
        n_labels=len(labels),
    )
    vectors = rehearsal.encoder.encode(inputs_of(data.validation))
    right = label_indices(data.validation, labels)
    settings, _ = learnt.choose_settings(vectors, right)
    votes, _ = learnt.vote(vectors, settings)
    probabilities = rehearsal.head.probabilities(vectors)
    scores = {w: accuracy(mix(probabilities, votes, w), right) or 0.0 for w in VOTE_WEIGHTS}
    best = max(VOTE_WEIGHTS, key=lambda weight: scores[weight])
    return settings, best, scores[best]


def mix(
    probabilities: NDArray[np.float32], votes: NDArray[np.float32], vote_weight: float
) -> NDArray[np.float32]:
    """Interpolate what a head says, shape (n, n_labels), with what neighbours say."""
    return (1 - vote_weight) * probabilities + vote_weight * votes
