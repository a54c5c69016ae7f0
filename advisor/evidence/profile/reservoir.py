"""A sample of fixed size from a stream of unknown length."""

from __future__ import annotations

import random
from typing import Generic, TypeVar

T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps `size` of all values seen, each with the same chance (Vitter 1985, algorithm R)."""

    def __init__(self, size: int, *, seed: int = 0) -> None:
        self.values: list[T] = []
        self.n_seen = 0
        self._size = size
        self._random = random.Random(seed)

    def add(self, value: T) -> None:
        """Consider one more value."""
        self.n_seen += 1
        if len(self.values) < self._size:
            self.values.append(value)
            return
        place = self._random.randrange(self.n_seen)
        if place < self._size:
            self.values[place] = value
