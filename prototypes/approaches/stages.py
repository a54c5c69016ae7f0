"""Time the stages of answering: encode, search, generate."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class StageClock:
    """Collects how long each stage took."""

    def __init__(self) -> None:
        self._milliseconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the stage of this name."""
        started = time.perf_counter()
        yield
        elapsed = (time.perf_counter() - started) * 1000
        self._milliseconds[name] = self._milliseconds.get(name, 0.0) + elapsed

    def timings_ms(self, n_inputs: int) -> Mapping[str, float]:
        """Return the milliseconds per stage; empty unless one single input was answered."""
        return dict(self._milliseconds) if n_inputs == 1 else {}
