"""Intervals of experiments claim no more than the samples can carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from prototypes.contracts import Approach
from prototypes.experiments.material import (
    Material,
    compare_shares,
    measure_share,
    widen_interval,
)
from prototypes.measure.significance import Resampling


def test_ten_ties_leave_a_sixth_of_doubt_on_either_side() -> None:
    """Two of 1/2 and one tie added: mean 0, variance 1/12 over 12, so 1.96 · 1/12 = .163."""
    low, high = widen_interval(0.0, 0.0, np.zeros(10))

    assert (low, high) == pytest.approx((-1.96 / 12, 1.96 / 12), abs=1e-4)


def test_a_wider_bootstrap_interval_stays() -> None:
    """The interval is never made narrower."""
    assert widen_interval(-0.5, 0.5, np.zeros(1000)) == (-0.5, 0.5)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_interval_ends_where_no_difference_can_lie(n: int) -> None:
    """Of three samples that one arm alone gets right, 1.96 standard errors reach beyond 100 %."""
    first, second = ("a", np.ones(n)), ("b", np.zeros(n))

    found = compare_shares("x", first, second, resampling=Resampling(n_resamples=100))

    assert (found.difference, found.high) == (1.0, 1.0)
    assert found.low < 1.0
    assert widen_interval(-1.0, -1.0, -np.ones(n))[0] == -1.0


def test_difference_of_two_groups_or_of_differences_may_be_larger() -> None:
    """Informedness sums two groups, a change of a change spans two: 200 points are possible."""
    ones = np.ones(50)

    assert widen_interval(2.0, 2.0, ones, ones) == (pytest.approx(1.83, abs=0.01), 2.0)
    assert widen_interval(2.0, 2.0, 2 * ones, limit=2.0)[1] == 2.0


def test_wilson_interval_of_nothing_right_is_not_a_point() -> None:
    """0 of 10 leaves up to 27.8 % open (Newcombe 1998: 0 to .2775 for 0 of 10)."""
    share = measure_share("citation_correct", "rag", count=0, n=10)

    assert (share.value, share.low) == pytest.approx((0, 0), abs=1e-9)
    assert share.high == pytest.approx(0.2775, abs=1e-4)


def test_equal_arms_seldom_look_different() -> None:
    """Of 300 pairs of equally good arms at most 5 % have an interval beside 0."""
    generator = np.random.default_rng(0)
    resampling = Resampling(n_resamples=500)
    beside = 0
    for _ in range(300):
        arms = [(str(n), (generator.random(120) < 0.7).astype(float)) for n in range(2)]
        found = compare_shares("x", arms[0], arms[1], resampling=resampling)
        beside += found.low > 0 or found.high < 0

    assert beside <= 15


def test_planted_five_points_are_found_with_a_thousand_samples() -> None:
    """Arms that differ on 8 % of 1,000 samples, 6.5 to 1.5: nearly always beside 0."""
    generator = np.random.default_rng(1)
    resampling = Resampling(n_resamples=500)
    found = 0
    for _ in range(100):
        draw = generator.random(1000)
        first = (draw < 0.865).astype(float)
        second = ((draw < 0.80) | (draw >= 0.985)).astype(float)
        found += compare_shares("x", ("a", first), ("b", second), resampling=resampling).low > 0

    assert found >= 90


def test_single_samples_are_scored_by_exact_match_where_the_metric_is_a_ratio(
    plant: Callable[..., Any],
) -> None:
    """Span F1 is no property of one text, so a router between two arms is judged by whole texts."""
    counts = {"spans_right": 1.0, "spans_given": 2.0, "spans_expected": 1.0, "exact_match": 0.0}
    arm, samples = plant(Approach.RAG, [counts])
    material = Material("span_f1", [arm], {arm.name: samples})

    assert material.sample_scores(arm).tolist() == [0.0]
    assert material.scores(arm).tolist() == pytest.approx([2 / 3])
