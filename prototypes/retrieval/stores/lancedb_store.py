"""LanceDB: a table of columns on disk or object storage, searched exactly under a filter."""

from __future__ import annotations

import tempfile
import warnings
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import (
    Entry,
    Found,
    answering,
    first_words,
    require_batch,
    require_queries,
    visible_groups,
)

_TABLE = "passages"
_DELETING = "deleting"
"""Tags the table until nothing of a deleted document is left, so that one cut short is known."""


class LanceStore:
    """One LanceDB table; the filter is applied before the search, so k hits are k visible ones.

    LanceDB keeps deleted rows in the files of earlier versions, so a deletion rewrites the table
    without them and drops every earlier version.
    """

    def __init__(self, table: Any, *, dimension: int, place: str) -> None:  # noqa: ANN401 # of lancedb
        """Use an open table that `open` or `connect` made in a place."""
        self._table, self._place = table, place
        self._dimension = dimension

    @classmethod
    def open(cls, folder: Path | None = None, *, dimension: int) -> Self:
        """Open the table in a folder, or begin one there; without a folder in a temporary one.

        Raises:
            StoreError: If the folder holds a damaged table, or one of another dimension.
        """
        temporary = tempfile.TemporaryDirectory(prefix="lancedb-") if folder is None else None
        place = str(folder if temporary is None else temporary.name)
        store = cls.connect(place, dimension=dimension)
        if temporary is not None:
            weakref.finalize(store, temporary.cleanup)
        return store

    @classmethod
    def connect(
        cls, address: str, *, dimension: int, storage_options: Mapping[str, str] | None = None
    ) -> Self:
        """Open the table on object storage, such as s3://BUCKET/PATH, or begin one there.

        Args:
            address: Of the folder; gs:// and az:// are the other schemes of LanceDB.
            dimension: Of the vectors.
            storage_options: What LanceDB takes: region, endpoint, time limits. Keys are better
                left to the environment, from which it reads them.

        Raises:
            StoreError: If it cannot be reached, is damaged, or has vectors of another dimension.
        """
        options = None if storage_options is None else dict(storage_options)
        try:
            # Without this another process that has the table open finds what was deleted or closed.
            database = lancedb.connect(
                address, storage_options=options, read_consistency_interval=timedelta(0)
            )
            table = database.create_table(_TABLE, schema=_schema(dimension), exist_ok=True)
            table.count_rows()
        except Exception as error:  # LanceDB raises errors of several trees, some of Rust
            raise StoreError(
                f"The LanceDB table in {address} cannot be opened for vectors of {dimension} "
                f"numbers ({first_words(error)}). See that it can be reached; else choose another "
                "place, or delete it and index the documents again."
            ) from error
        return cls(table, dimension=dimension, place=address)

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (n, d); one whose passage is there replaces it.

        Raises:
            StoreError: If there is not one finite vector per entry, or a passage comes twice.
        """
        checked = require_batch(entries, vectors, dimension=self._dimension)
        merge = self._table.merge_insert("passage_id")
        merge = merge.when_matched_update_all().when_not_matched_insert_all()
        if entries:
            with self._answering("add the documents again."):
                merge.execute(_build_rows(entries, checked))

    def search(
        self, queries: NDArray[np.float32], k: int, *, groups: Collection[str] = ()
    ) -> list[list[Found]]:
        """Find for each query (n, d) the k nearest passages that a user may see, nearest first.

        Raises:
            StoreError: If the queries have another dimension, or a group has no plain name.
        """
        checked = require_queries(queries, dimension=self._dimension)
        condition = f"array_has_any(groups, make_array({_quote(visible_groups(groups))}))"
        with self._answering("ask again."):
            return [self._search_one(query, k, condition=condition) for query in checked]

    def delete_document(self, document_id: str) -> int:
        """Delete every passage of a document, on disk too; return how many there were."""
        condition = f"document_id = {_quote([document_id])}"
        with self._answering("the document may still be there: delete it again."):
            n = int(self._table.count_rows(condition))
            if n or _DELETING in self._table.tags.list():
                self._delete(condition)
        return n

    def count(self) -> int:
        """Count the passages."""
        with self._answering("ask again."):
            return int(self._table.count_rows())

    def save(self) -> None:
        """Merge the small files that adding leaves; LanceDB has written all of them already."""
        with self._answering("save again; nothing is lost."):
            self._table.optimize()

    def close(self) -> None:
        """Hold nothing open."""

    def _answering(self, then: str) -> AbstractContextManager[None]:
        name = f"The LanceDB table in {self._place}"
        return answering(name, remedy=f"see that the place can be reached, then {then}")

    def _search_one(self, query: NDArray[np.float32], k: int, *, condition: str) -> list[Found]:
        if k <= 0:
            return []
        search = self._table.search(query).distance_type("dot").where(condition, prefilter=True)
        rows = search.select(["passage_id", "document_id", "_distance"]).limit(k).to_list()
        return [Found(r["passage_id"], r["document_id"], 1.0 - r["_distance"]) for r in rows]

    def _delete(self, condition: str) -> None:
        """Delete, and write what is left anew: compaction alone leaves deleted rows in files."""
        tags = self._table.tags
        if _DELETING not in tags.list():
            tags.create(_DELETING, self._table.version)
        self._table.delete(condition)
        self._table.add(self._table.search().to_batches(), mode="overwrite")
        tags.update(_DELETING, self._table.version)
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            # That readers of an earlier version fail is meant: it holds what was deleted.
            self._table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
        tags.delete(_DELETING)


def _schema(dimension: int) -> pa.Schema:
    return pa.schema(
        [
            pa.field("passage_id", pa.string()),
            pa.field("document_id", pa.string()),
            pa.field("groups", pa.list_(pa.string())),
            pa.field("vector", pa.list_(pa.float32(), dimension)),
        ]
    )


def _build_rows(entries: Sequence[Entry], vectors: NDArray[np.float32]) -> pa.Table:
    schema = _schema(vectors.shape[1])
    columns = {
        "passage_id": [entry.passage_id for entry in entries],
        "document_id": [entry.document_id for entry in entries],
        "groups": [sorted(entry.groups) for entry in entries],
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
    }
    return pa.table(columns, schema=schema)


def _quote(names: Iterable[str]) -> str:
    """Write names as literals of SQL; a quotation mark inside is doubled."""
    return ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(names))
