"""Rankings are measured as the retrieval literature measures them."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from prototypes.measure.relevance import mrr, ndcg_at_k, rank_documents, recall_at_k


def test_passages_become_documents_at_their_first_place() -> None:
    """The second passage of a document adds nothing; a number sign in a name is no passage."""
    passages = ["b.md#3", "a.md#0", "b.md#1", "c#4.md#2", "plain.md"]

    assert rank_documents(passages) == ["b.md", "a.md", "c#4.md", "plain.md"]


@pytest.mark.parametrize(
    ("k", "relevant", "expected"),
    [(1, ["a"], 1.0), (1, ["b"], 0.0), (2, ["b"], 1.0), (2, ["b", "z"], 0.5), (9, ["z"], 0.0)],
)
def test_recall_at_k(k: int, relevant: list[str], expected: float) -> None:
    """The part of what is relevant, not merely whether something is."""
    assert expected == recall_at_k(["a", "b", "c"], relevant, k=k)


@pytest.mark.parametrize(("relevant", "expected"), [(["a"], 1.0), (["c", "b"], 0.5), (["z"], 0.0)])
def test_reciprocal_rank(relevant: list[str], expected: float) -> None:
    """The first relevant document decides."""
    assert expected == mrr(["a", "b", "c"], relevant)


def test_ndcg_by_hand() -> None:
    """Relevant at ranks 1 and 3 of two relevant documents."""
    expected = (1 + 1 / log2(4)) / (1 + 1 / log2(3))

    assert expected == pytest.approx(ndcg_at_k(["a", "x", "b"], ["a", "b"], k=10))


@given(
    order=st.permutations(range(12)),
    relevant=st.sets(st.integers(0, 11), min_size=1),
    k=st.integers(1, 12),
)
def test_ndcg_agrees_with_scikit_learn(order: list[int], relevant: set[int], k: int) -> None:
    """For every ranking, set of relevant documents and depth."""
    gains = np.array([[float(document in relevant) for document in order]])
    falling = np.arange(12, 0, -1, dtype=float)[np.newaxis]

    ranking = [str(document) for document in order]
    found = ndcg_at_k(ranking, [str(document) for document in relevant], k=k)
    assert ndcg_score(gains, falling, k=k) == pytest.approx(found)
