"""What learns spans on a learning curve: a head for words, the nearest words, a dictionary.

The words of all texts are embedded once, so each point is a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.extraction.baseline import DictionaryArm
from prototypes.approaches.extraction.head import INVERSE_PENALTY
from prototypes.approaches.extraction.labelling import (
    TagReader,
    all_words,
    build_predictions,
    require_tags,
    spans_of,
    tag_indices,
)
from prototypes.approaches.extraction.rag import index_words
from prototypes.approaches.extraction.word_features import Texts, WordFeatures
from prototypes.approaches.finetuning.head import LinearHead, fit_head
from prototypes.contracts import LearningData, Prediction, Progress, Sample, Split, Task
from prototypes.data.spans import OUTSIDE
from prototypes.errors import TooFewSamplesError
from prototypes.experiments.curve_samplings import (
    RANDOM,
    UNCERTAINTY,
    Rows,
    Sampling,
    draw_rows,
    rows_left,
)
from prototypes.experiments.scoring import fingerprint_samples, score_answers
from prototypes.measure.significance import Scores
from prototypes.retrieval.neighbours import VoteSettings
from prototypes.workbench import Workbench

HEAD, NEIGHBOURS, DICTIONARY = "fine_tune_head", "rag", "baseline_dictionary"


@dataclass(frozen=True, slots=True)
class SpanPool:
    """Texts with spans: the vectors and tags of their words, and the texts that are answered.

    Attributes:
        places: Where the words of each training text stand among all words.
    """

    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    tags: tuple[str, ...]
    vectors: NDArray[np.float32]
    targets: NDArray[np.int64]
    places: tuple[Rows, ...]
    test_words: Texts
    test_vectors: NDArray[np.float32]
    bench: Workbench
    fingerprint: str

    @property
    def n_train(self) -> int:
        """How many texts can be learnt from."""
        return len(self.train)

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        """Texts by lot, and those with the word of which the head is least sure."""
        return (
            Sampling(RANDOM, partial(draw_rows, self.n_train), tuple(_LEARNERS)),
            Sampling(UNCERTAINTY, self._take_doubtful, (HEAD,)),
        )

    def learn(self, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
        """Fit an arm on the chosen texts; return the linearised span F1 of each test text."""
        return score_answers(Task.EXTRACTION, self.test, self._answer(arm, chosen))

    def words_of(self, chosen: Rows) -> Rows:
        """List the words of some texts, in their order."""
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate([nothing, *(self.places[row] for row in chosen)])

    def fit_head(self, chosen: Rows) -> LinearHead:
        """Fit a head on the words of some texts."""
        words = self.words_of(chosen)
        return fit_head(
            self.vectors[words],
            self.targets[words],
            labels=self.tags,
            inverse_penalty=INVERSE_PENALTY,
        )

    def _answer(self, arm: str, chosen: Rows) -> list[Prediction]:
        """Where no chosen text has a span there is nothing to learn, and none is found."""
        if (self.targets[self.words_of(chosen)] == self.tags.index(OUTSIDE)).all():
            return [Prediction("[]") for _ in self.test]
        return _LEARNERS[arm](self, chosen)

    def _take_doubtful(self, chosen: Rows, n: int) -> Rows:
        left = rows_left(self.n_train, chosen)
        sure = self.fit_head(chosen).probabilities(self.vectors).max(axis=1)
        least = np.array([sure[self.places[row]].min(initial=1.0) for row in left])
        return left[np.argsort(least, kind="stable")[:n]]


def fill_pool(split: Split, bench: Workbench) -> SpanPool:
    """Embed the words once; those of the training texts are there from the arms.

    Raises:
        TooFewSamplesError: If no training text or no test text has a span.
    """
    if not any(spans_of(sample) for sample in split.test):
        raise TooFewSamplesError(
            f"None of the {len(split.test):,} test texts has a span; expected at least one."
        )
    train, test, features = split.learning.train, split.test, WordFeatures(bench)
    tags, words, test_words = require_tags(train), all_words(train), all_words(test)
    ends = np.cumsum([0, *map(len, words)])
    return SpanPool(
        train=train,
        test=test,
        tags=tags,
        vectors=features.embed_ahead(words),
        targets=np.concatenate(tag_indices(train, tags)),
        places=tuple(np.arange(ends[row], ends[row + 1]) for row in range(len(words))),
        test_words=test_words,
        test_vectors=features.embed_ahead(test_words),
        bench=bench,
        fingerprint=fingerprint_samples(train, test),
    )


def _head(pool: SpanPool, chosen: Rows) -> list[Prediction]:
    return _read(pool, pool.fit_head(chosen).probabilities(pool.test_vectors))


def _neighbours(pool: SpanPool, chosen: Rows) -> list[Prediction]:
    """Vote by the default settings: few texts leave none to choose them on."""
    texts, words = [pool.train[row] for row in chosen], pool.words_of(chosen)
    index = index_words(texts, pool.vectors[words], tags=pool.tags, settings=VoteSettings())
    return _read(pool, index.vote(pool.test_vectors)[0])


def _dictionary(pool: SpanPool, chosen: Rows) -> list[Prediction]:
    arm, train = DictionaryArm(), tuple(pool.train[row] for row in chosen)
    data = LearningData(Task.EXTRACTION, train=train, validation=())
    arm.fit(data, pool.bench, seed=0, progress=lambda _: None)
    return arm.predict([sample.input for sample in pool.test])


def _read(pool: SpanPool, shares: NDArray[np.float32]) -> list[Prediction]:
    found = TagReader(pool.tags).read(pool.test_words, shares)
    return build_predictions(found, timings_ms={})


_LEARNERS: Mapping[str, Callable[[SpanPool, Rows], list[Prediction]]] = {
    HEAD: _head,
    NEIGHBOURS: _neighbours,
    DICTIONARY: _dictionary,
}
