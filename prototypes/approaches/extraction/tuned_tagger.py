"""The encoder tuned on texts with spans: one trained part, shared by the arms that use it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.extraction.head import fit_word_head
from prototypes.approaches.extraction.labelling import all_words, require_tags, tag_indices
from prototypes.approaches.extraction.word_features import Texts, WordFeatures, texts_of
from prototypes.approaches.finetuning.head import LinearHead
from prototypes.approaches.finetuning.tuned_classifier import TunedPart
from prototypes.contracts import LearningData, Progress, Sample
from prototypes.models.retriever_training import count_parameters
from prototypes.models.tagger_training import TaggedTexts, TaggerTraining
from prototypes.models.training import Recipe, require_trainable
from prototypes.models.word_vectors import WordEncoder
from prototypes.workbench import Workbench

LEARNING_RATE = 2e-4
FINAL_LEARNING_RATE = 5e-5
_ENCODER_FOLDER = "encoder"


@dataclass(frozen=True, slots=True)
class TunedTagger:
    """An encoder whose parameters were tuned to tell tags apart, and its head."""

    encoder: WordEncoder
    head: LinearHead
    folder: Path

    @property
    def n_parameters(self) -> int:
        """How many parameters were tuned."""
        return count_parameters(self.folder / _ENCODER_FOLDER) + self.head.n_parameters

    def embed(self, texts: Texts) -> NDArray[np.float32]:
        """Embed the words of texts, one row per word of all texts in order."""
        return self.encoder.encode([texts_of(words) for words in texts])

    def save(self, folder: Path) -> None:
        """Copy encoder and head into an existing folder."""
        shutil.copytree(self.folder / _ENCODER_FOLDER, folder / _ENCODER_FOLDER)
        self.head.save(folder)

    @classmethod
    def load(cls, folder: Path) -> TunedTagger:
        """Read back what `save` wrote."""
        return cls(WordEncoder(folder / _ENCODER_FOLDER), LinearHead.load(folder), folder)


def tune_tagger(
    data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
) -> TunedPart:
    """Tune a copy of the encoder, or find the one that another arm had tuned on the same samples.

    Raises:
        ModelUnavailableError: If the encoder has no parameters that could be tuned.
        TooFewSamplesError: If no training sample has a span.
    """
    recipe, tags = choose_recipe(len(data.train), seed=seed), require_tags(data.train)
    source = require_trainable(workbench.encoder)
    everything = (*data.train, *data.validation)
    ingredients = json.dumps([(sample.input, sample.targets[0]) for sample in everything])
    name = workbench.fingerprint("tuned-tagger", repr(recipe), str(len(data.train)), ingredients)

    def build(folder: Path) -> None:
        start = fit_word_head(data.train, WordFeatures(workbench), tags=tags)
        training = TaggerTraining(
            source, coefficients=start.coefficients, intercepts=start.intercepts
        )
        share = recipe.epochs / (recipe.epochs + 1)
        train = _tagged(data.train, tags)
        training.run(train, recipe=recipe, progress=lambda done: progress(share * done))
        _write(training, tags, folder / "rehearsal")
        final = Recipe(1, recipe.batch_size, FINAL_LEARNING_RATE, seed + 1)
        rest, known = 1 - share, _tagged(everything, tags)
        training.run(known, recipe=final, progress=lambda done: progress(share + rest * done))
        _write(training, tags, folder / "final")

    folder = workbench.part(name, build)
    note = f"epochs: {recipe.epochs} on train, then 1 on train and validation texts"
    return TunedPart(folder / "rehearsal", folder / "final", note)


def choose_recipe(n_samples: int, *, seed: int) -> Recipe:
    """Choose how often the texts are seen: the fewer there are, the more often."""
    epochs = 2 if n_samples >= 4000 else 4 if n_samples >= 1000 else 6
    return Recipe(epochs, 32 if n_samples >= 4000 else 16, LEARNING_RATE, seed)


def _tagged(samples: Sequence[Sample], tags: tuple[str, ...]) -> TaggedTexts:
    words = [texts_of(text) for text in all_words(samples)]
    return TaggedTexts(words, tag_indices(samples, tags))


def _write(training: TaggerTraining, tags: tuple[str, ...], folder: Path) -> None:
    (folder / _ENCODER_FOLDER).mkdir(parents=True)
    training.write(folder / _ENCODER_FOLDER)
    LinearHead(tags, *training.head()).save(folder)
