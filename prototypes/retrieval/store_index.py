"""A vector store in the place of a dense index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Passage
from prototypes.retrieval.fusion import Hit
from prototypes.retrieval.stores.contract import Entry, VectorStore


class DenseSearch(Protocol):
    """Finds the nearest of the vectors it was made from."""

    def search(self, queries: NDArray[np.float32], k: int) -> list[list[Hit]]:
        """Find the k nearest of each row of `queries` (n, d), nearest first."""


class StoreIndex:
    """Passages in a store; a hit is the position of a passage, its score the cosine."""

    def __init__(self, store: VectorStore, passages: Sequence[Passage]) -> None:
        """Search a store that holds these passages."""
        self._store = store
        self._positions = {passage.id: n for n, passage in enumerate(passages)}

    @classmethod
    def fill(
        cls, store: VectorStore, passages: Sequence[Passage], vectors: NDArray[np.float32]
    ) -> Self:
        """Put passages with their vectors (n, d) into a store, for everyone to find.

        Raises:
            StoreError: If there is not one finite vector per passage.
        """
        store.add([Entry(passage.id, passage.document_id) for passage in passages], vectors)
        store.save()
        return cls(store, passages)

    def search(self, queries: NDArray[np.float32], k: int) -> list[list[Hit]]:
        """Find the k nearest of each row of `queries` (n, d), nearest first."""
        found = self._store.search(queries, k)
        return [[Hit(self._positions[f.passage_id], f.score) for f in row] for row in found]
