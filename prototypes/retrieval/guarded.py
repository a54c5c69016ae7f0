"""Search on behalf of users: nothing outside their groups is found, remembered or cited."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import Citation, Document, Passage
from prototypes.errors import StoreError
from prototypes.retrieval.chunking import chunk_document
from prototypes.retrieval.fusion import Hit, fuse_scores
from prototypes.retrieval.lexical import LexicalIndex
from prototypes.retrieval.stores.contract import (
    EVERYONE,
    Entry,
    Found,
    VectorStore,
    require_groups,
    visible_groups,
)

MAX_REMEMBERED = 1_000
MAX_VIEWS = 16
"""So many sets of groups keep their BM25 index; the one that asked longest ago makes room."""
N_PER_INDEX = 100


class By(StrEnum):
    """What decides how near a passage is."""

    MEANING = "meaning"
    WORDS = "words"
    BOTH = "both"


_Key = tuple[str, int, frozenset[str], By]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a user may read, and how near it is to the question."""

    passage: Passage
    score: float

    @property
    def citation(self) -> Citation:
        """Where it stands."""
        return Citation(self.passage.document_id, self.passage.id, self.passage.title)


@dataclass(frozen=True, slots=True)
class _View:
    """What users of the same groups may read, and BM25 over nothing else.

    An index over everything whose hits are filtered would let closed documents decide how rare a
    word is, and so who comes first.
    """

    passages: Sequence[Passage]
    positions: Mapping[str, int]
    words: LexicalIndex

    @classmethod
    def over(cls, passages: Sequence[Passage]) -> _View:
        positions = {passage.id: position for position, passage in enumerate(passages)}
        return cls(passages, positions, LexicalIndex(_texts(passages)))


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
        self._groups: dict[str, frozenset[str]] = {}
        self._views: OrderedDict[frozenset[str], _View] = OrderedDict()
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
            self._store.add(entries, self._embed(_texts(passages)))
        self._passages.update((passage.id, passage) for passage in passages)
        self._groups[document.id] = who
        return len(passages)

    def search(
        self, question: str, k: int = 5, *, groups: Collection[str] = (), by: By = By.MEANING
    ) -> tuple[Source, ...]:
        """Find the k passages nearest to a question that a user may see, nearest first.

        Args:
            question: What the user asks.
            k: How many at most.
            groups: The groups the user is in.
            by: Dense search in the store, BM25 over what the user may see, or both fused by
                their scores.

        Raises:
            StoreError: If a group has no plain name, or the store holds other documents.
        """
        key = (question, k, visible_groups(groups), by)
        if key not in self._remembered:
            self._remembered[key] = self._find(question, k, may_see=key[2], by=by)
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def delete_document(self, document_id: str) -> int:
        """Delete a document from the texts, the memory and the store; return its passages.

        Raises:
            StoreError: If the store does not answer; until it is deleted again, a search that
                comes upon it says so instead of showing it.
        """
        self._passages = {
            id: passage
            for id, passage in self._passages.items()
            if passage.document_id != document_id
        }
        self._groups.pop(document_id, None)
        self._views.clear()
        self._remembered.clear()
        return self._store.delete_document(document_id)

    def _find(
        self, question: str, k: int, *, may_see: frozenset[str], by: By
    ) -> tuple[Source, ...]:
        if by is By.MEANING:
            return self._find_near(question, k, may_see)
        view = self._view(may_see)
        n = k if by is By.WORDS else max(k, N_PER_INDEX)
        (hits,) = view.words.search([question], n)
        if by is By.BOTH:
            near = self._find_near(question, n, may_see)
            dense = [Hit(view.positions[each.passage.id], each.score) for each in near]
            hits = fuse_scores(hits, dense)[:k]
        return tuple(Source(view.passages[hit.index], hit.score) for hit in hits)

    def _find_near(self, question: str, k: int, groups: frozenset[str]) -> tuple[Source, ...]:
        (found,) = self._store.search(self._embed([question]), k, groups=groups)
        return tuple(map(self._read, found))

    def _view(self, may_see: frozenset[str]) -> _View:
        """Return what these users may read, indexed when they first ask."""
        if may_see not in self._views:
            every = self._passages.values()
            is_open = {id for id, own in self._groups.items() if not may_see.isdisjoint(own)}
            self._views[may_see] = _View.over([p for p in every if p.document_id in is_open])
            if len(self._views) > MAX_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(may_see)
        return self._views[may_see]

    def _read(self, found: Found) -> Source:
        passage = self._passages.get(found.passage_id)
        if passage is None:
            raise StoreError(
                f"The store holds the passage '{found.passage_id}', which was not added here; add "
                f"the document '{found.document_id}' again, or delete it from the store."
            )
        return Source(passage, found.score)


def _texts(passages: Sequence[Passage]) -> list[str]:
    return [f"{passage.title}\n{passage.text}" for passage in passages]
