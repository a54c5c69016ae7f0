"""Reading: choose the sentence of the found passages that answers the question.

A sentence is worth its cosine with the question, plus the share of the question's words that it
holds (weighted by rarity), plus the cosine of its passage with the question. The weights of the
last two are the only parameters; both 1 is best on 1,500 questions over the SQuAD 1.1 development
paragraphs (answer inside the chosen sentence .73; similarity alone .62) and is kept unless other
weights are clearly better on the training and validation questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Self

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.document_qa.abstention import choose_threshold
from prototypes.approaches.document_qa.choosing import choose_setting
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.document_qa.sentences import (
    WordRarity,
    content_words,
    split_answers,
)
from prototypes.contracts import Passage, Prediction, Sample, Task
from prototypes.measure.metrics import primary_metric, score_sample

N_READ = 5
_WEIGHTS = (1.0, 0.5, 2.0)
MAX_EMBEDDED_AHEAD = 20_000

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences that could answer one question.

    Attributes:
        sentences: Their texts.
        passages: The position of each one's passage among all passages.
        features: Similarity, overlap and passage similarity, shape (n_sentences, 3).
    """

    sentences: tuple[str, ...]
    passages: tuple[int, ...]
    features: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentence chosen as the answer, its passage's position and its score."""

    sentence: str
    passage: int
    score: float


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """How the best sentence is chosen, and from which score on it is given as the answer.

    Attributes:
        overlap_weight: How much shared words count against the sentence's similarity.
        passage_weight: How much the passage's similarity counts.
        threshold: Scores below it make the arm abstain; None: it always answers.
    """

    overlap_weight: float = 1.0
    passage_weight: float = 1.0
    threshold: float | None = None

    def choose(self, candidates: Candidates) -> Choice | None:
        """Return the best sentence; None if there is none to choose from."""
        if not candidates.sentences:
            return None
        scores = candidates.features @ (1.0, self.overlap_weight, self.passage_weight)
        best = int(np.argmax(scores))
        return Choice(candidates.sentences[best], candidates.passages[best], float(scores[best]))

    def abstains(self, choice: Choice | None) -> bool:
        """Tell whether silence is better than this choice."""
        return choice is None or (self.threshold is not None and choice.score < self.threshold)

    @classmethod
    def tune(cls, samples: Sequence[Sample], candidates: Sequence[Candidates]) -> Self:
        """Choose the weights on the answerable samples, then the threshold on all of them."""
        grid = [cls(*weights) for weights in product(_WEIGHTS, _WEIGHTS)]
        right = {rule: rule.answers_rightly(samples, candidates) for rule in grid}
        earned = {rule: np.array(right[rule], dtype=np.float64) for rule in grid}
        best = choose_setting(earned, default=cls())
        choices = [best.choose(each) for each in candidates]
        threshold = choose_threshold(
            samples,
            [choice.score if choice else 0.0 for choice in choices],
            right[best],
        )
        return cls(best.overlap_weight, best.passage_weight, threshold)

    def answers_rightly(
        self, samples: Sequence[Sample], candidates: Sequence[Candidates]
    ) -> list[bool]:
        """Tell for each sample whether its best sentence is a right answer, threshold or not."""
        pairs = zip(samples, map(self.choose, candidates), strict=True)
        return [choice is not None and _is_right(sample, choice) for sample, choice in pairs]


class SentenceReader:
    """Knows the sentences of all passages and measures how well each fits a question.

    The sentences of a small corpus are embedded ahead, which makes single questions fast; above
    20,000 sentences only those of the found passages are embedded, when they are asked for.
    """

    def __init__(self, passages: Sequence[Passage], embed: Embed) -> None:
        self._by_passage = [split_answers(passage.text) for passage in passages]
        self._embed = embed
        everything = [sentence for row in self._by_passage for sentence in row]
        self._rarity = WordRarity(everything)
        self._starts = [0, *accumulate(map(len, self._by_passage))]
        is_small = len(everything) <= MAX_EMBEDDED_AHEAD
        self._vectors = embed(everything) if is_small else None

    def collect(
        self, question: str, vector: NDArray[np.float32], retrieval: Retrieval
    ) -> Candidates:
        """Measure the sentences of the first five passages against an embedded question (d,)."""
        found = tuple(zip(retrieval.indices, retrieval.cosines, strict=True))[:N_READ]
        sentences = tuple(s for index, _ in found for s in self._by_passage[index])
        features = np.zeros((len(sentences), 3))
        if sentences:
            words = content_words(question)
            features[:, 0] = self._vectors_of([index for index, _ in found]) @ vector
            features[:, 1] = [self._rarity.overlap(words, content_words(s)) for s in sentences]
            features[:, 2] = list(self._repeat(found))
        positions = self._repeat((index, index) for index, _ in found)
        return Candidates(sentences, tuple(map(int, positions)), features)

    def _vectors_of(self, indices: Sequence[int]) -> NDArray[np.float32]:
        if self._vectors is None:
            return self._embed([s for index in indices for s in self._by_passage[index]])
        starts = self._starts
        return np.concatenate([self._vectors[starts[i] : starts[i + 1]] for i in indices])

    def _repeat(self, values: Iterable[tuple[int, float]]) -> Iterable[float]:
        """Yield the value of each passage once per sentence."""
        return (value for index, value in values for _ in self._by_passage[index])


def _is_right(sample: Sample, choice: Choice) -> bool:
    task = Task.DOCUMENT_QA
    scores = score_sample(task, sample, Prediction(output=choice.sentence))
    return scores[primary_metric(task)] == 1.0
