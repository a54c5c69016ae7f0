"""Full fine-tuning: every parameter of the encoder, and a head on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from prototypes.approaches.classification.labelling import (
    accuracy,
    build_predictions,
    inputs_of,
    label_indices,
)
from prototypes.approaches.finetuning.tuned_classifier import TunedClassifier, tune_classifier
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.workbench import Workbench


class FullTuningArm:
    """Tunes everything with the transformers Trainer, from a head that fits already."""

    def __init__(self) -> None:
        self._workbench: Workbench | None = None
        self._classifier: TunedClassifier | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune on the training samples, measure on the validation samples, then use both."""
        self._workbench = workbench  # keeps the cache that the tuned files lie in
        part = tune_classifier(data, workbench, seed=seed, progress=progress)
        self._classifier = TunedClassifier.load(part.final)
        score = None
        if data.validation:
            rehearsal = TunedClassifier.load(part.rehearsal)
            vectors = rehearsal.encoder.encode(inputs_of(data.validation))
            right = label_indices(data.validation, rehearsal.head.labels)
            score = accuracy(rehearsal.head.probabilities(vectors), right)
        return FitReport(score, self._classifier.n_parameters, (part.note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text; the confidence is the probability of the label."""
        assert self._classifier is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._classifier.encoder.encode(inputs)
        with clock.stage("generate"):
            scores = self._classifier.head.probabilities(vectors)
        return build_predictions(
            scores, self._classifier.head.labels, timings_ms=clock.timings_ms(len(inputs))
        )

    def save(self, folder: Path) -> None:
        """Write the tuned encoder and its head."""
        assert self._classifier is not None
        self._classifier.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; nothing of the workbench is needed."""
        arm = cls()
        arm._classifier = TunedClassifier.load(folder)
        return arm
