"""A measurement is one more source."""

from __future__ import annotations

import pytest

from advisor.evidence.support import update_support
from advisor.schema.recommendation import RankedApproach, Recommendation
from advisor.vocabulary import Approach, Status


def _recommendation(support: dict[Approach, float]) -> Recommendation:
    ranking = [
        RankedApproach(
            approach=approach,
            status=Status.ALLOWED,
            score_db=0,
            support=part,
            rank_acceptability=part,
            reasons=[],
            against=[],
        )
        for approach, part in support.items()
    ]
    return Recommendation(
        recommended=None,
        leading=Approach.RAG,
        ranking=ranking,
        companions=[],
        variants={},
        unanswered=[],
        flips=[],
        same_decision_probability=1,
        winner_distribution_method="exact",
        settled=True,
        rules_version="",
    )


def test_support_is_multiplied_with_the_first_places() -> None:
    """.6 · (.09 + .01) and .4 · (.89 + .01): 6 to 36, which is 1/7 and 6/7."""
    before = _recommendation({Approach.RAG: 0.6, Approach.FINE_TUNE: 0.4})

    rag, tuned = update_support(before, {"rag": 0.09, "fine_tune": 0.89})

    assert (rag.after, tuned.after) == pytest.approx((1 / 7, 6 / 7))
    assert (rag.before, rag.first_share) == (0.6, 0.09)


def test_what_was_not_measured_keeps_its_support() -> None:
    """Nothing was learnt about it; the others divide what they had."""
    before = _recommendation({Approach.RAG: 0.3, Approach.FINE_TUNE: 0.3, Approach.PROMPTING: 0.4})

    after = {one.approach: one.after for one in update_support(before, {"rag": 1, "fine_tune": 0})}

    assert after[Approach.PROMPTING] == 0.4
    assert after[Approach.RAG] == pytest.approx(0.6 * 1.01 / 1.02)
    assert sum(after.values()) == pytest.approx(1)


def test_without_a_measurement_nothing_moves() -> None:
    """An empty trial is no evidence."""
    (only,) = update_support(_recommendation({Approach.RAG: 1.0}), {})

    assert (only.after, only.first_share) == (1.0, None)
