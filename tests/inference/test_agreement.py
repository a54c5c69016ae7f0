"""How far people agree."""

from __future__ import annotations

import pytest

from advisor.inference.agreement import concordance, majority_answers, share_agreeing
from advisor.schema.answers import Opinion

PEOPLE = {
    "Ada": Opinion(answers={"a": "x", "b": "x"}),
    "Bo": Opinion(answers={"a": "x", "b": "y"}),
    "Cy": Opinion(answers={"a": "y", "c": "unknown"}),
}


def test_majority_decides_and_a_tie_is_unknown() -> None:
    """Who does not know has no vote."""
    assert majority_answers(PEOPLE) == {"a": "x", "b": "unknown", "c": "unknown"}


def test_agreement_is_the_share_of_the_most_frequent_answer() -> None:
    """Two of three agree on a; about c nobody knows anything."""
    assert share_agreeing(PEOPLE, "a") == pytest.approx(2 / 3)
    assert share_agreeing(PEOPLE, "c") is None


def test_concordance_spans_from_opposite_to_equal() -> None:
    """Kendall's W is 1 for the same order and 0 for two opposite ones."""
    assert concordance([["p", "q", "r"]] * 3, ["p", "q", "r"]) == pytest.approx(1.0)
    assert concordance([["p", "q", "r"], ["r", "q", "p"]], ["p", "q", "r"]) == pytest.approx(0.0)


@pytest.mark.parametrize("orders", [["pqr", "prq", "qpr"], ["p", "pq", "r"], ["rqp", "pq", "q"]])
def test_concordance_follows_from_friedmans_statistic(orders: list[str]) -> None:
    """W = χ² / (m (n - 1)), with ties, as scipy computes Friedman's χ²."""
    from scipy.stats import friedmanchisquare

    items = "pqr"
    ranks = [[o.index(i) + 1 if i in o else (len(o) + 1 + 3) / 2 for i in items] for o in orders]
    chi_squared = friedmanchisquare(*zip(*ranks, strict=True)).statistic

    assert concordance(orders, items) == pytest.approx(chi_squared / (len(orders) * 2))


def test_concordance_needs_two_orders() -> None:
    """One opinion agrees with nobody."""
    assert concordance([["p", "q"]], ["p", "q"]) is None
