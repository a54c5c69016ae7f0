"""Search on behalf of users: nothing outside their groups is found, remembered or cited."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Citation, Document, Passage
from prototypes.errors import StoreError
from prototypes.retrieval.chunking import chunk_document
from prototypes.retrieval.stores.contract import (
    EVERYONE,
    Entry,
    Found,
    VectorStore,
    require_groups,
    visible_groups,
)

MAX_REMEMBERED = 1_000

_Key = tuple[str, int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a user may read, and how near it is to the question."""

    passage: Passage
    score: float

    @property
    def citation(self) -> Citation:
        """Where it stands."""
        return Citation(self.passage.document_id, self.passage.id, self.passage.title)


class GuardedSearch:
    """Documents with their groups in a vector store, and a memory of what was found for whom.

    What is remembered is kept under the groups of who asked, so nobody is given what somebody
    else was allowed to see; whatever changes the documents empties it.
    """

    def __init__(
        self, store: VectorStore, embed: Callable[[Sequence[str]], NDArray[np.float32]]
    ) -> None:
        """Search a store that is filled through this object alone.

        Args:
            store: Empty, or holding the documents that are added again.
            embed: Turns texts into unit vectors (n, d); it must not keep them, since a deleted
                document would live on there.
        """
        self._store = store
        self._embed = embed
        self._passages: dict[str, Passage] = {}
        self._remembered: OrderedDict[_Key, tuple[Source, ...]] = OrderedDict()

    def add(self, document: Document, *, groups: Collection[str] = (EVERYONE,)) -> int:
        """Add a document, or replace the whole of it; return how many passages it has.

        Args:
            document: What is cut into passages and indexed.
            groups: Who may find it; nobody, if there is none.

        Raises:
            StoreError: If a group has no plain name.
        """
        who = require_groups(groups)
        self.delete_document(document.id)
        passages = chunk_document(document)
        entries = [Entry(passage.id, document.id, who) for passage in passages]
        if entries:
            texts = [f"{passage.title}\n{passage.text}" for passage in passages]
            self._store.add(entries, self._embed(texts))
        self._passages.update((passage.id, passage) for passage in passages)
        return len(passages)

    def search(
        self, question: str, k: int = 5, *, groups: Collection[str] = ()
    ) -> tuple[Source, ...]:
        """Find the k passages nearest to a question that a user may see, nearest first.

        Args:
            question: What the user asks.
            k: How many at most.
            groups: The groups the user is in.

        Raises:
            StoreError: If a group has no plain name, or the store holds other documents.
        """
        key = (question, k, visible_groups(groups))
        if key not in self._remembered:
            (found,) = self._store.search(self._embed([question]), k, groups=groups)
            self._remembered[key] = tuple(map(self._read, found))
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def delete_document(self, document_id: str) -> int:
        """Delete a document from the store, the texts and the memory; return its passages."""
        n = self._store.delete_document(document_id)
        self._passages = {
            id: passage
            for id, passage in self._passages.items()
            if passage.document_id != document_id
        }
        self._remembered.clear()
        return n

    def _read(self, found: Found) -> Source:
        passage = self._passages.get(found.passage_id)
        if passage is None:
            raise StoreError(
                f"The store holds the passage '{found.passage_id}', which was not added here; add "
                f"the document '{found.document_id}' again, or delete it from the store."
            )
        return Source(passage, found.score)
