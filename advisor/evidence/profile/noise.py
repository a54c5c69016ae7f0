"""Estimates how many labels are wrong from what a model trained on the other ones expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from advisor.schema.profile import NoiseEstimate

MAX_SAMPLED = 3_000
"""More rows than this are not needed for a share of a few percent, and would take minutes."""
MIN_SAMPLED = 100
MIN_PER_CLASS = 20
"""With fewer rows per class on average the model's own mistakes drown the noise."""
N_FOLDS = 5

_MAX_CLASSES = 200


def estimate_noise(texts: Sequence[str], labels: Sequence[str]) -> NoiseEstimate | None:
    """Compare each label with what a model expects that did not see it.

    TF-IDF and logistic regression predict every fifth from the other four. A label is suspect if
    the model expects another one and is at least as sure of it as it is on average of the samples
    that carry it (confident learning; Northcutt, Jiang & Chuang 2021). With 0, 5, 10, 20 and 40 %
    of the labels replaced at random it finds 5, 9, 12, 21 and 55 % in 3,000 rows of Banking77,
    and 0, 5, 9, 17 and 46 % in the eight first of its classes.

    Args:
        texts: At most `MAX_SAMPLED` of them, no two alike.
        labels: The label of each.

    Returns:
        None if there are too few rows, or too few per class, to tell.
    """
    counts = Counter(labels)
    kept = [i for i, label in enumerate(labels) if counts[label] >= N_FOLDS]
    classes = {labels[i] for i in kept}
    is_enough = len(kept) >= max(MIN_SAMPLED, MIN_PER_CLASS * len(classes))
    if not is_enough or not 2 <= len(classes) <= _MAX_CLASSES:
        return None
    names, given = np.unique([labels[i] for i in kept], return_inverse=True)
    probabilities = _predict([texts[i] for i in kept], given)
    return NoiseEstimate(
        n_sampled=len(kept),
        n_disagreeing=int((probabilities.argmax(axis=1) != given).sum()),
        n_suspect=_count_suspect(probabilities, given, n_classes=len(names)),
    )


def _predict(texts: Sequence[str], given: Any) -> Any:  # noqa: ANN401 # numpy arrays
    """Return the held-out probability of each class for each text."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, max_features=20_000, token_pattern=r"(?u)\S+"),
        LogisticRegression(C=10.0, max_iter=100, tol=1e-3),
    )
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    with threadpool_limits(1):  # these products are too small to be shared between threads
        return cross_val_predict(model, texts, given, cv=folds, method="predict_proba")


def _count_suspect(probabilities: Any, given: Any, *, n_classes: int) -> int:  # noqa: ANN401
    thresholds = np.array([probabilities[given == c, c].mean() for c in range(n_classes)])
    candidates = np.where(probabilities >= thresholds, probabilities, -1.0)
    is_sure = candidates.max(axis=1) >= 0
    return int((is_sure & (candidates.argmax(axis=1) != given)).sum())
