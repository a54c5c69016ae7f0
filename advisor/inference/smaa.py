"""Stochastic multicriteria acceptability analysis, SMAA-2 (Lahdelma and Salminen 2001).

Works on any draws of values and weights; nothing here knows about rules. Ties share their ranks
equally.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rank_acceptability(values: Array) -> Array:
    """Compute how often each alternative takes each rank.

    Args:
        values: One row per draw, one column per alternative; higher is better, -inf means that
            the alternative is out and takes no rank.

    Returns:
        One row per alternative, one column per rank; every row and column sums to 1 unless an
        alternative is out in some draw.
    """
    n_alternatives = values.shape[1]
    above = np.zeros(values.shape, dtype=np.intp)
    level = np.zeros(values.shape, dtype=np.intp)
    for other in range(n_alternatives):
        above += values[:, [other]] > values
        level += values[:, [other]] == values
    ranks = np.zeros((n_alternatives, n_alternatives))
    for rank in range(n_alternatives):
        holds = (above <= rank) & (rank < above + level) & np.isfinite(values)
        ranks[:, rank] = (holds / level).mean(axis=0)
    return ranks


def pairwise_winning_index(values: Array) -> Array:
    """Compute how often each alternative beats each other one (Leskinen and Kangas 2006).

    Args:
        values: One row per draw, one column per alternative, as for `rank_acceptability`.

    Returns:
        Row beats column; a tie counts half, and two that are out do not compare.
    """
    columns = values.T
    beats = np.array([[(a > b).mean() for b in columns] for a in columns])
    ties = np.array([[((a == b) & np.isfinite(a)).mean() for b in columns] for a in columns])
    index: Array = beats + ties / 2
    np.fill_diagonal(index, 0.0)
    return index


def central_weights(values: Array, weights: Array) -> Array:
    """Average the weights over the draws in which each alternative comes first.

    Args:
        values: One row per draw, one column per alternative.
        weights: One row per draw, one column per criterion.

    Returns:
        One row per alternative, one column per criterion; nan where it never comes first.
    """
    first = _first_shares(values)
    with np.errstate(invalid="ignore"):
        centres: Array = first.T @ weights / first.sum(axis=0)[:, None]
    return centres


def confidence_factors(measurements: Array, centres: Array) -> Array:
    """Compute how often each alternative comes first under its own central weights.

    Args:
        measurements: Draws × alternatives × criteria.
        centres: Central weights, one row per alternative.
    """
    return np.array(
        [
            _first_shares(measurements @ centre)[:, alternative].mean()
            for alternative, centre in enumerate(centres)
        ]
    )


def _first_shares(values: Array) -> Array:
    tops = values == values.max(axis=1, keepdims=True)
    shares: Array = tops / tops.sum(axis=1, keepdims=True)
    return shares
