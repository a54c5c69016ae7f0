"""Retrieve, read, then answer with a citation or abstain: what rag and hybrid have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from prototypes.approaches.document_qa.reader import (
    Candidates,
    Embed,
    ReadingRule,
    SentenceReader,
)
from prototypes.approaches.document_qa.retriever import FusedRetriever, Retrieval
from prototypes.approaches.stages import StageClock
from prototypes.contracts import Citation, Passage, Prediction, Sample, Task
from prototypes.measure.metrics import primary_metric, score_sample


@dataclass
class ExtractiveSystem:
    """Answers a question with one sentence of the corpus and the passage it stands in.

    Attributes:
        passages: All passages, as they were indexed.
        retriever: Finds passages.
        reader: Chooses among their sentences.
        embed: Embeds questions for the reader, shape (n, d).
        embed_for_search: Embeds them for the retriever, if that has an encoder of its own.
        rule: How the answer is chosen and when to abstain.
    """

    passages: Sequence[Passage]
    retriever: FusedRetriever
    reader: SentenceReader
    embed: Embed
    embed_for_search: Embed | None = None
    rule: ReadingRule = field(default_factory=ReadingRule)

    def tune(self, samples: Sequence[Sample]) -> None:
        """Choose the reading rule on samples that the arm may see."""
        if samples:
            looked_up = self._look_up([sample.input for sample in samples], StageClock())
            self.rule = ReadingRule.tune(samples, [candidates for _, candidates in looked_up])

    def retrieve(self, questions: Sequence[str]) -> list[Retrieval]:
        """Find passages for each question without reading them."""
        return [retrieval for retrieval, _ in self._look_up(questions, StageClock())]

    def answer_from(
        self, questions: Sequence[str], retrievals: Sequence[Retrieval]
    ) -> list[Prediction]:
        """Answer each question from passages that are handed over instead of searched for."""
        vectors = self.embed(questions)
        read = map(self.reader.collect, questions, vectors, retrievals)
        return [self._predict(*each) for each in zip(retrievals, read, strict=True)]

    def answer(self, questions: Sequence[str]) -> list[Prediction]:
        """Answer each question, in order; a single one fills `timings_ms`."""
        clock = StageClock()
        looked_up = self._look_up(questions, clock)
        with clock.stage("generate"):
            predictions = [self._predict(*each) for each in looked_up]
        return add_timings(predictions, clock)

    def _look_up(
        self, questions: Sequence[str], clock: StageClock
    ) -> list[tuple[Retrieval, Candidates]]:
        if not questions:
            return []
        with clock.stage("encode"):
            vectors = self.embed(questions)
            keys = vectors if self.embed_for_search is None else self.embed_for_search(questions)
        with clock.stage("search"):
            found = self.retriever.search(questions, keys)
        with clock.stage("generate"):
            read = list(map(self.reader.collect, questions, vectors, found))
        return list(zip(found, read, strict=True))

    def _predict(self, retrieval: Retrieval, candidates: Candidates) -> Prediction:
        retrieved = tuple(self.passages[index].id for index in retrieval.indices)
        choice = self.rule.choose(candidates)
        confidence = choice.score if choice else 0.0
        if choice is None or self.rule.abstains(choice):
            return Prediction(None, confidence=confidence, retrieved=retrieved)
        return Prediction(
            choice.sentence,
            confidence=confidence,
            citations=(cite(self.passages[choice.passage]),),
            retrieved=retrieved,
        )


def cite(passage: Passage) -> Citation:
    """Name a passage as the source of an answer."""
    return Citation(passage.document_id, passage.id, passage.title)


def add_timings(predictions: Sequence[Prediction], clock: StageClock) -> list[Prediction]:
    """Fill `timings_ms` if there is a single prediction."""
    timings = clock.timings_ms(len(predictions))
    return [replace(each, timings_ms=timings) for each in predictions]


def passage_texts(passages: Sequence[Passage]) -> list[str]:
    """Return what is indexed of each passage: its title, then its text."""
    return [f"{passage.title}\n{passage.text}" for passage in passages]


def mean_correct(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> float | None:
    """Return the mean primary metric; None without samples."""
    if not samples:
        return None
    task = Task.DOCUMENT_QA
    pairs = zip(samples, predictions, strict=True)
    return float(np.mean([score_sample(task, *pair)[primary_metric(task)] for pair in pairs]))
