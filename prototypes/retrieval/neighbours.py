"""Labelled vectors that vote: k nearest neighbours, the nearer the heavier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.retrieval.dense import DenseIndex

CANDIDATES = (10, 20, 5, 50, 1)
TEMPERATURES = (0.05, 0.1, 0.02)
_FILE = "neighbours.npz"


@dataclass(frozen=True, slots=True)
class VoteSettings:
    """How neighbours vote.

    Attributes:
        k: How many are asked.
        temperature: A neighbour whose cosine is lower by this much counts 1/e as much.
    """

    k: int = 10
    temperature: float = 0.05


class LabelledIndex:
    """Unit vectors with the position of their label, searched exactly."""

    def __init__(
        self, vectors: NDArray[np.float32], targets: NDArray[np.int64], *, n_labels: int
    ) -> None:
        self.vectors = vectors
        self.targets = targets
        self.n_labels = n_labels
        self._index = DenseIndex(vectors)

    def vote(
        self, queries: NDArray[np.float32], settings: VoteSettings
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Let the nearest neighbours of each query (n, d) vote.

        Returns:
            The share of votes of each label (n, n_labels), and the neighbours (n, k), nearest
            first.
        """
        cosines, neighbours = self._index.search_arrays(queries, settings.k)
        return self._count(cosines, neighbours, settings), neighbours

    def choose_settings(
        self, queries: NDArray[np.float32], right: NDArray[np.int64]
    ) -> tuple[VoteSettings, float | None]:
        """Choose k and temperature by accuracy on queries whose label is known.

        Returns:
            The settings and their accuracy; the defaults and None if there are no queries. Of
            settings that tie, the one that comes first in `CANDIDATES` and `TEMPERATURES`.
        """
        if not len(queries):
            return VoteSettings(), None
        cosines, neighbours = self._index.search_arrays(queries, max(CANDIDATES))
        scores: dict[VoteSettings, float] = {}
        for settings in (VoteSettings(k, t) for k in CANDIDATES for t in TEMPERATURES):
            votes = self._count(cosines[:, : settings.k], neighbours[:, : settings.k], settings)
            scores[settings] = float((votes.argmax(axis=1) == right).mean())
        best = max(scores, key=lambda settings: scores[settings])
        return best, scores[best]

    def save(self, folder: Path) -> None:
        """Write vectors and labels as one npz file."""
        np.savez(folder / _FILE, vectors=self.vectors, targets=self.targets, n_labels=self.n_labels)

    @classmethod
    def load(cls, folder: Path) -> LabelledIndex:
        """Read back what `save` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as content:
            return cls(content["vectors"], content["targets"], n_labels=int(content["n_labels"]))

    def _count(
        self,
        cosines: NDArray[np.float32],
        neighbours: NDArray[np.int64],
        settings: VoteSettings,
    ) -> NDArray[np.float32]:
        ballots = np.exp((cosines - cosines[:, :1]) / settings.temperature)
        votes = np.zeros((len(cosines), self.n_labels), dtype=np.float32)
        rows = np.arange(len(cosines))[:, None]
        np.add.at(votes, (rows, self.targets[neighbours]), ballots)
        shares: NDArray[np.float32] = votes / votes.sum(axis=1, keepdims=True)
        return shares
