"""What followed which state of a decoder: the memory of a nearest-neighbour language model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings

_FILE = "continuations.safetensors"
_CHUNK = 256
"""Queries whose shares of all pieces are held at once."""


class Continuations:
    """Decoder states with the piece that followed each, searched exactly by FAISS.

    States are compared by their angle: behind the decoder's layer norm they are of about equal
    length, so the nearest by angle are those by distance. They are kept in half precision.
    """

    def __init__(
        self, states: NDArray[np.float32], pieces: NDArray[np.int64], *, n_pieces: int
    ) -> None:
        """Index states (n, d) of any length; `pieces` holds a decoder id below n_pieces each."""
        lengths = np.linalg.norm(states, axis=1, keepdims=True)
        self._set_up((states / np.maximum(lengths, 1e-9)).astype(np.float16), pieces, n_pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def shares(self, states: NDArray[np.float32], settings: VoteSettings) -> NDArray[np.float32]:
        """Let the nearest states vote: the share of each piece, shape (n, n_pieces)."""
        lengths = np.linalg.norm(states, axis=1, keepdims=True)
        return self._index.vote(states / np.maximum(lengths, 1e-9), settings)[0]

    def shares_of(
        self, states: NDArray[np.float32], pieces: NDArray[np.int64], settings: VoteSettings
    ) -> NDArray[np.float32]:
        """Return the share of one given piece after each state, shape (n,)."""
        nothing = np.zeros(0, dtype=np.float32)
        return np.concatenate([nothing, *self._in_chunks(states, pieces, settings)])

    def save(self, folder: Path) -> None:
        """Write states and pieces as one safetensors file."""
        content: dict[str, NDArray[Any]] = {
            "states": self._states,
            "pieces": self._pieces.astype(np.int32),
            "n_pieces": np.array([self._index.n_labels], dtype=np.int32),
        }
        save_file(content, folder / _FILE)

    @classmethod
    def load(cls, folder: Path) -> Continuations:
        """Read back what `save` wrote."""
        content, memory = load_file(folder / _FILE), cls.__new__(cls)
        pieces = content["pieces"].astype(np.int64)
        memory._set_up(content["states"], pieces, int(content["n_pieces"][0]))
        return memory

    def _set_up(
        self, states: NDArray[np.float16], pieces: NDArray[np.int64], n_pieces: int
    ) -> None:
        self._states, self._pieces = states, pieces
        self._index = LabelledIndex(states.astype(np.float32), pieces, n_labels=n_pieces)

    def _in_chunks(
        self, states: NDArray[np.float32], pieces: NDArray[np.int64], settings: VoteSettings
    ) -> Iterator[NDArray[np.float32]]:
        for at in range(0, len(states), _CHUNK):
            shares = self.shares(states[at : at + _CHUNK], settings)
            yield shares[np.arange(len(shares)), pieces[at : at + _CHUNK]]
