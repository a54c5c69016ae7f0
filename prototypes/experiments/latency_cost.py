"""Experiment 4: how long single answers take, with intervals, and which arm answers faster.

Every arm times the same first test inputs one at a time and in the same order, so two arms are
compared query by query.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.stats import bootstrap

from prototypes.experiments.material import Material
from prototypes.measure.significance import Resampling, Scores, bootstrap_mean, compare_paired
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured

NAME = "latency_cost"
MEAN_MS = "mean_ms"
P95_MS = "p95_ms"

_MAX_RESAMPLES = 2_000
"""Enough for the interval of a percentile, which is drawn value by value."""


def measure_latencies(material: Material) -> ExperimentResult:
    """Measure mean and 95th percentile of each arm, and compare those of the approaches."""
    timed = [arm for arm in material.arms if arm.latency_ms.queries_ms]
    if not timed:
        return ExperimentResult(experiment=NAME, untested="no single query was timed")
    measured = [each for arm in timed for each in _measure(arm, material.resampling)]
    rivals = [arm for arm in material.rivals() if arm.latency_ms.queries_ms]
    differences = [
        _compare(later, earlier, resampling=material.resampling)
        for earlier, later in combinations(rivals, 2)
    ]
    return ExperimentResult(experiment=NAME, measured=measured, differences=differences)


def _measure(arm: ArmResult, resampling: Resampling) -> list[Measured]:
    values = _values(arm)
    mean = bootstrap_mean(values, resampling)
    low, high = _percentile_interval(values, resampling)
    return [
        Measured(quantity=MEAN_MS, arm=arm.name, n=values.size, **mean.model_dump()),
        Measured(
            quantity=P95_MS,
            arm=arm.name,
            n=values.size,
            value=arm.latency_ms.p95,
            low=low,
            high=high,
        ),
    ]


def _percentile_interval(values: Scores, resampling: Resampling) -> tuple[float, float]:
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    found = bootstrap(
        (values,),
        lambda sample, axis: np.percentile(sample, 95, axis=axis),
        n_resamples=min(resampling.n_resamples, _MAX_RESAMPLES),
        confidence_level=resampling.confidence,
        method="percentile",
        rng=np.random.default_rng(resampling.seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def _compare(first: ArmResult, second: ArmResult, *, resampling: Resampling) -> Comparison:
    one, two = _values(first), _values(second)
    n = min(one.size, two.size)
    found = compare_paired(one[:n], two[:n], resampling)
    return Comparison(
        arm=first.name,
        against=second.name,
        metric=MEAN_MS,
        difference=found.interval.value,
        low=found.interval.low,
        high=found.interval.high,
        p_value=found.p_value,
    )


def _values(arm: ArmResult) -> Scores:
    queries: Sequence[float] = arm.latency_ms.queries_ms
    return np.array(queries, dtype=np.float64)
