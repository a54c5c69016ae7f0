"""What learns labels on a learning curve: arms that can be fitted anew in a second or two."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.baseline import TfidfArm
from prototypes.approaches.classification.labelling import inputs_of, label_indices, require_labels
from prototypes.approaches.finetuning.head import LinearHead, fit_head
from prototypes.contracts import LearningData, Progress, Sample, Split, Task
from prototypes.experiments.curve_samplings import (
    CERTAINTIES,
    DIVERSITY,
    RANDOM,
    Rows,
    Sampling,
    draw_rows,
    rows_left,
    spread_out,
)
from prototypes.experiments.scoring import fingerprint_samples
from prototypes.measure.significance import Scores
from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings
from prototypes.workbench import Workbench

HEAD, NEIGHBOURS, WORDS = "fine_tune_head", "rag", "baseline_tfidf"


@dataclass(frozen=True, slots=True)
class LabelPool:
    """What can be learnt from, as samples, vectors and label numbers, and what is answered."""

    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    vectors: NDArray[np.float32]
    targets: Rows
    test_vectors: NDArray[np.float32]
    test_targets: Rows
    labels: tuple[str, ...]
    bench: Workbench
    fingerprint: str
    _heads: dict[bytes, LinearHead] = field(default_factory=dict, repr=False)

    @property
    def n_train(self) -> int:
        """How many samples can be learnt from."""
        return len(self.train)

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        """All ways to choose; only the head follows those that are not by lot."""
        doubts = (
            Sampling(name, partial(self._take_doubtful, certainty), (HEAD,))
            for name, certainty in CERTAINTIES.items()
        )
        return (
            Sampling(RANDOM, partial(draw_rows, self.n_train), tuple(_LEARNERS)),
            *doubts,
            Sampling(DIVERSITY, partial(spread_out, self.vectors), (HEAD,)),
        )

    def learn(self, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
        """Fit an arm on the chosen rows; 1 where it labels a test sample rightly."""
        right: Scores = (_LEARNERS[arm](self, chosen) == self.test_targets).astype(np.float64)
        return right

    def head(self, chosen: Rows) -> LinearHead:
        """Train a head on the chosen rows; the one that is scored is also the one that doubts."""
        key = np.sort(chosen).tobytes()
        if key not in self._heads:
            rows = np.sort(chosen)
            self._heads[key] = fit_head(self.vectors[rows], self.targets[rows], labels=self.labels)
        return self._heads[key]

    def _take_doubtful(
        self, certainty: Callable[[NDArray[np.float32]], NDArray[np.float32]], chosen: Rows, n: int
    ) -> Rows:
        """Take the rows of which the head is least certain."""
        left = rows_left(self.n_train, chosen)
        certain = certainty(self.head(chosen).probabilities(self.vectors[left]))
        return left[np.argsort(certain, kind="stable")[:n]]


def fill_pool(split: Split, bench: Workbench) -> LabelPool:
    """Look the vectors up under the texts that the arms embedded, so that none is made twice."""
    train, validation, test = split.learning.train, split.learning.validation, split.test
    labels = require_labels(train)
    return LabelPool(
        train=train,
        test=test,
        vectors=bench.embed(inputs_of((*train, *validation)))[: len(train)],
        targets=label_indices(train, labels),
        test_vectors=bench.embed(inputs_of(test)),
        test_targets=label_indices(test, labels),
        labels=labels,
        bench=bench,
        fingerprint=fingerprint_samples(train, test),
    )


def _head(pool: LabelPool, chosen: Rows) -> Rows:
    best: Rows = pool.head(chosen).probabilities(pool.test_vectors).argmax(axis=1)
    return best


def _neighbours(pool: LabelPool, chosen: Rows) -> Rows:
    """Vote by the default settings: few samples leave none to choose them on."""
    n_labels = len(pool.labels)
    index = LabelledIndex(pool.vectors[chosen], pool.targets[chosen], n_labels=n_labels)
    best: Rows = index.vote(pool.test_vectors, VoteSettings())[0].argmax(axis=1)
    return best


def _words(pool: LabelPool, chosen: Rows) -> Rows:
    """Learn TF-IDF anew; where all chosen rows have one label, that label is all it can say."""
    if len(set(pool.targets[chosen])) == 1:
        return np.full(len(pool.test), pool.targets[chosen[0]])
    arm, train = TfidfArm(), tuple(pool.train[row] for row in chosen)
    data = LearningData(Task.CLASSIFICATION, train=train, validation=())
    with warnings.catch_warnings():
        # scikit-learn takes many labels among few samples for numbers that were not meant as labels
        warnings.filterwarnings("ignore", message="The number of unique classes")
        arm.fit(data, pool.bench, seed=0, progress=lambda _: None)
    places = {label: place for place, label in enumerate(pool.labels)}
    said = arm.predict(inputs_of(pool.test))
    return np.array([places.get(one.output or "", -1) for one in said], dtype=np.int64)


_LEARNERS: Mapping[str, Callable[[LabelPool, Rows], Rows]] = {
    HEAD: _head,
    NEIGHBOURS: _neighbours,
    WORDS: _words,
}
