"""How far support can be read as a probability: temperature scaling, tested on cases left out.

A temperature T divides all decibans: p_o = 10^(S_o / 10T) / Σ_j 10^(S_j / 10T). One number is
fitted, by log-loss (Guo, Pleiss, Sun, Weinberger 2017, arXiv:1706.04599), so it cannot change which
approach leads. An excluded approach scores -inf and keeps support 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advisor.schema.calibration import Estimate

MIN_INVERSE: Final = 0.05
MAX_INVERSE: Final = 20.0
"""Bounds of 1 / T; reached only by cases that are all missed, or all hit."""

N_HALVINGS: Final = 60
N_DRAWS: Final = 2_000
MIN_PROBABILITY: Final = 1e-3
"""An outcome that the rules exclude costs a finite log-loss, the same at every temperature."""

BIN_EDGES: Final = (0.25, 0.40, 0.55, 0.70, 0.85, 1.0)
"""Support of the leading approach; of four it is at least a quarter."""

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases in which the leading approach had about the same support."""

    low: float
    high: float
    n_cases: int
    mean_support: float
    n_right: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good some probabilities were, with 95 % intervals from resampled groups."""

    log_loss: Estimate
    brier: Estimate
    ece: Estimate


@dataclass(frozen=True, slots=True)
class Assessment:
    """A fitted temperature and what it was worth on cases it had not seen."""

    temperature: float
    n_cases: int
    n_groups: int
    plain: Quality
    """Of support as it is, at temperature 1."""
    cross_validated: Quality
    """Each group judged at the temperature of all others."""
    bins: tuple[Bin, ...]
    """Reliability of the cross-validated support; empty bins are left out."""


def calibrated_support(scores_db: ArrayLike, temperature: float) -> Array:
    """Turn decibans into support at a temperature; the last axis runs over the approaches.

    Rows in which every approach is excluded (-inf) get support 0 throughout.
    """
    scores = np.asarray(scores_db, dtype=np.float64)
    best = scores.max(axis=-1, keepdims=True)
    odds = 10.0 ** ((scores - np.where(np.isfinite(best), best, 0.0)) / (10.0 * temperature))
    total = odds.sum(axis=-1, keepdims=True)
    support: Array = np.divide(odds, total, out=np.zeros_like(odds), where=total > 0)
    return support


def fit_temperature(scores_db: Array, outcomes: Indices) -> float:
    """Find the temperature of least log-loss.

    The loss is convex in 1 / T, and its slope is the mean of what the support expects minus what
    the outcome scored; its zero is found by halving.

    Args:
        scores_db: Decibans, one row per case, one column per approach; -inf if excluded.
        outcomes: The column of each outcome.
    """
    scored = scores_db[np.arange(len(outcomes)), outcomes]
    usable = np.isfinite(scored)
    scores, scored = scores_db[usable], scored[usable]
    finite = np.where(np.isfinite(scores), scores, 0.0)
    low, high = MIN_INVERSE, MAX_INVERSE
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        expected = (calibrated_support(scores, 1 / middle) * finite).sum(axis=1)
        if (expected - scored).sum() < 0:
            low = middle
        else:
            high = middle
    return 2 / (low + high)


def assess_calibration(
    scores_db: Array, outcomes: Indices, *, groups: Sequence[str], seed: int = 0
) -> Assessment:
    """Fit a temperature, and test it leaving out one group at a time.

    Args:
        scores_db: Decibans, one row per case, one column per approach; -inf if excluded.
        outcomes: The column of each outcome.
        groups: The group of each case; its cases are judged by a fit that has seen none of them.
        seed: Seed of the resampling behind the intervals.
    """
    codes = np.unique(np.array(groups), return_inverse=True)[1]
    held_out = _leave_groups_out(scores_db, outcomes, codes)
    draws = _draw_groups(codes, seed)
    return Assessment(
        temperature=fit_temperature(scores_db, outcomes),
        n_cases=len(outcomes),
        n_groups=int(codes.max()) + 1,
        plain=_judge(calibrated_support(scores_db, 1.0), outcomes, draws),
        cross_validated=_judge(held_out, outcomes, draws),
        bins=_tabulate(held_out, outcomes),
    )


def _leave_groups_out(scores_db: Array, outcomes: Indices, codes: Indices) -> Array:
    support = np.empty_like(scores_db)
    for group in range(int(codes.max()) + 1):
        inside = codes == group
        temperature = fit_temperature(scores_db[~inside], outcomes[~inside])
        support[inside] = calibrated_support(scores_db[inside], temperature)
    return support


def _draw_groups(codes: Indices, seed: int) -> Array:
    """Resample whole groups; one row per draw: how often each case is in it."""
    n_groups = int(codes.max()) + 1
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=N_DRAWS)
    drawn: Array = counts[:, codes].astype(np.float64)
    return drawn


def _judge(support: Array, outcomes: Indices, draws: Array) -> Quality:
    hit = support[np.arange(len(outcomes)), outcomes]
    truth = np.eye(support.shape[1])[outcomes]
    losses = -np.log(np.maximum(hit, MIN_PROBABILITY))
    return Quality(
        log_loss=_estimate_mean(losses, draws),
        brier=_estimate_mean(((support - truth) ** 2).sum(axis=1), draws),
        ece=_estimate_ece(support, outcomes, draws),
    )


def _estimate_mean(values: Array, draws: Array) -> Estimate:
    return _estimate(float(values.mean()), draws @ values / draws.sum(axis=1))


def _estimate_ece(support: Array, outcomes: Indices, draws: Array) -> Estimate:
    """Expected calibration error: how far support and success are apart, over the bins."""
    confidence, right = _leading(support, outcomes)
    members = np.eye(len(BIN_EDGES) - 1)[_bin_of(confidence)]
    gaps = members * (confidence - right)[:, None]
    resampled = np.abs(draws @ gaps).sum(axis=1) / draws.sum(axis=1)
    return _estimate(float(np.abs(gaps.sum(axis=0)).sum() / len(outcomes)), resampled)


def _estimate(value: float, resampled: Array) -> Estimate:
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Estimate(value=value, low=float(low), high=float(high))


def _leading(support: Array, outcomes: Indices) -> tuple[Array, Array]:
    """Read off the support of the leading approach, and whether it was the outcome."""
    return support.max(axis=1), (support.argmax(axis=1) == outcomes).astype(np.float64)


def _bin_of(confidence: Array) -> Indices:
    return np.clip(np.searchsorted(BIN_EDGES, confidence, "right") - 1, 0, len(BIN_EDGES) - 2)


def _tabulate(support: Array, outcomes: Indices) -> tuple[Bin, ...]:
    confidence, right = _leading(support, outcomes)
    bins = _bin_of(confidence)
    return tuple(
        Bin(
            low=BIN_EDGES[b],
            high=BIN_EDGES[b + 1],
            n_cases=int((bins == b).sum()),
            mean_support=float(confidence[bins == b].mean()),
            n_right=int(right[bins == b].sum()),
        )
        for b in range(len(BIN_EDGES) - 1)
        if (bins == b).any()
    )
