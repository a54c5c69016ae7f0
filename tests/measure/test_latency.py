"""Single queries are timed after warm-up, within bounds, by stage."""

from __future__ import annotations

import pytest

from prototypes.contracts import Prediction
from prototypes.measure.latency import LatencyPlan, measure_latency


class Stopwatch:
    """A clock that moves only when a query is answered."""

    def __init__(self, *milliseconds: float) -> None:
        self.seconds = 0.0
        self.answered: list[str] = []
        self._milliseconds = milliseconds

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds

    def answer(self, text: str) -> Prediction:
        """Take the next of the given times, the last one for ever after."""
        position = min(len(self.answered), len(self._milliseconds) - 1)
        self.answered.append(text)
        self.seconds += self._milliseconds[position] / 1000
        return Prediction(output=text, timings_ms={"encode": 2.0, "search": len(self.answered)})


def test_warm_up_is_not_timed() -> None:
    """A slow first call must not show up in the percentiles."""
    watch = Stopwatch(900, 900, 900, 900, 900, 10)

    latency = measure_latency(watch.answer, ["a"], clock=watch)

    assert latency.p95 == pytest.approx(10)
    assert latency.n_queries == 100


def test_percentiles_are_those_of_the_timed_calls() -> None:
    """Of 20 calls from 1 to 20 ms the median is 10.5 and the 95th percentile 19.05."""
    watch = Stopwatch(*range(1, 21))
    plan = LatencyPlan(n_warmup=0, max_queries=20)

    latency = measure_latency(watch.answer, ["a"], plan=plan, clock=watch)

    assert (latency.p50, latency.p95) == pytest.approx((10.5, 19.05))
    assert latency.queries_ms == pytest.approx(list(range(1, 21)))


def test_few_inputs_are_repeated() -> None:
    """Two inputs are enough to time many queries."""
    watch = Stopwatch(1)

    measure_latency(watch.answer, ["a", "b"], plan=LatencyPlan(n_warmup=1), clock=watch)

    assert watch.answered[:4] == ["a", "a", "b", "a"]
    assert len(watch.answered) == 101


def test_slow_arm_is_timed_on_the_minimum_of_queries() -> None:
    """A query of one second is asked twenty times, not a hundred."""
    watch = Stopwatch(1000)

    assert measure_latency(watch.answer, ["a"], clock=watch).n_queries == 20


def test_time_cap_ends_the_timing() -> None:
    """At 100 ms a query, five seconds hold about fifty."""
    watch = Stopwatch(100)

    assert measure_latency(watch.answer, ["a"], clock=watch).n_queries in (50, 51)


def test_stages_are_medians() -> None:
    """Each stage an arm reports comes back as its median over the timed calls."""
    watch = Stopwatch(1)
    plan = LatencyPlan(n_warmup=0, max_queries=21)

    latency = measure_latency(watch.answer, ["a"], plan=plan, clock=watch)

    assert latency.stages == {"encode": 2.0, "search": 11.0}
