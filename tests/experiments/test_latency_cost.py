"""Single queries are compared one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from prototypes.contracts import Approach
from prototypes.experiments.latency_cost import measure_latencies
from prototypes.experiments.material import Material


def test_mean_lies_in_its_interval_and_p95_near_the_slow_end(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Times from 1 to 100 ms: the mean is 50.5."""
    arm = plant(Approach.RAG, [], queries_ms=list(range(1, 101)))

    mean, p95 = measure_latencies(lay_out(arm)).measured

    assert (mean.quantity, mean.value, mean.n) == ("mean_ms", 50.5, 100)
    assert 44 < mean.low < 50.5 < mean.high < 57
    assert 85 < p95.low <= p95.high <= 100


def test_a_planted_millisecond_is_found_in_the_noise_of_the_queries(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Queries differ by ten times more than the arms do, and pairing sees through it."""
    generator = np.random.default_rng(0)
    times = generator.uniform(5, 25, size=100)
    slow = times + 1 + generator.normal(0, 0.1, size=100)
    arms = [
        plant(Approach.RAG, [], queries_ms=slow.tolist()),
        plant(Approach.FINE_TUNE, [], queries_ms=times.tolist()),
    ]

    (difference,) = measure_latencies(lay_out(*arms)).differences

    assert (difference.arm, difference.against) == ("fine_tune", "rag")
    assert difference.difference == pytest.approx(-1, abs=0.05)
    assert difference.high < 0


def test_only_queries_that_both_were_timed_on_are_compared(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """A slow arm is timed on fewer queries."""
    arms = [
        plant(Approach.RAG, [], queries_ms=[10.0, 20.0]),
        plant(Approach.FINE_TUNE, [], queries_ms=[1.0, 2.0, 300.0]),
    ]

    (difference,) = measure_latencies(lay_out(*arms)).differences

    assert difference.difference == pytest.approx(-13.5)


def test_without_single_times_it_says_so(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Results of an older version hold percentiles only."""
    assert measure_latencies(lay_out(plant(Approach.RAG, []))).untested
