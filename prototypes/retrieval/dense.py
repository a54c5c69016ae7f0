"""Dense search: exact inner product over unit vectors, by FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from prototypes.retrieval.fusion import Hit


class DenseIndex:
    """An exact index over unit-length vectors (n, d); the score of a hit is the cosine."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self.n_vectors = len(vectors)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(self, queries: NDArray[np.float32], k: int) -> list[list[Hit]]:
        """Find the k nearest vectors of each row of `queries` (n, d), nearest first."""
        scores, indices = self.search_arrays(queries, k)
        return [
            [Hit(int(i), float(s)) for i, s in zip(*row, strict=True)]
            for row in zip(indices, scores, strict=True)
        ]

    def search_arrays(
        self, queries: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the same as `search`, as cosines and indices of shape (n, min(k, n_vectors))."""
        k = min(k, self.n_vectors)
        if k == 0:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        scores, indices = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return scores, indices

    def save(self, folder: Path) -> None:
        """Write the vectors into a folder as one npy file."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self._index.reconstruct_n(0, self.n_vectors))

    @classmethod
    def load(cls, folder: Path) -> DenseIndex:
        """Read back what `save` wrote; nothing in it can run code."""
        return cls(load_vectors(folder))


def load_vectors(folder: Path) -> NDArray[np.float32]:
    """Read the vectors (n, d) of an index that was saved into a folder."""
    vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
    return vectors
