"""Heckerman's identity: combining certainty factors is adding decibans."""

from __future__ import annotations

from itertools import product

import pytest

from advisor.inference.certainty import (
    certainty_factor_from_decibans,
    decibans_from_certainty_factor,
    decibans_from_likelihood_ratio,
)

FACTORS = [n / 20 for n in range(-19, 20)]


def _combine(a: float, b: float) -> float:
    """MYCIN's parallel combination of two certainty factors (van Melle's correction)."""
    if a >= 0 and b >= 0:
        return a + b - a * b
    if a < 0 and b < 0:
        return a + b + a * b
    return (a + b) / (1 - min(abs(a), abs(b)))


def test_combined_factors_are_added_decibans() -> None:
    """For all signs, to 1e-12."""
    for a, b in product(FACTORS, FACTORS):
        together = decibans_from_certainty_factor(a) + decibans_from_certainty_factor(b)

        assert certainty_factor_from_decibans(together) == pytest.approx(_combine(a, b), abs=1e-12)


def test_maps_are_inverse() -> None:
    """There and back to 1e-12."""
    for factor in FACTORS:
        decibans = decibans_from_certainty_factor(factor)

        assert certainty_factor_from_decibans(decibans) == pytest.approx(factor, abs=1e-12)


def test_ten_decibans_are_a_likelihood_ratio_of_ten() -> None:
    """The scale in one example."""
    assert decibans_from_likelihood_ratio(10.0) == pytest.approx(10.0)
    assert decibans_from_certainty_factor(0.9) == pytest.approx(10.0)


@pytest.mark.parametrize("factor", [-1.0, 1.0, 1.5])
def test_certainty_is_refused(factor: float) -> None:
    """No finite evidence makes certain."""
    with pytest.raises(ValueError, match="between -1 and 1"):
        decibans_from_certainty_factor(factor)


def test_ratio_that_is_not_positive_is_refused() -> None:
    """A probability cannot be negative."""
    with pytest.raises(ValueError, match="positive"):
        decibans_from_likelihood_ratio(0.0)
