"""Intervals and tests of `significance`, for samples of which some belong together.

Without groups each function is that of `significance`, to the last digit; only a mean of scores
that are all 0 or all 1 gets another interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from prototypes.measure.exchange import exchange_p, few_samples_p, mean_error
from prototypes.measure.groups import Groups, add_up
from prototypes.measure.significance import (
    PairedDifference,
    Resampling,
    Scores,
    bootstrap_mean,
    bound_unseen,
    compare_paired,
    non_inferiority_p,
)
from prototypes.results import Interval

_MAX_CELLS = 2_000_000
"""Numbers held in memory at once while resampling: 16 MB."""


def grouped_mean(values: Scores, groups: Groups | None, resampling: Resampling) -> Interval:
    """Average the defined scores, between 0 and 1, with an interval over groups.

    Where all are 0 or all are 1 no resample differs, and the interval is Wilson's (1927), for as
    many samples as there are groups.

    Raises:
        TooFewSamplesError: If no score is defined.
    """
    if _are_all_alike(values):
        return _wilson(values, groups, resampling)
    if groups is None:
        return bootstrap_mean(values, resampling)
    value = bootstrap_mean(values, Resampling(1)).value
    defined, own = _defined(values, groups)
    means = _draw_means(defined, own, resampling)
    low, high = cover_groups(_percentiles(means, resampling), defined, own)
    return Interval(value=value, low=max(0.0, low), high=min(1.0, high))


def compare_grouped(
    first: Scores, second: Scores, groups: Groups | None, resampling: Resampling
) -> PairedDifference:
    """Compare two arms on the samples that both have a score for, drawing whole groups.

    The interval covers that of the t-test over groups, which knows how few they are. The p-value
    of 0/1 scores is exact (`exchange_p`).

    Raises:
        TooFewSamplesError: If no sample is scored for both.
    """
    found = compare_paired(first, second, resampling if groups is None else Resampling(1))
    if groups is None:
        return found
    differences, own = _defined(first - second, groups)
    if not differences.any():
        return replace(found, interval=bound_unseen(len(np.unique(own))))
    means = _draw_means(differences, own, resampling)
    low, high = cover_groups(_percentiles(means, resampling), differences, own)
    totals = add_up(differences[:, np.newaxis], own)[:, 0]
    return PairedDifference(
        interval=Interval(value=found.interval.value, low=max(-1.0, low), high=min(1.0, high)),
        p_value=exchange_p(totals) if found.is_binary else few_samples_p(differences, own),
        n_first_better=found.n_first_better,
        n_second_better=found.n_second_better,
        is_binary=found.is_binary,
    )


def grouped_non_inferiority_p(differences: Scores, margin: float, groups: Groups | None) -> float:
    """Test whether a mean paired difference stays below a margin; small means that it does.

    With groups it has to stay there for samples by themselves and for groups by Student's t.
    """
    alone = non_inferiority_p(differences, margin)
    if groups is None:
        return alone
    defined, own = _defined(differences, groups)
    # One sample of each sign and a tie more, as in the test for samples by themselves.
    mean = float(defined.sum()) / (defined.size + 2)
    totals = add_up((defined - mean)[:, np.newaxis], own)[:, 0]
    n = len(totals)
    if n < 2:
        return 1.0
    spread = n / (n - 1) * float((totals**2).sum()) + 1 + 2 * mean**2
    error = float(np.sqrt(spread)) / (defined.size + 2)
    return max(alone, float(student.sf((margin - mean) / error, n - 1)))


def design_effect(differences: Scores, groups: Groups | None) -> float:
    """Return by how many times more samples are needed since they come in groups; at least 1.

    It is the variance of the mean over groups of these sizes, as a multiple of that over samples
    (Kish 1965).
    """
    if groups is None:
        return 1.0
    defined, own = _defined(differences, groups)
    alone, together = mean_error(defined)[1], mean_error(defined, own)[1]
    return max(1.0, (together / alone) ** 2) if alone > 0 and np.isfinite(together) else 1.0


def grouped_first(
    scores: Scores,
    groups: Groups | None,
    resampling: Resampling,
    *,
    allowed: NDArray[np.bool_] | None = None,
) -> list[float]:
    """Return in which share of the resamples each arm is allowed and has the highest mean.

    Ties are split.

    Args:
        scores: One row per arm, one column per sample; an undefined score counts as 0.
        groups: Which samples belong together.
        resampling: How often to draw, and from which seed.
        allowed: Whether each arm may be first in each resample, one row per arm; None lets all.
    """
    won, begin = np.zeros(len(scores)), 0
    for totals in draw_sums(add_up(np.nan_to_num(scores).T, groups), resampling):
        if allowed is not None:
            totals[~allowed[:, begin : begin + len(totals)].T] = -np.inf
            begin += len(totals)
        highest = totals.max(axis=1, keepdims=True)
        is_first = np.isclose(totals, highest, rtol=0, atol=1e-9) & np.isfinite(highest)
        won += (is_first / np.maximum(1, is_first.sum(axis=1, keepdims=True))).sum(axis=0)
    return [float(each) for each in won / resampling.n_resamples]


def _are_all_alike(values: Scores) -> bool:
    defined = values[~np.isnan(values)]
    return bool(defined.size and (defined == defined[0]).all() and defined[0] in (0.0, 1.0))


def _wilson(values: Scores, groups: Groups | None, resampling: Resampling) -> Interval:
    """Return the interval of a share that is 0 or 1: the other kind was never seen."""
    own = np.arange(values.size) if groups is None else groups
    defined, present = _defined(values, own)
    value, squared = float(defined[0]), float(norm.isf((1 - resampling.confidence) / 2)) ** 2
    unseen = squared / (np.unique(present).size + squared)
    return Interval(value=value, low=max(0.0, value - unseen), high=min(1.0, value + unseen))


def _defined(values: Scores, groups: Groups) -> tuple[Scores, Groups]:
    is_defined = ~np.isnan(values)
    return values[is_defined], groups[is_defined]


def _draw_means(values: Scores, groups: Groups, resampling: Resampling) -> Scores:
    """Draw groups with replacement; return the mean over their samples in each resample."""
    terms = add_up(np.stack([values, np.ones_like(values)], axis=1), groups)
    sums = np.concatenate(list(draw_sums(terms, resampling)))
    means: Scores = sums[:, 0] / sums[:, 1]
    return means


def draw_sums(rows: NDArray[np.float64], resampling: Resampling) -> Iterator[NDArray[np.float64]]:
    """Draw rows with replacement and add up the columns; one row per resample, in chunks."""
    distinct, counts = np.unique(rows, axis=0, return_counts=True)
    generator, n = np.random.default_rng(resampling.seed), int(counts.sum())
    at_once = max(1, _MAX_CELLS // len(counts))
    for start in range(0, resampling.n_resamples, at_once):
        size = min(at_once, resampling.n_resamples - start)
        yield generator.multinomial(n, counts / n, size=size) @ distinct


def cover_groups(
    interval: tuple[float, float], values: Scores, groups: Groups
) -> tuple[float, float]:
    """Make a 95 % interval of a mean cover that of the t-test over groups."""
    mean, error, freedom = mean_error(values, groups)
    reach = error * float(student.isf(0.025, freedom))
    return min(interval[0], mean - reach), max(interval[1], mean + reach)


def _percentiles(means: Scores, resampling: Resampling) -> tuple[float, float]:
    tail = (1 - resampling.confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
