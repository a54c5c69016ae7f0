"""How long a single query takes, one at a time, after warm-up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from prototypes.contracts import Prediction
from prototypes.results import Latency


@dataclass(frozen=True, slots=True)
class LatencyPlan:
    """How many single queries are timed.

    Attributes:
        n_warmup: Untimed calls first, so that caches and lazy imports are paid for.
        min_queries: Timed calls in any case, however slow they are.
        max_queries: Timed calls at most.
        cap_seconds: No further call begins after this long, once `min_queries` are done.
    """

    n_warmup: int = 5
    min_queries: int = 20
    max_queries: int = 100
    cap_seconds: float = 5.0


_DEFAULT = LatencyPlan()


def _do_nothing() -> None:
    """Let the next query go."""


def measure_latency(
    answer: Callable[[str], Prediction],
    inputs: Sequence[str],
    *,
    plan: LatencyPlan = _DEFAULT,
    clock: Callable[[], float] = time.perf_counter,
    before_each: Callable[[], None] = _do_nothing,
) -> Latency:
    """Time single queries over the inputs, which are repeated if there are too few.

    Args:
        answer: Answers one input; the stages it reports become medians.
        inputs: At least one input, such as those of the test split.
        plan: How many queries to time.
        clock: Seconds from any origin.
        before_each: Called before every query and not timed; what it raises ends them.
    """
    for text in islice(cycle(inputs), plan.n_warmup):
        before_each()
        answer(text)
    timed: list[tuple[float, Prediction]] = []
    began = clock()
    for text in islice(cycle(inputs), plan.max_queries):
        if len(timed) >= plan.min_queries and clock() - began > plan.cap_seconds:
            break
        before_each()
        start = clock()
        prediction = answer(text)
        timed.append((clock() - start, prediction))
    return _summarise(timed)


def _summarise(timed: Sequence[tuple[float, Prediction]]) -> Latency:
    each_ms = [1000 * seconds for seconds, _ in timed]
    p50, p95 = np.percentile(each_ms, [50, 95])
    return Latency(
        p50=float(p50),
        p95=float(p95),
        n_queries=len(timed),
        stages=_median_stages([prediction for _, prediction in timed]),
        queries_ms=[round(ms, 6) for ms in each_ms],
    )


def _median_stages(predictions: Sequence[Prediction]) -> dict[str, float]:
    names = list(dict.fromkeys(name for each in predictions for name in each.timings_ms))
    return {
        name: float(np.median([each.timings_ms.get(name, 0.0) for each in predictions]))
        for name in names
    }
