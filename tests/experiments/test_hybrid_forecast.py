"""What a hybrid could gain, from where its parents err."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prototypes.contracts import Approach
from prototypes.experiments.hybrid_forecast import forecast_hybrid
from prototypes.experiments.material import Material


def _scores(pattern: str) -> list[dict[str, Any]]:
    return [{"correct": float(mark == "1")} for mark in pattern]


def test_ceiling_counts_what_either_parent_gets_right(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Right on 1, 2, 3 and on 3, 4 of ten: a perfect router is right on four."""
    rag = plant(Approach.RAG, _scores("1110000000"))
    tuned = plant(Approach.FINE_TUNE, _scores("0011000000"))

    found = forecast_hybrid(lay_out(rag, tuned))

    measured = {one.quantity: one for one in found.measured}
    assert measured["router_score"].value == pytest.approx(0.4)
    assert (measured["error_overlap"].value, measured["error_overlap"].n) == (6 / 9, 9)
    gains = {one.against: one.difference for one in found.differences}
    assert gains == pytest.approx({"rag": 0.1, "fine_tune": 0.2})


def test_wilson_interval_is_the_published_one(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """For 4 of 10 it is .168 to .687 (Newcombe 1998, method 3)."""
    rag = plant(Approach.RAG, _scores("1110000000"))
    tuned = plant(Approach.FINE_TUNE, _scores("0011000000"))

    ceiling = forecast_hybrid(lay_out(rag, tuned)).measured[0]

    assert (ceiling.low, ceiling.high) == pytest.approx((0.1682, 0.6873), abs=5e-4)


def test_parents_that_never_differ_leave_nothing_to_gain(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """The gain is 0, and with 400 samples it is shown to be under two points."""
    scores = _scores("1100" * 100)

    found = forecast_hybrid(lay_out(plant(Approach.RAG, scores), plant(Approach.FINE_TUNE, scores)))

    assert [one.difference for one in found.differences] == [0, 0]
    assert all(one.high < 0.02 for one in found.differences)


def test_ten_agreements_prove_nothing(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """With ten samples the interval of a gain of 0 is wide, though every resample says 0."""
    scores = _scores("1100110011")

    found = forecast_hybrid(lay_out(plant(Approach.RAG, scores), plant(Approach.FINE_TUNE, scores)))

    assert all(one.high > 0.1 for one in found.differences)


def test_built_hybrid_is_compared_with_both_parents(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """What was built is better evidence than a forecast."""
    arms = [
        plant(Approach.RAG, _scores("1100")),
        plant(Approach.FINE_TUNE, _scores("0110")),
        plant(Approach.HYBRID, _scores("1110")),
    ]

    found = forecast_hybrid(lay_out(*arms))

    built = {one.against: one.difference for one in found.differences if one.metric == "quality"}
    assert built == {"rag": 0.25, "fine_tune": 0.25}


def test_one_parent_is_no_forecast(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Without fine-tuning there is nothing to choose between, and the result says so."""
    found = forecast_hybrid(lay_out(plant(Approach.RAG, _scores("10"))))

    assert (found.measured, found.differences) == ([], [])
    assert "fine-tuning" in found.untested
