"""How error falls with the number of labels: a power law with a floor, and its band.

error(n) = floor + scale · (n / N)^-slope with N the largest number of labels, as learning curves
have been found to run (Cortes et al. 1993; Hestness et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from prototypes.measure.groups import Groups
from prototypes.measure.significance import Scores

N_RESAMPLES = 200
MAX_SLOPE = 3.0
MIN_POINTS = 4
"""Three parameters leave nothing to check with fewer points."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A fitted learning curve.

    Attributes:
        floor: The error that no number of labels removes.
        scale: What the labels removed so far would add to it.
        slope: How fast the error falls; 0 if it does not.
        n_most: The number of labels that `scale` belongs to.
    """

    floor: float
    scale: float
    slope: float
    n_most: float

    def error(self, n_labels: float) -> float:
        """Return the error expected with some number of labels."""
        return self.floor + self.scale * math.pow(n_labels / self.n_most, -self.slope)

    def labels_for(self, error: float) -> float:
        """Return the labels needed for an error; infinite if it is out of reach."""
        above = error - self.floor
        if above <= 0 or self.slope == 0:
            return math.inf
        return self.n_most * float((self.scale / above) ** (1 / self.slope))


@dataclass(frozen=True, slots=True)
class Curve:
    """A learning curve as measured.

    Attributes:
        sizes: Numbers of labels, ascending.
        right: What each test sample scored, shape (n_sizes, n_seeds, n_test): 1 where it was
            answered rightly, or another score whose mean lies between 0 and 1.
    """

    sizes: tuple[int, ...]
    right: Scores

    @property
    def errors(self) -> Scores:
        """The mean error at each size."""
        errors: Scores = 1 - self.right.mean(axis=(1, 2))
        return errors


def fit_power_law(sizes: Sequence[float], errors: Scores) -> PowerLaw:
    """Fit a power law to at least four errors by least squares within sensible bounds."""
    n_most = float(max(sizes))
    shares = np.asarray(sizes, dtype=np.float64) / n_most
    lowest = max(0.0, float(errors.min()))  # a weighted mean of all right may exceed 1 by a hair
    start = (0.5 * lowest, max(0.5 * lowest, 1e-3), 0.5)
    found, _ = curve_fit(
        _power_law,
        shares,
        errors,
        p0=start,
        bounds=((0.0, 0.0, 0.0), (1.0, 1.0, MAX_SLOPE)),
        max_nfev=2_000,
    )
    floor, scale, slope = map(float, found)
    return PowerLaw(floor=floor, scale=scale, slope=slope, n_most=n_most)


def resample_laws(
    curve: Curve,
    references: Sequence[Scores],
    *,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    groups: Groups | None = None,
) -> list[tuple[PowerLaw, list[float]]]:
    """Fit the law to resamples of seeds and test samples at once.

    Each fit comes with the errors of some other arms on the same resampled test samples, so that
    easy and hard draws do not count as a difference between the two.

    Args:
        curve: What was measured.
        references: Per arm to compare with, 1 where it is right, shape (n_test,).
        seed: Of the draws.
        n_resamples: How many to draw.
        groups: Which test samples are drawn together; None draws each by itself.
    """
    generator = np.random.default_rng(seed)
    _, n_seeds, n_test = curve.right.shape
    of_sample = np.arange(n_test) if groups is None else groups
    n_drawn = int(of_sample.max()) + 1
    laws = []
    for _ in range(n_resamples):
        seeds = generator.integers(n_seeds, size=n_seeds)
        drawn = generator.integers(n_drawn, size=n_drawn)
        times = np.bincount(drawn, minlength=n_drawn)[of_sample]
        weights = times / times.sum()
        errors = 1 - (curve.right[:, seeds] @ weights).mean(axis=1)
        law = fit_power_law(curve.sizes, errors)
        laws.append((law, [float(1 - reference @ weights) for reference in references]))
    return laws


def band_of(values: Sequence[float]) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile; values may be infinite."""
    low, high = np.quantile(np.asarray(values), [0.025, 0.975], method="inverted_cdf")
    return float(low), float(high)


def _power_law(
    share: NDArray[np.float64], floor: float, scale: float, slope: float
) -> NDArray[np.float64]:
    error: NDArray[np.float64] = floor + scale * share**-slope
    return error
