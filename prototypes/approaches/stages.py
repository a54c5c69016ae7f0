"""Time the stages of answering: encode, search, generate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


class StageClock:
    """Collects how long each stage took."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Take the seconds from a clock with any origin."""
        self._clock = clock
        self._milliseconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the stage of this name."""
        started = self._clock()
        yield
        elapsed = (self._clock() - started) * 1000
        self._milliseconds[name] = self._milliseconds.get(name, 0.0) + elapsed

    def timings_ms(self, n_inputs: int) -> Mapping[str, float]:
        """Return the milliseconds per stage; empty unless one single input was answered."""
        return dict(self._milliseconds) if n_inputs == 1 else {}
