"""The floor every approach has to beat: the most frequent label, and words without a model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from prototypes.approaches.classification.labelling import (
    accuracy,
    build_predictions,
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.finetuning.head import LinearHead
from prototypes.approaches.stages import StageClock
from prototypes.contracts import FitReport, LearningData, Prediction, Progress
from prototypes.errors import TooFewSamplesError
from prototypes.workbench import Workbench

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

INVERSE_PENALTY = 10.0
_MAJORITY_FILE = "majority.json"
_WORDS_FILE = "words.json"


class MajorityArm:
    """Gives the most frequent training label to everything."""

    def __init__(self) -> None:
        self._label = ""
        self._share = 0.0

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Count the labels; of equally frequent ones the first in the alphabet is taken.

        Raises:
            TooFewSamplesError: If there is no training sample.
        """
        counts = Counter(sample.targets[0] for sample in data.train)
        if not counts:
            raise TooFewSamplesError("There is no training sample; give at least one.")
        self._label = min(counts, key=lambda label: (-counts[label], label))
        self._share = counts[self._label] / counts.total()
        right = [sample.targets[0] == self._label for sample in data.validation]
        return FitReport(sum(right) / len(right) if right else None)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Give every text the same label, surer the more frequent it was."""
        with (clock := StageClock()).stage("generate"):
            found = (self._label, self._share)
        timings = clock.timings_ms(len(inputs))
        return [Prediction(found[0], confidence=found[1], timings_ms=timings) for _ in inputs]

    def save(self, folder: Path) -> None:
        """Write the label."""
        content = {"label": self._label, "share": self._share}
        (folder / _MAJORITY_FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""
        content = json.loads((folder / _MAJORITY_FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._label, arm._share = content["label"], float(content["share"])
        return arm


class TfidfArm:
    """Logistic regression on TF-IDF of single words, by scikit-learn."""

    def __init__(self) -> None:
        self._vectorizer: TfidfVectorizer | None = None
        self._head: LinearHead | None = None

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Train on the training samples; nothing is tuned."""
        from sklearn.linear_model import LogisticRegression

        labels = require_labels(data.train)
        self._vectorizer = _new_vectorizer()
        matrix = self._vectorizer.fit_transform(inputs_of(data.train))
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
        model.fit(matrix, label_indices(data.train, labels))
        self._head = _as_head(labels, model.coef_, model.intercept_)
        progress(1.0)
        scores = self._head.probabilities(self._transform(inputs_of(data.validation)))
        score = accuracy(scores, label_indices(data.validation, labels))
        return FitReport(score, self._head.n_parameters)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Label each text by the words it shares with the training samples."""
        assert self._head is not None
        clock = StageClock()
        with clock.stage("encode"):
            vectors = self._transform(inputs)
        with clock.stage("generate"):
            scores = self._head.probabilities(vectors)
        return build_predictions(
            scores, self._head.labels, timings_ms=clock.timings_ms(len(inputs))
        )

    def save(self, folder: Path) -> None:
        """Write the words, their inverse document frequencies and the coefficients."""
        assert self._head is not None and self._vectorizer is not None
        self._head.save(folder)
        content = {
            "words": self._vectorizer.get_feature_names_out().tolist(),
            "idf": self._vectorizer.idf_.tolist(),
        }
        (folder / _WORDS_FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""
        content = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
        arm = cls()
        arm._head = LinearHead.load(folder)
        arm._vectorizer = _new_vectorizer(content["words"])
        arm._vectorizer.idf_ = np.array(content["idf"])
        return arm

    def _transform(self, texts: Sequence[str]) -> csr_matrix:
        assert self._vectorizer is not None and self._head is not None
        if not texts:
            return csr_matrix((0, self._head.coefficients.shape[1]), dtype=np.float32)
        return self._vectorizer.transform(texts)


def _new_vectorizer(words: list[str] | None = None) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b", vocabulary=words)


def _as_head(
    labels: tuple[str, ...], coefficients: NDArray[np.float64], intercepts: NDArray[np.float64]
) -> LinearHead:
    # scikit-learn keeps one row for two labels; the softmax of (0, x) is its sigmoid.
    if len(labels) == 2:
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        intercepts = np.concatenate([np.zeros_like(intercepts), intercepts])
    return LinearHead(labels, coefficients.astype(np.float32), intercepts.astype(np.float32))
