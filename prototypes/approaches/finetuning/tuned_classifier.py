"""The encoder tuned on the labelled samples: one trained part, shared by the arms that use it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.labelling import (
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.finetuning.head import LinearHead, fit_head
from prototypes.contracts import LearningData, Progress, Sample
from prototypes.models.classifier_training import Adapt, ClassifierTraining, LabelledTexts
from prototypes.models.encoder import Encoder
from prototypes.models.retriever_training import count_parameters
from prototypes.models.training import Recipe, require_trainable
from prototypes.models.transformer import TransformerEncoder
from prototypes.workbench import Workbench

LEARNING_RATE = 1e-4
FINAL_LEARNING_RATE = 5e-5
WARM_START_INVERSE_PENALTY = 3.0
_ENCODER_FOLDER = "encoder"


@dataclass(frozen=True, slots=True)
class TunedClassifier:
    """An encoder whose parameters were tuned, and its head."""

    encoder: Encoder
    head: LinearHead
    folder: Path

    @property
    def n_parameters(self) -> int:
        """How many parameters were tuned."""
        return count_parameters(self.folder / _ENCODER_FOLDER) + self.head.n_parameters

    def save(self, folder: Path) -> None:
        """Copy encoder and head into an existing folder."""
        shutil.copytree(self.folder / _ENCODER_FOLDER, folder / _ENCODER_FOLDER)
        self.head.save(folder)

    @classmethod
    def load(cls, folder: Path) -> TunedClassifier:
        """Read back what `save` wrote."""
        encoder = TransformerEncoder(folder / _ENCODER_FOLDER, name="tuned encoder", sha256=None)
        return cls(encoder, LinearHead.load(folder), folder)


@dataclass(frozen=True, slots=True)
class TunedPart:
    """The two states that tuning leaves behind.

    Attributes:
        rehearsal: Trained on the training samples only: settings are chosen with it on the
            validation samples, and its quality on them is what the arm reports.
        final: The same after another epoch over training and validation samples.
        note: How it was trained, in one phrase.
    """

    rehearsal: Path
    final: Path
    note: str


def tune_classifier(
    data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
) -> TunedPart:
    """Tune a copy of the encoder, or find the one that another arm had tuned on the same samples.

    Raises:
        ModelUnavailableError: If the encoder has no parameters that could be tuned.
        TooFewSamplesError: If there are fewer than two labels.
    """
    recipe = choose_recipe(len(data.train), seed=seed)
    labels = require_labels(data.train)
    ingredients = [(s.input, s.targets[0]) for s in (*data.train, *data.validation)]
    name = workbench.fingerprint(
        "tuned-classifier", repr(recipe), str(len(data.train)), json.dumps(ingredients)
    )

    def build(folder: Path) -> None:
        training = warm_start(data.train, workbench, labels=labels)
        share = recipe.epochs / (recipe.epochs + 1)
        train = texts_of(data.train, labels)
        training.run(train, recipe=recipe, progress=lambda done: progress(share * done))
        _write(training, labels, folder / "rehearsal")
        final = Recipe(1, recipe.batch_size, FINAL_LEARNING_RATE, seed + 1)
        known = texts_of((*data.train, *data.validation), labels)
        rest = 1 - share
        training.run(known, recipe=final, progress=lambda done: progress(share + rest * done))
        _write(training, labels, folder / "final")

    folder = workbench.part(name, build)
    note = f"epochs: {recipe.epochs} on train, then 1 on train and validation samples"
    return TunedPart(folder / "rehearsal", folder / "final", note)


def choose_recipe(n_samples: int, *, seed: int) -> Recipe:
    """Choose how often the samples are seen: the fewer there are, the more often."""
    epochs = 1 if n_samples >= 4000 else 2 if n_samples >= 1000 else 3
    return Recipe(epochs, 32 if n_samples >= 1000 else 16, LEARNING_RATE, seed)


def warm_start(
    samples: Sequence[Sample],
    workbench: Workbench,
    *,
    labels: tuple[str, ...],
    adapt: Adapt | None = None,
) -> ClassifierTraining:
    """Set up training of the encoder, or of an adapter on it, from a head that fits already."""
    source = require_trainable(workbench.encoder)
    head = fit_head(
        workbench.embed(inputs_of(samples)),
        label_indices(samples, labels),
        labels=labels,
        inverse_penalty=WARM_START_INVERSE_PENALTY,
    )
    return ClassifierTraining(
        source, coefficients=head.coefficients, intercepts=head.intercepts, adapt=adapt
    )


def texts_of(samples: Sequence[Sample], labels: tuple[str, ...]) -> LabelledTexts:
    """Keep the samples whose label the head knows."""
    targets: NDArray[np.int64] = label_indices(samples, labels)
    known = [sample.input for sample, t in zip(samples, targets, strict=True) if t >= 0]
    return LabelledTexts(known, targets[targets >= 0])


def _write(training: ClassifierTraining, labels: tuple[str, ...], folder: Path) -> None:
    (folder / _ENCODER_FOLDER).mkdir(parents=True)
    training.write(folder / _ENCODER_FOLDER)
    LinearHead(labels, *training.head()).save(folder)
