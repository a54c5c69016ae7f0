"""Any vector store of LangChain behind the protocol: Chroma, Milvus, pgvector, Pinecone, Weaviate.

The interface is used by its methods alone, so LangChain itself is only needed by whoever brings
such a store. It is given passage ids as texts and never a passage.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import (
    Entry,
    Found,
    answering,
    require_batch,
    require_queries,
    visible_groups,
)
from prototypes.storage import write_atomically

MAX_BATCH = 1_000
_QUERY = "query"


class Scale(Enum):
    """What the scores of a store are; each store documents it."""

    SIMILARITY = "cosine or inner product, larger is nearer"
    COSINE_DISTANCE = "1 - cosine"
    SQUARED_L2 = "squared Euclidean distance, 2 - 2 cosine for unit vectors"

    def to_cosine(self, score: float) -> float:
        """Turn a score of the store into a cosine."""
        match self:
            case Scale.SIMILARITY:
                return score
            case Scale.COSINE_DISTANCE:
                return 1.0 - score
            case Scale.SQUARED_L2:
                return 1.0 - score / 2.0


class HandedVectors:
    """Stands where LangChain expects an embedding model, and hands over vectors made here.

    Build the store with one of these and give the same one to `LangChainStore`.
    """

    def __init__(self) -> None:
        self.by_text: Mapping[str, NDArray[np.float32]] = {}

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors of the texts that are being added."""
        return [self.by_text[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of the query that is being searched for."""
        return self.by_text[text].tolist()  # type: ignore[no-any-return]

    async def aembed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Do the same for stores that are asynchronous underneath."""
        return self.embed_documents(texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Do the same for stores that are asynchronous underneath."""
        return self.embed_query(text)


class LangChainVectorStore(Protocol):
    """The part of LangChain's `VectorStore` that is used."""

    def add_texts(self, texts: Any, metadatas: Any = None, **kwargs: Any) -> list[str]:  # noqa: ANN401
        """Embed and add texts under `ids`, replacing those that are there."""

    def similarity_search_with_score(self, *args: Any, **kwargs: Any) -> list[tuple[Any, float]]:  # noqa: ANN401
        """Find the `k` nearest documents of a query, nearest first."""

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:  # noqa: ANN401
        """Delete by ids."""


class LangChainStore:
    """A store of LangChain, guarded by a ledger of who may find which passage.

    Filters are written differently for every store, so none is trusted: each hit is held against
    the ledger, and more hits are asked for until k visible ones are found or the store has no
    more. A `make_filter` for the store at hand only saves that asking, unless the store gives at
    most so many hits, such as an HNSW index of pgvector (`hnsw.ef_search`): without a filter it may
    then find fewer than k.
    """

    def __init__(
        self,
        store: LangChainVectorStore,
        vectors: HandedVectors,
        *,
        dimension: int,
        scale: Scale = Scale.SIMILARITY,
        ledger: Path | None = None,
        make_filter: Callable[[frozenset[str]], Any] | None = None,
    ) -> None:
        """Wrap a store.

        Args:
            store: Built with `vectors` as its embedding.
            vectors: Through which vectors are handed over.
            dimension: Of the vectors.
            scale: What its scores are.
            ledger: The file in which `save` keeps who may find what; None for a store in memory.
            make_filter: Builds the value of the store's `filter` argument from the groups a user
                may see; entries carry `group:NAME` = True as metadata.

        Raises:
            StoreError: If the ledger is damaged.
        """
        self._store, self._vectors, self._dimension = store, vectors, dimension
        self._scale, self._path, self._make_filter = scale, ledger, make_filter
        self._ledger = _read_ledger(ledger) if ledger is not None and ledger.exists() else {}

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (n, d); one whose passage is there replaces it.

        Raises:
            StoreError: If there is not one finite vector per entry, or a passage comes twice.
        """
        checked = require_batch(entries, vectors, dimension=self._dimension)
        known = [e.passage_id for e in entries if e.passage_id in self._ledger]
        if known:
            self._delete(known, then="add the documents again.")
        for start in range(0, len(entries), MAX_BATCH):
            self._add_batch(entries[start : start + MAX_BATCH], checked[start : start + MAX_BATCH])

    def search(
        self, queries: NDArray[np.float32], k: int, *, groups: Collection[str] = ()
    ) -> list[list[Found]]:
        """Find for each query (n, d) the k nearest passages that a user may see, nearest first.

        Raises:
            StoreError: If the queries have another dimension, or a group has no plain name.
        """
        checked = require_queries(queries, dimension=self._dimension)
        may_see = visible_groups(groups)
        wanted = min(k, self.count())
        return [self._search_one(query, wanted, may_see=may_see) for query in checked]

    def delete_document(self, document_id: str) -> int:
        """Delete every passage of a document; return how many there were."""
        ids = [id for id, entry in self._ledger.items() if entry.document_id == document_id]
        if ids:
            # Closed to all first: should the store not answer, nobody finds it all the same, and
            # deleting it again goes on here.
            closed = {id: replace(self._ledger[id], groups=frozenset()) for id in ids}
            self._ledger |= closed
            self.save()
            self._delete(ids, then="delete the document again; until then nobody finds it.")
            self._ledger = {id: e for id, e in self._ledger.items() if id not in closed}
            self.save()
        return len(ids)

    def count(self) -> int:
        """Count the passages."""
        return len(self._ledger)

    def save(self) -> None:
        """Write the ledger; the store behind it keeps its own content.

        Raises:
            RunFolderError: If it cannot be written.
        """
        if self._path is not None:
            rows = ([e.passage_id, e.document_id, sorted(e.groups)] for e in self._ledger.values())
            write_atomically(self._path, "".join(json.dumps(row) + "\n" for row in rows))

    def close(self) -> None:
        """Leave the store to whoever opened it."""

    def _add_batch(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        ids = [entry.passage_id for entry in entries]
        self._vectors.by_text = dict(zip(ids, vectors, strict=True))
        metadatas = [
            {"passage_id": entry.passage_id, **{f"group:{name}": True for name in entry.groups}}
            for entry in entries
        ]
        with self._answering("add the documents again."):
            self._store.add_texts(ids, metadatas=metadatas, ids=list(map(_key, ids)))
        self._ledger.update(zip(ids, entries, strict=True))

    def _delete(self, ids: list[str], *, then: str) -> None:
        with self._answering(then):
            # None is what most return that have deleted; Milvus logs a fault and returns False.
            if self._store.delete(ids=list(map(_key, ids))) is False:
                raise RuntimeError("it did not delete what it was told to")

    def _answering(self, then: str) -> AbstractContextManager[None]:
        """Put what the store raises into a sentence; how long it may take, its client decides."""
        store = f"The store {type(self._store).__name__}, behind LangChain,"
        return answering(store, remedy=f"see that it runs, then {then}")

    def _search_one(
        self, query: NDArray[np.float32], k: int, *, may_see: frozenset[str]
    ) -> list[Found]:
        """Ask for more and more until k visible passages are found."""
        self._vectors.by_text = {_QUERY: query}
        extra = {} if self._make_filter is None else {"filter": self._make_filter(may_see)}
        n_asked, found = k, list[Found]()
        while k > 0:
            with self._answering("ask again."):
                hits = self._store.similarity_search_with_score(_QUERY, k=n_asked, **extra)
            found = self._keep_visible(hits, may_see)
            if len(found) >= k or len(hits) < n_asked:
                break
            n_asked *= 2
        return found[:k]

    def _keep_visible(
        self, hits: Sequence[tuple[Any, float]], may_see: frozenset[str]
    ) -> list[Found]:
        found: dict[str, Found] = {}
        for document, score in hits:
            entry = self._ledger.get(document.metadata.get("passage_id", ""))
            if entry is not None and not may_see.isdisjoint(entry.groups):
                cosine = self._scale.to_cosine(float(score))
                hit = Found(entry.passage_id, entry.document_id, cosine)
                # A store that does not replace holds twice what was added again after a kill.
                found.setdefault(entry.passage_id, hit)
        return list(found.values())


def _key(passage_id: str) -> str:
    """Name a passage as every store can: some take UUIDs alone, Milvus trips over some letters."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, passage_id))


def _read_ledger(path: Path) -> dict[str, Entry]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        entries = [
            Entry(passage, document, frozenset(groups)) for passage, document, groups in rows
        ]
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            f"The ledger {path} is damaged ({error}); expected what the store wrote. Delete it "
            "and index the documents again."
        ) from error
    return {entry.passage_id: entry for entry in entries}
