"""Qdrant: in a folder or in memory on this machine, or on a server, through one client."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import (
    Entry,
    Found,
    answering,
    require_batch,
    require_queries,
    visible_groups,
)

COLLECTION = "passages"
_BATCH = 500
_FIELDS = ("document_id", "groups")
TIMEOUT_SECONDS = 10
"""A server that takes longer over one request does not answer."""
_LOCAL = "The Qdrant client"


class QdrantStore:
    """One Qdrant collection; groups and document are payload that the search filters by."""

    def __init__(
        self,
        client: QdrantClient,
        *,
        dimension: int,
        name: str = _LOCAL,
        collection: str = COLLECTION,
    ) -> None:
        """Use a collection of a client, made if it is not there.

        Raises:
            StoreError: If it has vectors of another dimension.
        """
        self._client, self._name, self._collection = client, name, collection
        self._dimension = dimension
        if not client.collection_exists(collection):
            _create(client, collection, dimension)
        _require_dimension(client, collection, dimension)

    @classmethod
    def open(cls, folder: Path | None = None, *, dimension: int) -> Self:
        """Open the collection in a folder, or begin one there; without a folder in memory.

        The client keeps points pickled in a folder, which can run code: open only your own.

        Raises:
            StoreError: If the folder is held by another process, is damaged, or has vectors of
                another dimension.
        """
        try:
            client = QdrantClient(path=str(folder)) if folder else QdrantClient(":memory:")
        except Exception as error:  # a held lock is a RuntimeError, a damaged file anything
            raise StoreError(
                f"The Qdrant folder {folder} cannot be opened ({error}). Close the process that "
                "holds it, choose another folder, or use a server."
            ) from error
        store = cls(client, dimension=dimension)
        if folder:
            _overwrite_deleted(client)
        return store

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        dimension: int,
        collection: str = COLLECTION,
        api_key: str | None = None,
        timeout_seconds: int = TIMEOUT_SECONDS,
    ) -> Self:
        """Use a collection of a server, such as http://localhost:6333.

        Raises:
            StoreError: If it does not answer in time, now or later, or has vectors of another
                dimension.
        """
        name = f"The Qdrant server at {url}"
        options = {"timeout": timeout_seconds, "check_compatibility": False}
        with answering(name, remedy="start it, or use a folder."), _quiet():
            client = QdrantClient(url=url, api_key=api_key, **options)
            return cls(client, dimension=dimension, name=name, collection=collection)

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (n, d); one whose passage is there replaces it.

        Raises:
            StoreError: If there is not one finite vector per entry, or a passage comes twice.
        """
        checked = require_batch(entries, vectors, dimension=self._dimension)
        points = [_build_point(*pair) for pair in zip(entries, checked, strict=True)]
        for start in range(0, len(points), _BATCH):
            with self._answering("add the documents again."), _quiet():
                self._client.upsert(self._collection, points[start : start + _BATCH], wait=True)

    def search(
        self, queries: NDArray[np.float32], k: int, *, groups: Collection[str] = ()
    ) -> list[list[Found]]:
        """Find for each query (n, d) the k nearest passages that a user may see, nearest first.

        Raises:
            StoreError: If the queries have another dimension, or a group has no plain name.
        """
        checked = require_queries(queries, dimension=self._dimension)
        may_see = _match("groups", models.MatchAny(any=sorted(visible_groups(groups))))
        with self._answering("ask again."):
            return [self._search_one(query, k, may_see=may_see) for query in checked]

    def delete_document(self, document_id: str) -> int:
        """Delete every passage of a document, on disk too; return how many there were."""
        condition = _match("document_id", models.MatchValue(value=document_id))
        with self._answering("the document may still be there: delete it again."):
            n = int(self._client.count(self._collection, count_filter=condition, exact=True).count)
            if n:
                selector = models.FilterSelector(filter=condition)
                self._client.delete(self._collection, points_selector=selector, wait=True)
            return n

    def count(self) -> int:
        """Count the passages."""
        with self._answering("ask again."):
            return int(self._client.count(self._collection, exact=True).count)

    def save(self) -> None:
        """Do nothing: Qdrant has written what was added when `add` returned."""

    def close(self) -> None:
        """Let go of the folder or the connection."""
        self._client.close()

    def _answering(self, then: str) -> AbstractContextManager[None]:
        return answering(self._name, remedy=f"see that it runs, then {then}")

    def _search_one(
        self, query: NDArray[np.float32], k: int, *, may_see: models.Filter
    ) -> list[Found]:
        if k <= 0:
            return []
        answer = self._client.query_points(
            self._collection,
            query=query.tolist(),
            query_filter=may_see,
            limit=k,
            with_payload=["passage_id", "document_id"],
        )
        return [_read_point(point) for point in answer.points]


def _create(client: QdrantClient, collection: str, dimension: int) -> None:
    vectors = models.VectorParams(size=dimension, distance=models.Distance.DOT)
    client.create_collection(collection, vectors_config=vectors)
    for field in _FIELDS:
        with _quiet():
            client.create_payload_index(collection, field, models.PayloadSchemaType.KEYWORD)


def _overwrite_deleted(client: QdrantClient) -> None:
    """Have the client's SQLite overwrite deleted rows, which not every build does unasked."""
    local: Any = client
    database = local._client.collections[COLLECTION].storage.storage
    database.execute("PRAGMA secure_delete = ON")


def _quiet() -> warnings.catch_warnings:
    """Keep back that local mode has no payload indexes and is meant for small collections."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _require_dimension(client: QdrantClient, collection: str, dimension: int) -> None:
    found = client.get_collection(collection).config.params.vectors
    size = found.size if isinstance(found, models.VectorParams) else None
    if size != dimension:
        raise StoreError(
            f"The Qdrant collection '{collection}' has vectors of {size} numbers; expected "
            f"{dimension}. Open it with the encoder that filled it, or index the documents again."
        )


def _match(key: str, match: models.MatchAny | models.MatchValue) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key=key, match=match)])


def _build_point(entry: Entry, vector: NDArray[np.float32]) -> models.PointStruct:
    """Build a point; its id must be a UUID, so it is made from the passage's."""
    return models.PointStruct(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, entry.passage_id)),
        vector=vector.tolist(),
        payload={
            "passage_id": entry.passage_id,
            "document_id": entry.document_id,
            "groups": sorted(entry.groups),
        },
    )


def _read_point(point: models.ScoredPoint) -> Found:
    payload = point.payload or {}
    return Found(payload["passage_id"], payload["document_id"], point.score)
