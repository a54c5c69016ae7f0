"""From how many labels on one learning curve lies below another, with a band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.experiments.power_law import (
    N_RESAMPLES,
    Curve,
    PowerLaw,
    band_of,
    fit_power_law,
)
from prototypes.measure.significance import Scores

_N_STEPS = 200


@dataclass(frozen=True, slots=True)
class Crossing:
    """A number of labels with its band; infinite where the curves do not cross in sight."""

    value: float
    low: float
    high: float


def find_crossing(
    curve: Curve, rival: Curve, *, furthest: float, seed: int, n_resamples: int = N_RESAMPLES
) -> Crossing:
    """Find from how many labels on a curve errs less than its rival with as many.

    Both laws are fitted to the same resamples of seeds and test samples, so that easy and hard
    draws do not count as a difference.

    Args:
        curve: The one that may overtake.
        rival: The other, at the same sizes.
        furthest: Beyond this many labels neither law is believed.
        seed: Of the draws.
        n_resamples: How many to draw.
    """
    generator = np.random.default_rng(seed)
    _, n_seeds, n_test = curve.right.shape
    found = []
    for _ in range(n_resamples):
        seeds = generator.integers(n_seeds, size=(n_seeds,))
        weights = np.bincount(generator.integers(n_test, size=n_test), minlength=n_test) / n_test
        laws = [_fit(each, seeds, weights) for each in (curve, rival)]
        found.append(_overtakes(laws[0], laws[1], sizes=curve.sizes, furthest=furthest))
    own, other = (fit_power_law(each.sizes, each.errors) for each in (curve, rival))
    value = _overtakes(own, other, sizes=curve.sizes, furthest=furthest)
    low, high = band_of(found)
    return Crossing(value, min(low, value), max(high, value))


def _fit(curve: Curve, seeds: NDArray[np.int64], weights: Scores) -> PowerLaw:
    errors: Scores = 1 - (curve.right[:, seeds] @ weights).mean(axis=1)
    return fit_power_law(curve.sizes, errors)


def _overtakes(law: PowerLaw, rival: PowerLaw, *, sizes: Sequence[int], furthest: float) -> float:
    """Return the first number of labels from which on the law stays below its rival."""
    steps = np.geomspace(sizes[0], furthest, _N_STEPS)
    is_below = np.array([law.error(n) < rival.error(n) for n in steps])
    if not is_below[-1]:
        return math.inf
    above = np.flatnonzero(~is_below)
    return float(steps[above[-1] + 1]) if above.size else float(steps[0])
