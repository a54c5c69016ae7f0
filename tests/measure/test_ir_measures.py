"""Ranking metrics agree with ir-measures, which runs the reference implementations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prototypes.measure.relevance import mrr, ndcg_at_k, recall_at_k

ir_measures = pytest.importorskip("ir_measures")

DOCUMENTS = [f"d{number}" for number in range(14)]
rankings = st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1)
relevant = st.sets(st.sampled_from(DOCUMENTS), min_size=1, max_size=6)


def reference(ranking: list[str], found: set[str], measure: object) -> float:
    """Compute one measure of one ranking by ir-measures."""
    qrels = [ir_measures.Qrel("q", document, 1) for document in sorted(found)]
    run = [
        ir_measures.ScoredDoc("q", document, 100.0 - place)
        for place, document in enumerate(ranking)
    ]
    return float(ir_measures.calc_aggregate([measure], qrels, run)[measure])


@given(ranking=rankings, found=relevant)
def test_ndcg_at_10_is_that_of_ir_measures(ranking: list[str], found: set[str]) -> None:
    """Binary gains, base-2 discount, the ideal ranking cut at ten as well."""
    expected = reference(ranking, found, ir_measures.nDCG @ 10)

    assert ndcg_at_k(ranking, found, k=10) == pytest.approx(expected, abs=1e-6)


@given(ranking=rankings, found=relevant)
def test_reciprocal_rank_is_that_of_ir_measures(ranking: list[str], found: set[str]) -> None:
    """Without a cut-off."""
    assert mrr(ranking, found) == pytest.approx(reference(ranking, found, ir_measures.RR))


@pytest.mark.parametrize("k", [1, 5])
@given(ranking=rankings, found=relevant)
def test_recall_is_that_of_ir_measures(k: int, ranking: list[str], found: set[str]) -> None:
    """The part of the relevant documents among the first k."""
    expected = reference(ranking, found, ir_measures.R @ k)

    assert recall_at_k(ranking, found, k=k) == pytest.approx(expected)
