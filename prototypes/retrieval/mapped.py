"""Vectors (n, d) that stay on disk: read in blocks, sampled, hashed, compared one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

_BLOCK = 50_000


def read_blocks(vectors: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Read them one block after the other, each with the number of its first row."""
    for start in range(0, len(vectors), _BLOCK):
        yield start, np.ascontiguousarray(vectors[start : start + _BLOCK])


def sample_rows(vectors: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Take at most n vectors, evenly spread, the same each time."""
    n = min(n, len(vectors))
    return np.ascontiguousarray(vectors[np.arange(n) * len(vectors) // max(n, 1)])


def hash_vectors(vectors: NDArray[np.float32]) -> str:
    """Tell vectors from others of the same number."""
    digest = hashlib.sha256(str(vectors.shape).encode())
    for _, block in read_blocks(vectors):
        digest.update(block.data)
    return digest.hexdigest()


def search_exactly(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int
) -> NDArray[np.int64]:
    """Compare every vector with every query, a block at a time; return the k nearest (n, k)."""
    k = min(k, len(vectors))
    best = faiss.ResultHeap(len(queries), k, keep_max=True)
    for start, block in read_blocks(vectors):
        scores, rows = faiss.knn(queries, block, min(k, len(block)), faiss.METRIC_INNER_PRODUCT)
        best.add_result(D=scores, I=rows + start)
    best.finalize()
    indices: NDArray[np.int64] = best.I
    return indices
