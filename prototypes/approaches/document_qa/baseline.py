"""The least that retrieval must beat: the sentence of the first BM25 passage that shares most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from prototypes.approaches.document_qa.extractive import add_timings, cite, mean_correct
from prototypes.approaches.document_qa.sentences import (
    WordRarity,
    content_words,
    split_answers,
)
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Passage, Prediction, Progress
from prototypes.retrieval.fusion import Hit

if TYPE_CHECKING:
    from prototypes.workbench import Workbench

N_RETRIEVED = 20


class BestSentenceBaseline:
    """Answers with the sentence that holds most of the question's words; learns nothing.

    It abstains only where no passage shares a word with the question.
    """

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Index the passages; the samples are only used to report the validation score."""
        self._build(workbench)
        progress(1.0)
        predictions = self.predict([sample.input for sample in data.validation])
        return FitReport(validation_score=mean_correct(data.validation, predictions))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each question, in order."""
        clock = StageClock()
        with clock.stage("search"):
            found = self._lexical.search(inputs, N_RETRIEVED)
        with clock.stage("generate"):
            predictions = [self._answer(*each) for each in zip(inputs, found, strict=True)]
        return add_timings(predictions, clock)

    def save(self, folder: Path) -> None:
        """Write nothing: the index is made from the documents again."""

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Index the passages of the workbench."""
        arm = cls()
        arm._build(workbench)
        return arm

    def _build(self, workbench: Workbench) -> None:
        self._passages: Sequence[Passage] = workbench.passages
        self._lexical = workbench.lexical()
        self._rarity = WordRarity(s for p in self._passages for s in split_answers(p.text))

    def _answer(self, question: str, hits: Sequence[Hit]) -> Prediction:
        if not hits:
            return Prediction(output=None)
        passage, words = self._passages[hits[0].index], content_words(question)
        sentences = split_answers(passage.text) or [passage.title]
        overlaps = [self._rarity.overlap(words, content_words(s)) for s in sentences]
        best = max(range(len(sentences)), key=overlaps.__getitem__)
        return Prediction(
            sentences[best],
            confidence=overlaps[best],
            citations=(cite(passage),),
            retrieved=tuple(self._passages[hit.index].id for hit in hits),
        )
