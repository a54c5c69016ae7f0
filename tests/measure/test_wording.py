"""Measured differences in words."""

from __future__ import annotations

import pytest

from prototypes.measure.wording import describe_difference
from prototypes.results import Comparison


@pytest.mark.parametrize(
    ("low", "said"), [(-0.0001, "+0.0"), (-0.0, "+0.0"), (-0.002, "-0.2"), (0.0123, "+1.2")]
)
def test_zero_has_no_sign_of_its_own(low: float, said: str) -> None:
    """Minus nothing is nothing."""
    difference = Comparison(
        arm="rag",
        against="hybrid",
        metric="correct",
        difference=0.1,
        low=low,
        high=0.2,
        p_value=0.1,
    )

    expected = f"10.0 points better (95 % interval {said} to +20.0)"
    assert describe_difference(difference) == expected
