"""Timing the stages of a single question."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from prototypes.contracts import Prediction


class Stopwatch:
    """Adds up the milliseconds of the stages encode, search and generate."""

    def __init__(self) -> None:
        self._laps = {"encode": 0.0, "search": 0.0, "generate": 0.0}
        self._started = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Charge the time since the last lap to `stage`."""
        now = time.perf_counter()
        self._laps[stage] += 1000 * (now - self._started)
        self._started = now

    def stamp(self, predictions: Sequence[Prediction]) -> list[Prediction]:
        """Fill `timings_ms` if there is one prediction; the stages of several overlap."""
        if len(predictions) != 1:
            return list(predictions)
        return [replace(predictions[0], timings_ms=dict(self._laps))]
