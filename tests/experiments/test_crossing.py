"""Planted curves cross where they were planted to, within the band."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prototypes.experiments.crossing import Crossing, find_crossing
from prototypes.experiments.power_law import Curve, PowerLaw, fit_power_law, resample_laws

SIZES = (62, 125, 250, 500, 1000)
SLOW = PowerLaw(floor=0.15, scale=0.05, slope=0.3, n_most=1000)
FAST = PowerLaw(floor=0.02, scale=0.12, slope=0.6, n_most=1000)
CROSSING = 451
"""Where both laws expect the same error."""


def plant(law: PowerLaw, seed: int, *, n_seeds: int = 3, n_test: int = 1000) -> Curve:
    """Draw answers that are right as often as the law says, the same questions being hard."""
    hardness = np.random.default_rng(0).random(n_test)
    noise = np.random.default_rng(seed).random((len(SIZES), n_seeds, n_test))
    errors = np.array([law.error(size) for size in SIZES])[:, None, None]
    mixed = np.where(noise < 0.5, hardness, np.random.default_rng(seed + 99).random(noise.shape))
    return Curve(SIZES, (mixed >= errors).astype(np.float64))


def cross(curve: Curve, rival: Curve, *, seed: int, n_resamples: int) -> Crossing:
    """Fit both laws to the curves and to the same resamples of them."""
    drawn = [
        [law for law, _ in resample_laws(each, [], seed=seed, n_resamples=n_resamples)]
        for each in (curve, rival)
    ]
    own, other = (fit_power_law(each.sizes, each.errors) for each in (curve, rival))
    pairs = list(zip(*drawn, strict=True))
    return find_crossing((own, other), pairs, first=SIZES[0], furthest=1e5)


def test_planted_laws_cross_where_they_say() -> None:
    """The constant of this file is right."""
    assert math.isclose(SLOW.error(CROSSING), FAST.error(CROSSING), abs_tol=1e-4)


@pytest.mark.slow
def test_band_holds_the_planted_crossing_at_most_times() -> None:
    """In at least 5 of 6 planted experiments the 95 % band covers it."""
    covered = 0
    for seed in range(6):
        curves = plant(FAST, 10 * seed), plant(SLOW, 10 * seed + 5)
        found = cross(*curves, seed=seed, n_resamples=40)
        covered += found.low <= CROSSING <= found.high

    assert covered >= 5


def test_curve_that_is_always_below_has_crossed_from_the_start() -> None:
    """The smallest size measured is the least that can be said."""
    better = PowerLaw(floor=0.02, scale=0.01, slope=0.3, n_most=1000)

    found = cross(plant(better, 1), plant(SLOW, 2), seed=0, n_resamples=8)

    assert found.value == SIZES[0]


def test_curve_that_stays_above_never_crosses() -> None:
    """Then the band is open upwards too."""
    better = PowerLaw(floor=0.02, scale=0.01, slope=0.3, n_most=1000)

    found = cross(plant(SLOW, 2), plant(better, 1), seed=0, n_resamples=8)

    assert math.isinf(found.value) and math.isinf(found.high)
