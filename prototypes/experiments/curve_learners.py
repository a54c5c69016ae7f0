"""What learns on a learning curve: the arms that can be fitted anew in a second or two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.baseline import TfidfArm
from prototypes.approaches.classification.labelling import inputs_of, label_indices, require_labels
from prototypes.approaches.finetuning.head import fit_head
from prototypes.contracts import LearningData, Sample, Split, Task
from prototypes.measure.significance import Scores
from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings
from prototypes.workbench import Workbench

Rows = NDArray[np.int64]
"""Places of training samples."""

HEAD, NEIGHBOURS, WORDS = "fine_tune_head", "rag", "baseline_tfidf"


@dataclass(frozen=True, slots=True)
class Pool:
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

    def head_scores(self, chosen: Rows, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Train a head on the chosen rows and score some vectors."""
        head = fit_head(self.vectors[chosen], self.targets[chosen], labels=self.labels)
        return head.probabilities(vectors)


def fill_pool(split: Split, bench: Workbench) -> Pool:
    """Look the vectors up under the texts that the arms embedded, so that none is made twice."""
    train, validation, test = split.learning.train, split.learning.validation, split.test
    labels = require_labels(train)
    content = [(sample.id, sample.input, sample.targets) for sample in (*train, *test)]
    return Pool(
        train=train,
        test=test,
        vectors=bench.embed(inputs_of((*train, *validation)))[: len(train)],
        targets=label_indices(train, labels),
        test_vectors=bench.embed(inputs_of(test)),
        test_targets=label_indices(test, labels),
        labels=labels,
        bench=bench,
        fingerprint=hashlib.sha256(json.dumps([len(train), content]).encode()).hexdigest(),
    )


def learn(arm: str, pool: Pool, chosen: Rows) -> Scores:
    """Fit an arm on the chosen rows; 1 where it labels a test sample rightly."""
    right: Scores = (_LEARNERS[arm](pool, chosen) == pool.test_targets).astype(np.float64)
    return right


def _head(pool: Pool, chosen: Rows) -> Rows:
    best: Rows = pool.head_scores(chosen, pool.test_vectors).argmax(axis=1)
    return best


def _neighbours(pool: Pool, chosen: Rows) -> Rows:
    """Vote by the default settings: few samples leave none to choose them on."""
    n_labels = len(pool.labels)
    index = LabelledIndex(pool.vectors[chosen], pool.targets[chosen], n_labels=n_labels)
    best: Rows = index.vote(pool.test_vectors, VoteSettings())[0].argmax(axis=1)
    return best


def _words(pool: Pool, chosen: Rows) -> Rows:
    """Learn TF-IDF anew; where all chosen rows have one label, that label is all it can say."""
    if len(set(pool.targets[chosen])) == 1:
        return np.full(len(pool.test), pool.targets[chosen[0]])
    arm, train = TfidfArm(), tuple(pool.train[row] for row in chosen)
    data = LearningData(Task.CLASSIFICATION, train=train, validation=())
    arm.fit(data, pool.bench, seed=0, progress=lambda _: None)
    places = {label: place for place, label in enumerate(pool.labels)}
    said = arm.predict(inputs_of(pool.test))
    return np.array([places.get(one.output or "", -1) for one in said], dtype=np.int64)


_LEARNERS: Mapping[str, Callable[[Pool, Rows], Rows]] = {
    HEAD: _head,
    NEIGHBOURS: _neighbours,
    WORDS: _words,
}
LEARNERS = tuple(_LEARNERS)
