"""The default store: exact inner product by FAISS, an id map beside it, files without code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from prototypes.retrieval.stores import faiss_files
from prototypes.retrieval.stores.contract import (
    Entry,
    Found,
    require_batch,
    require_queries,
    visible_groups,
)

_UNTYPED: Any = faiss
"""The types that FAISS ships lack the parameters of a search."""


class FaissStore:
    """Exact search over the rows of a flat index; row i of the index belongs to entry i.

    A restricted search hands FAISS a bitmap of the rows that the user may see, so it compares
    with no other row and is as exact as an open one. Another process finds what it read when it
    opened the folder, and cannot save over what was written since.
    """

    def __init__(self, dimension: int, *, folder: Path | None = None) -> None:
        """Begin an empty store; a folder is where `save` writes."""
        self._dimension = dimension
        self._folder = folder
        self._entries: list[Entry] = []
        self._ids: set[str] = set()
        self._index: Any = faiss.IndexFlatIP(dimension)
        self._selected: dict[frozenset[str], NDArray[np.bool_]] = {}
        self._stamp = b""

    @classmethod
    def open(cls, folder: Path | None = None, *, dimension: int) -> Self:
        """Open the store in a folder, or begin one there; without a folder in memory.

        Raises:
            StoreError: If the folder holds a damaged store, or one of another dimension.
        """
        store = cls(dimension, folder=folder)
        if folder is not None and faiss_files.holds_store(folder):
            store._stamp = faiss_files.read_stamp(folder)
            entries, vectors = faiss_files.read_store(folder, dimension=dimension)
            store.add(entries, vectors)
        return store

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (n, d); one whose passage is there replaces it.

        Raises:
            StoreError: If there is not one finite vector per entry, or a passage comes twice.
        """
        checked = require_batch(entries, vectors, dimension=self._dimension)
        new = {entry.passage_id for entry in entries}
        if not new.isdisjoint(self._ids):
            self._remove([row for row, old in enumerate(self._entries) if old.passage_id in new])
        self._index.add(checked)
        self._entries += entries
        self._ids |= new
        self._selected.clear()

    def search(
        self, queries: NDArray[np.float32], k: int, *, groups: Collection[str] = ()
    ) -> list[list[Found]]:
        """Find for each query (n, d) the k nearest passages that a user may see, nearest first.

        Raises:
            StoreError: If the queries have another dimension, or a group has no plain name.
        """
        checked = require_queries(queries, dimension=self._dimension)
        may_see = self._select(visible_groups(groups))
        k = min(k, int(may_see.sum()))
        if k <= 0:
            return [[] for _ in checked]
        found = self._index.search(checked, k, params=_restrict(may_see))
        return [self._name(*row) for row in zip(*found, strict=True)]

    def delete_document(self, document_id: str) -> int:
        """Delete every passage of a document, on disk too; return how many there were."""
        rows = [i for i, entry in enumerate(self._entries) if entry.document_id == document_id]
        self._remove(rows)
        if rows:
            self.save()
        elif self._folder is not None and faiss_files.holds_store(self._folder):
            # An earlier try may have been cut short, once the manifest was replaced.
            faiss_files.remove_outdated(self._folder)
        return len(rows)

    def count(self) -> int:
        """Count the passages."""
        return len(self._entries)

    def save(self) -> None:
        """Write everything into the folder in one step; nothing without one.

        Raises:
            StoreError: If another process has written it since: what that one deleted would be
                there again.
            RunFolderError: If the folder cannot be written.
        """
        if self._folder is not None:
            vectors = self._index.reconstruct_n(0, len(self._entries))
            self._stamp = faiss_files.write_store(
                self._folder, self._entries, vectors, stamp=self._stamp
            )

    def close(self) -> None:
        """Hold nothing open."""

    def _remove(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        self._index.remove_ids(np.array(rows, dtype=np.int64))
        gone = set(rows)
        self._ids -= {self._entries[row].passage_id for row in rows}
        self._entries = [entry for row, entry in enumerate(self._entries) if row not in gone]
        self._selected.clear()

    def _select(self, groups: frozenset[str]) -> NDArray[np.bool_]:
        """Tell for each row whether it may be seen; the last few selections are kept."""
        if groups not in self._selected:
            rows = [not groups.isdisjoint(entry.groups) for entry in self._entries]
            if len(self._selected) >= 100:
                self._selected.clear()
            self._selected[groups] = np.array(rows, dtype=np.bool_)
        return self._selected[groups]

    def _name(self, scores: NDArray[np.float32], rows: NDArray[np.int64]) -> list[Found]:
        entries = [self._entries[row] for row in rows]
        pairs = zip(entries, scores, strict=True)
        return [Found(entry.passage_id, entry.document_id, float(s)) for entry, s in pairs]


def _restrict(may_see: NDArray[np.bool_]) -> Any:  # noqa: ANN401 # faiss ships no types for it
    """Build the parameters of a search over some rows; None where every row may be seen."""
    if may_see.all():
        return None
    return _UNTYPED.SearchParameters(sel=_Bitmap(may_see))


class _Bitmap(faiss.IDSelectorBitmap):
    """A selector that keeps the bits it points to alive."""

    def __init__(self, may_see: NDArray[np.bool_]) -> None:
        self.bits = np.packbits(may_see, bitorder="little")
        super().__init__(len(self.bits), faiss.swig_ptr(self.bits))
