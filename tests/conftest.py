"""What holds in every test: no network, the same seeds, no file outside the test's own folder."""

from __future__ import annotations

import hashlib
import random
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:  # noqa: ANN401 # as in socket
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address} over the network")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    """Start every test from the same random state."""
    random.seed(0)
    np.random.seed(0)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give every test an empty home, cache and configuration, and a terminal without wishes."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(variable, raising=False)


class HashingEncoder:
    """A tiny encoder for tests: each word adds a fixed random direction; nothing is loaded."""

    def __init__(self, dimension: int = 64) -> None:
        self.name = "hashing"
        self.dimension = dimension
        self.sha256: str | None = hashlib.sha256(str(dimension).encode()).hexdigest()
        self.folder: Path | None = None
        self.n_encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sum the directions of the words of each text and scale to unit length."""
        self.n_encoded += len(texts)
        vectors = np.array([self._direction(text) for text in texts], dtype=np.float32)
        vectors = vectors.reshape(len(texts), self.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-9)
        return unit

    def _direction(self, text: str) -> NDArray[np.float64]:
        total = np.zeros(self.dimension)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            total += np.random.default_rng(seed).standard_normal(self.dimension)
        return total


@pytest.fixture
def hashing_encoder() -> HashingEncoder:
    """Return an encoder that needs no model."""
    return HashingEncoder()
