"""An adapter of the encoder tuned on the labelled samples, and a head beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prototypes.approaches.classification.labelling import require_labels
from prototypes.approaches.finetuning.head import LinearHead
from prototypes.approaches.finetuning.tuned_classifier import choose_recipe, texts_of, warm_start
from prototypes.contracts import LearningData, Progress
from prototypes.models.adapted_encoder import AdaptedEncoder
from prototypes.models.adapters import attach_adapter, count_adapter_parameters, write_adapter
from prototypes.models.classifier_training import LabelledTexts
from prototypes.models.training import Recipe, require_trainable
from prototypes.runtime import seed_everything
from prototypes.workbench import Workbench

PATIENCE = 2
"""Epochs without a better validation accuracy before training ends."""
DEFAULT_EPOCHS = 3
"""Where there are no validation samples."""
_ADAPTER_FOLDER = "adapter"
_CHOICE_FILE = "choice.json"


@dataclass(frozen=True, slots=True)
class AdapterPlan:
    """Which adapter is tuned, and how.

    Attributes:
        name: For the cache and the report.
        configure: Describes the adapter for peft.
        learning_rate: The peak of every epoch.
    """

    name: str
    configure: Callable[[], Any]
    learning_rate: float


@dataclass(frozen=True, slots=True)
class AdaptedClassifier:
    """An encoder with a tuned adapter, and its head."""

    encoder: AdaptedEncoder
    head: LinearHead
    folder: Path

    @property
    def n_parameters(self) -> int:
        """How many parameters were tuned."""
        return count_adapter_parameters(self.folder / _ADAPTER_FOLDER) + self.head.n_parameters

    def save(self, folder: Path) -> None:
        """Copy adapter and head into an existing folder; the encoder itself is not copied."""
        shutil.copytree(self.folder / _ADAPTER_FOLDER, folder / _ADAPTER_FOLDER)
        self.head.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> AdaptedClassifier:
        """Put the adapter that `save` wrote onto the encoder of the workbench."""
        source = require_trainable(workbench.encoder)
        encoder = AdaptedEncoder(source, folder / _ADAPTER_FOLDER, name="adapted encoder")
        return cls(encoder, LinearHead.load(folder), folder)


@dataclass(frozen=True, slots=True)
class AdaptedPart:
    """What tuning leaves behind.

    Attributes:
        folder: Holds the adapter and head that answer.
        validation_score: Accuracy on the validation samples before these were learnt from.
        note: How it was trained, in one phrase.
    """

    folder: Path
    validation_score: float | None
    note: str


def tune_adapter(
    plan: AdapterPlan,
    data: LearningData,
    workbench: Workbench,
    *,
    seed: int,
    progress: Progress,
) -> AdaptedPart:
    """Tune an adapter for as many epochs as the validation samples ask for.

    Then comes one more epoch at half the rate, over training and validation samples.

    Raises:
        ModelUnavailableError: If the encoder has no parameters that could be adapted.
        TooFewSamplesError: If there are fewer than two labels.
    """
    ingredients = [(s.input, s.targets[0]) for s in (*data.train, *data.validation)]
    identity = repr((plan.name, plan.learning_rate, seed, len(data.train)))
    name = workbench.fingerprint("tuned-adapter", identity, json.dumps(ingredients))
    folder = workbench.part(
        name,
        lambda folder: _Tuning(plan, data, workbench, seed=seed).run(folder, progress=progress),
    )
    choice = json.loads((folder / _CHOICE_FILE).read_text(encoding="utf-8"))
    by = "chosen on validation" if data.validation else "no validation samples to choose on"
    note = f"epochs: {choice['epochs']} on train ({by}), then 1 on train and validation samples"
    return AdaptedPart(folder, choice["score"], note)


def most_epochs(n_samples: int) -> int:
    """Tell after how many epochs training ends at the latest: the fewer samples, the later."""
    return 3 if n_samples >= 4000 else 6 if n_samples >= 1000 else 12


class _Tuning:
    """One adapter from the first epoch to the last."""

    def __init__(
        self, plan: AdapterPlan, data: LearningData, workbench: Workbench, *, seed: int
    ) -> None:
        labels = require_labels(data.train)
        self._plan, self._seed, self._labels = plan, seed, labels
        self._base = workbench.encoder.name
        self._most = most_epochs(len(data.train))
        self._batch_size = choose_recipe(len(data.train), seed=seed).batch_size
        self._train = texts_of(data.train, labels)
        self._known = texts_of((*data.train, *data.validation), labels)
        self._validation = texts_of(data.validation, labels)
        self._n_validation = len(data.validation)
        seed_everything(seed)  # an adapter begins with random numbers
        self._training = warm_start(
            data.train,
            workbench,
            labels=labels,
            adapt=lambda model: attach_adapter(model, plan.configure()),
        )

    def run(self, folder: Path, *, progress: Progress) -> None:
        """Tune, choose, tune on everything, and write what came out."""
        n_epochs, score = self._choose_epochs(progress)
        self._run_epoch(self._known, self._most, rate=0.5, progress=progress)
        (folder / _ADAPTER_FOLDER).mkdir()
        write_adapter(self._training.model, folder / _ADAPTER_FOLDER, base=self._base)
        LinearHead(self._labels, *self._training.head()).save(folder)
        choice = {"epochs": n_epochs, "score": score}
        (folder / _CHOICE_FILE).write_text(json.dumps(choice), encoding="utf-8")

    def _choose_epochs(self, progress: Progress) -> tuple[int, float | None]:
        """Train until further epochs no longer help, and go back to where it was best."""
        best, chosen, score = self._training.snapshot(), 0, self._score()
        for epoch in range(1, self._most + 1):
            self._run_epoch(self._train, epoch - 1, rate=1.0, progress=progress)
            found = self._score()
            if found is None or score is None or found > score:
                best, chosen, score = self._training.snapshot(), epoch, found
            if epoch - chosen >= PATIENCE or (found is None and epoch == DEFAULT_EPOCHS):
                break
        self._training.restore(best)
        return chosen, score

    def _score(self) -> float | None:
        """Return the accuracy on the validation samples, None if there are none.

        One whose label no training sample has counts as wrong, as in every other arm.
        """
        if not self._n_validation:
            return None
        n_known = len(self._validation.texts)
        right = self._training.accuracy(self._validation) * n_known if n_known else 0.0
        return right / self._n_validation

    def _run_epoch(
        self, data: LabelledTexts, epoch: int, *, rate: float, progress: Progress
    ) -> None:
        """Train one epoch, in which the learning rate rises and falls anew."""
        peak = rate * self._plan.learning_rate
        self._training.run(
            data,
            recipe=Recipe(1, self._batch_size, peak, self._seed + epoch),
            progress=lambda done: progress((epoch + done) / (self._most + 1)),
        )
