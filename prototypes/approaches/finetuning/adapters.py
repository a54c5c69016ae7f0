"""Parameter-efficient fine-tuning: LoRA and prompt tuning of the encoder, with a head on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from prototypes.approaches.classification.labelling import build_predictions
from prototypes.approaches.finetuning.adapted_classifier import (
    AdaptedClassifier,
    AdapterPlan,
    tune_adapter,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.models.adapters import lora, soft_prompt
from prototypes.workbench import Workbench


class _AdapterArm:
    """Tunes an adapter and a head; the encoder's own parameters stay as they are."""

    _plan: ClassVar[AdapterPlan]

    def __init__(self) -> None:
        self._workbench: Workbench | None = None
        self._classifier: AdaptedClassifier | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune as long as the validation samples ask for, then once more on both."""
        part = tune_adapter(self._plan, data, workbench, seed=seed, progress=progress)
        self._workbench = workbench
        self._classifier = AdaptedClassifier.load(part.folder, workbench)
        return FitReport(part.validation_score, self._classifier.n_parameters, (part.note,))

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
        """Write adapter, head and the name of the encoder they belong to."""
        assert self._classifier is not None and self._workbench is not None
        self._classifier.save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote and put it onto the encoder of the workbench.

        Raises:
            ModelUnavailableError: If the adapter belongs to another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        arm._workbench = workbench
        arm._classifier = AdaptedClassifier.load(folder, workbench)
        return arm


class LoraArm(_AdapterArm):
    """Low-rank updates of every matrix of the encoder; folded in, they cost no time to answer."""

    _plan = AdapterPlan("lora", lora, learning_rate=1e-3)


class PromptTuningArm(_AdapterArm):
    """Sixteen vectors before every text, and nothing else of the encoder."""

    _plan = AdapterPlan("prompt", soft_prompt, learning_rate=1e-2)
