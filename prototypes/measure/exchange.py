"""Tests of paired differences that hold for few samples, and for samples that come in groups.

If two arms are equally good, exchanging them on a sample (or on a whole group of samples) gives
an outcome as likely as the one observed. For 0/1 scores all exchanges are counted: with groups of
one sample that is McNemar's exact test. Other scores get the t-test of the groups' totals, whose
p-value cannot be smaller than exchanges allow: three samples that all point one way do so by
chance in one of four cases, however small their spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from scipy.stats import t as student

from prototypes.measure.groups import Groups, add_up

Scores = NDArray[np.float64]

_ROUNDING = 1e-9


def exchange_p(totals: Scores) -> float:
    """Test whether whole-numbered totals of differences lie around nought; two-sided and exact.

    Args:
        totals: Per group the samples that only the first arm gets right minus those that only
            the second one does.
    """
    sizes, observed = _steps(totals)
    chances = _spread(sizes)
    sums = np.arange(len(chances)) - sizes.sum()
    return _certain(float(chances[np.abs(sums) >= abs(observed)].sum()))


def exchange_p_below(totals: Scores) -> float:
    """Test whether such totals lie below nought; one-sided and exact, small means that they do."""
    sizes, observed = _steps(totals)
    chances = _spread(sizes)
    sums = np.arange(len(chances)) - sizes.sum()
    return _certain(float(chances[sums <= observed].sum()))


def mean_error(differences: Scores, groups: Groups | None = None) -> tuple[float, float, int]:
    """Return the mean difference, its standard error, and the degrees of freedom of that.

    Groups are taken for drawn at random, so what varies is their totals (Liang and Zeger 1986,
    for a mean). The error is infinite where there are not two of them.
    """
    mean = float(differences.mean())
    totals = add_up((differences - mean)[:, np.newaxis], groups)[:, 0]
    n = len(totals)
    if n < 2:
        return mean, np.inf, 1
    error = float(np.sqrt(n / (n - 1) * (totals**2).sum())) / differences.size
    return mean, error, n - 1


def few_samples_p(differences: Scores, groups: Groups | None = None) -> float:
    """Test whether a mean difference is nought; two-sided, and honest about few samples."""
    totals = add_up(differences[:, np.newaxis], groups)[:, 0]
    n_apart = int((np.abs(totals) > _ROUNDING).sum())
    return max(student_p(differences, groups), least_p(n_apart))


def student_p(differences: Scores, groups: Groups | None = None) -> float:
    """Return the two-sided p-value of the t-test; 0 where nothing varies."""
    mean, error, freedom = mean_error(differences, groups)
    return 0.0 if error == 0 else float(2 * student.sf(abs(mean) / error, freedom))


def least_p(n_apart: int) -> float:
    """Return the least two-sided p-value that exchanging two arms allows.

    Args:
        n_apart: Samples, or groups of them, on which the two differ at all.
    """
    return float(0.5 ** max(0, n_apart - 1))


def bootstrap_p(means: Scores) -> float:
    """Double the smaller tail beyond zero; one resample is added so that it is never nought."""
    drawn = means[~np.isnan(means)]
    tail = min((drawn <= 0).sum(), (drawn >= 0).sum())
    return min(1.0, 2 * (float(tail) + 1) / (drawn.size + 1))


def _certain(chance: float) -> float:
    """Take a sum of all chances for the 1 that rounding misses by a hair."""
    return 1.0 if chance > 1 - _ROUNDING else chance


def _steps(totals: Scores) -> tuple[NDArray[np.int64], int]:
    whole = np.rint(totals).astype(np.int64)
    sizes: NDArray[np.int64] = np.abs(whole[whole != 0])
    return sizes, int(whole.sum())


def _spread(sizes: NDArray[np.int64]) -> Scores:
    """Return how likely each sum of signed sizes is, from minus their sum to plus their sum."""
    if (sizes == 1).all():
        chances = np.zeros(2 * len(sizes) + 1)
        chances[::2] = binom.pmf(np.arange(len(sizes) + 1), len(sizes), 0.5)
        return chances
    chances = np.ones(1)
    for size in sizes:
        wider = np.zeros(len(chances) + 2 * int(size))
        wider[: len(chances)] += chances / 2
        wider[len(wider) - len(chances) :] += chances / 2
        chances = wider
    return chances
