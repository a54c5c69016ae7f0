"""From how many labels on one learning curve lies below another, with a band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.experiments.power_law import PowerLaw, band_of

_N_STEPS = 200


@dataclass(frozen=True, slots=True)
class Crossing:
    """A number of labels with its band; infinite where the curves do not cross in sight."""

    value: float
    low: float
    high: float


def find_crossing(
    laws: tuple[PowerLaw, PowerLaw],
    drawn: Sequence[tuple[PowerLaw, PowerLaw]],
    *,
    first: float,
    furthest: float,
) -> Crossing:
    """Find from how many labels on a law expects fewer errors than its rival with as many.

    Args:
        laws: The one that may overtake and its rival, fitted to what was measured.
        drawn: The same, fitted to resamples; each pair to the same seeds and test samples, so
            that easy and hard draws do not count as a difference.
        first: The smallest number of labels that was measured.
        furthest: Beyond this many neither law is believed.
    """
    steps = np.geomspace(first, furthest, _N_STEPS)
    value = _overtakes(laws, steps)
    low, high = band_of([_overtakes(pair, steps) for pair in drawn])
    return Crossing(value, min(low, value), max(high, value))


def _overtakes(laws: tuple[PowerLaw, PowerLaw], steps: NDArray[np.float64]) -> float:
    """Return the first number of labels from which on the first law stays below the second."""
    is_below = np.array([laws[0].error(n) < laws[1].error(n) for n in steps])
    if not is_below[-1]:
        return math.inf
    above = np.flatnonzero(~is_below)
    return float(steps[above[-1] + 1]) if above.size else float(steps[0])
