"""Whether an arm keeps a limit on its time, and how sure that is after so many queries.

The 95th percentile of a hundred queries lies beyond the true one in about half of all measurements.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from prototypes.measure.significance import Resampling
from prototypes.results import ArmResult

SURE = 0.05
"""A limit counts as broken for sure if chance breaks it as clearly no more often than that."""

_SHARE_BEYOND = 0.05
"""Of the answers, those that may take longer than the limit on the 95th percentile."""
_MAX_CELLS = 2_000_000
"""Times held in memory at once while resampling: 16 MB."""


def may_keep(arm: ArmResult, limit_ms: float | None) -> bool:
    """Tell whether an arm keeps the limits, or breaks that on time in a way chance may explain.

    It is broken for sure where more queries are beyond it than chance would put there, by an exact
    binomial test.
    """
    if arm.feasible:
        return True
    if limit_ms is None or not _breaks_time_alone(arm, limit_ms):
        return False
    times = arm.latency_ms.queries_ms
    n_beyond = sum(ms > limit_ms for ms in times)
    chance = binomtest(n_beyond, len(times), _SHARE_BEYOND, alternative="greater").pvalue
    return bool(chance > SURE)


def draw_keeping(
    arm: ArmResult, limit_ms: float | None, resampling: Resampling
) -> NDArray[np.bool_]:
    """Draw the timed queries anew; tell of each resample whether the arm keeps the limits."""
    times = np.array(arm.latency_ms.queries_ms, dtype=np.float64)
    is_open = limit_ms is not None and (arm.feasible or _breaks_time_alone(arm, limit_ms))
    if limit_ms is None or not is_open or not times.size or times.max() <= limit_ms:
        return np.full(resampling.n_resamples, arm.feasible)
    generator = np.random.default_rng(resampling.seed)
    at_once = max(1, _MAX_CELLS // times.size)
    kept = [
        np.percentile(generator.choice(times, size=(min(at_once, left), times.size)), 95, axis=1)
        <= limit_ms
        for left in range(resampling.n_resamples, 0, -at_once)
    ]
    return np.concatenate(kept)


def _breaks_time_alone(arm: ArmResult, limit_ms: float) -> bool:
    is_timed = bool(arm.latency_ms.queries_ms) and arm.latency_ms.p95 > limit_ms
    return is_timed and len(arm.infeasible_because) == 1
