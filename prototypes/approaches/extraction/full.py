"""Full fine-tuning for spans: every parameter of the encoder, and a head for its words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.extraction.labelling import (
    Found,
    TagReader,
    all_words,
    build_predictions,
    validate_spans,
)
from prototypes.approaches.extraction.tuned_tagger import TunedTagger, tune_tagger
from prototypes.approaches.extraction.word_features import Texts
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.data.spans import split_words
from prototypes.workbench import Workbench

if TYPE_CHECKING:
    from prototypes.models.word_vectors import WordEncoder


class FullTaggingArm:
    """Tunes everything with the transformers Trainer, from a head that fits already."""

    def __init__(self) -> None:
        self._workbench: Workbench | None = None
        self._tagger: TunedTagger | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Tune on the training samples, measure on the validation samples, then use both."""
        self._workbench = workbench  # keeps the cache that the tuned files lie in
        part = tune_tagger(data, workbench, seed=seed, progress=progress)
        rehearsal = TunedTagger.load(part.rehearsal)
        found = _find(rehearsal, all_words(data.validation), StageClock())
        self._tagger = TunedTagger.load(part.final)
        score = validate_spans(data.validation, found)
        return FitReport(score, self._tagger.n_parameters, (part.note,))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Find the spans of each text; the confidence is that of its least sure word."""
        assert self._tagger is not None
        clock = StageClock()
        found = _find(self._tagger, [split_words(text) for text in inputs], clock)
        return build_predictions(found, timings_ms=clock.timings_ms(len(inputs)))

    @property
    def model(self) -> WordEncoder:
        """The encoder, which most of the parameters belong to."""
        assert self._tagger is not None
        return self._tagger.encoder

    def save(self, folder: Path) -> None:
        """Write the tuned encoder and its head."""
        assert self._tagger is not None
        self._tagger.save(folder)

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote; nothing of the workbench is needed."""
        arm = cls()
        arm._tagger = TunedTagger.load(folder)
        return arm


def _find(tagger: TunedTagger, words: Texts, clock: StageClock) -> list[Found]:
    with clock.stage("encode"):
        vectors = tagger.embed(words)
    with clock.stage("generate"):
        return TagReader(tagger.head.labels).read(words, tagger.head.probabilities(vectors))
