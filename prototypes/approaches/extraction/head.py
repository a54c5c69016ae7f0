"""A logistic head that tags words by the vectors of a frozen encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from prototypes.approaches.extraction.labelling import (
    Found,
    TagReader,
    all_words,
    build_predictions,
    require_tags,
    tag_indices,
    validate_spans,
)
from prototypes.approaches.extraction.word_features import Texts, WordFeatures
from prototypes.approaches.finetuning.head import LinearHead, fit_head
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample
from prototypes.data.spans import describe_labels, labels_of, split_words
from prototypes.workbench import Workbench

if TYPE_CHECKING:
    from prototypes.models.word_vectors import WordEncoder

INVERSE_PENALTY = 3.0
"""The one that full tuning of a classifier starts from, too; 30 was worse on Restaurants-8k."""

TEXTS_PER_LABEL = 8


class TaggingHeadArm:
    """Fine-tuning at its smallest: the encoder stays as it is, a head for words is trained."""

    def __init__(self) -> None:
        self._head: LinearHead | None = None
        self._features: WordFeatures | None = None
        self._workbench: Workbench | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Train on the training samples, measure on the validation samples, then use both."""
        self._prepare(workbench)
        everything = (*data.train, *data.validation)
        self._head = fit_word_head(data.train, self._features, tags=require_tags(data.train))
        progress(0.5)
        score = self._validate(data.validation)
        self._head = fit_word_head(everything, self._features, tags=require_tags(data.train))
        return FitReport(score, self._head.n_parameters, ("BIO tags, read by Viterbi's algorithm",))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the spans of each text; the confidence is that of its least sure word."""
        clock = StageClock()
        found = self._find([split_words(text) for text in inputs], clock)
        return build_predictions(found, timings_ms=clock.timings_ms(len(inputs)))

    @property
    def model(self) -> WordEncoder:
        """The encoder, which most of the parameters belong to.

        Raises:
            ModelUnavailableError: If it has no layers.
        """
        assert self._features is not None
        return self._features.encoder

    def save(self, folder: Path) -> None:
        """Write the head and the name of its encoder."""
        assert self._head is not None and self._workbench is not None
        self._head.save(folder)
        self._workbench.save_encoder(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote.

        Raises:
            ModelUnavailableError: If the head belongs to another encoder.
        """
        workbench.require_encoder(folder)
        arm = cls()
        arm._head = LinearHead.load(folder)
        arm._prepare(workbench)
        return arm

    def _prepare(self, workbench: Workbench) -> None:
        self._workbench, self._features = workbench, WordFeatures(workbench)

    def _validate(self, samples: Sequence[Sample]) -> float | None:
        return validate_spans(samples, self._find(all_words(samples), StageClock()))

    def _find(self, words: Texts, clock: StageClock) -> list[Found]:
        assert self._head is not None and self._features is not None
        with clock.stage("encode"):
            vectors = self._features.embed(words)
        with clock.stage("generate"):
            return TagReader(self._head.labels).read(words, self._head.probabilities(vectors))


class FewShotTaggingArm(TaggingHeadArm):
    """Learns from eight texts per label, and eight without a span; nothing is tuned."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Draw the texts by the seed and train a head on them."""
        self._prepare(workbench)
        tags = require_tags(data.train)
        shots = draw_texts(data.train, n_per_label=TEXTS_PER_LABEL, seed=seed)
        self._head = fit_word_head(shots, self._features, tags=tags)
        progress(0.5)
        note = f"{len(shots)} of {len(data.train)} training texts used"
        return FitReport(self._validate(data.validation), self._head.n_parameters, (note,))


def fit_word_head(
    samples: Sequence[Sample], features: WordFeatures | None, *, tags: tuple[str, ...]
) -> LinearHead:
    """Fit a head that gives each word of the samples its tag."""
    assert features is not None
    targets = np.concatenate(tag_indices(samples, tags))
    vectors = features.embed_ahead(all_words(samples))
    penalty, bench = INVERSE_PENALTY, features.workbench
    return fit_head(vectors, targets, labels=tags, inverse_penalty=penalty, keep=bench)


def draw_texts(samples: Sequence[Sample], *, n_per_label: int, seed: int) -> tuple[Sample, ...]:
    """Draw n texts with each label and n without any, at random; a text may serve several."""
    order = [samples[i] for i in np.random.default_rng(seed).permutation(len(samples))]
    labels = [set(labels_of(sample.targets[0])) or {describe_labels("[]")} for sample in order]
    needs = dict.fromkeys(sorted(set().union(*labels)), n_per_label)
    drawn = []
    for sample, own in zip(order, labels, strict=True):
        if any(needs[label] > 0 for label in own):
            drawn.append(sample)
            needs.update({label: needs[label] - 1 for label in own})
    return tuple(drawn)
