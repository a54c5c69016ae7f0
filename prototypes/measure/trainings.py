"""How far apart two arms are when the chance of training counts beside that of sampling.

A test says how the samples fell; another seed gives other weights from the same samples, and so
other answers (Dodge et al. 2020, "Fine-Tuning Pretrained Language Models"; Bouthillier et al. 2021,
"Accounting for Variance in Machine Learning Benchmarks").
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import t as student

from prototypes.errors import TooFewSamplesError
from prototypes.measure.exchange import mean_error
from prototypes.measure.grouped import compare_grouped
from prototypes.measure.groups import Groups, pick_groups
from prototypes.measure.significance import Resampling
from prototypes.results import Interval

EXPERIMENT = "training_seeds"
"""The name of the experiment that trains again."""

Trainings = NDArray[np.float64]
"""Scores of one arm, shape (n_trainings, n_samples)."""


@dataclass(frozen=True, slots=True)
class TrainedDifference:
    """The mean of `first - second` over samples and trainings, with its interval and p-value."""

    interval: Interval
    p_value: float


def compare_trainings(
    first: Trainings, second: Trainings, groups: Groups | None, resampling: Resampling
) -> TrainedDifference:
    """Compare two arms that were trained several times, each time on the same samples.

    The variance of the mean over samples and that of the mean over trainings are added up, with
    the degrees of freedom of Satterthwaite (1946, "An Approximate Distribution of Estimates of
    Variance Components"). What one training does to single samples is in both, so the interval is
    rather too wide. It covers the one of samples alone.

    Args:
        first: One row per training; an arm that does not depend on the seed repeats its row.
        second: As many rows, trained from the same seeds.
        groups: Which samples belong together; None if each stands for itself.
        resampling: How the interval of samples alone is drawn.

    Raises:
        TooFewSamplesError: If no sample is scored for both, or there is only one training.
    """
    if len(first) < 2:
        raise TooFewSamplesError("one training tells nothing about another")
    alone = compare_grouped(first.mean(axis=0), second.mean(axis=0), groups, resampling)
    differences = first - second
    scored: NDArray[np.bool_] = np.asarray(~np.isnan(differences).any(axis=0))
    differences, own = differences[:, scored], pick_groups(groups, scored)
    mean, of_samples, freedom = mean_error(differences.mean(axis=0), own)
    of_trainings = float(differences.mean(axis=1).std(ddof=1)) / math.sqrt(len(differences))
    error = math.hypot(of_samples, of_trainings)
    if error == 0 or not math.isfinite(error):
        return TrainedDifference(alone.interval, alone.p_value)
    parts = of_samples**4 / freedom + of_trainings**4 / (len(differences) - 1)
    together = student(error**4 / parts)
    reach = error * float(together.isf(0.025))
    low, high = min(alone.interval.low, mean - reach), max(alone.interval.high, mean + reach)
    interval = Interval(value=mean, low=max(-1.0, low), high=min(1.0, high))
    return TrainedDifference(
        interval, max(alone.p_value, 2 * float(together.sf(abs(mean) / error)))
    )


def spread_of(trainings: Trainings) -> Interval:
    """Estimate the standard deviation of an arm's mean score from training to training.

    The interval is that of chi-square, which takes the means for normal; of three trainings it
    reaches from half to six times what was seen.
    """
    means = np.nanmean(trainings, axis=1)
    spread, freedom = float(means.std(ddof=1)), len(means) - 1
    low, high = (spread * math.sqrt(freedom / chi2.isf(tail, freedom)) for tail in (0.025, 0.975))
    return Interval(value=spread, low=low, high=high)
