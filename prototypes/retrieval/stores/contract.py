"""What a vector store has to do, whoever made it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import StoreError

EVERYONE = "everyone"
"""The group that each user is in."""

_LONGEST_GROUP = 100
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store keeps beside a vector; never the text.

    Attributes:
        passage_id: Unique within the store.
        document_id: The document it is a piece of.
        groups: Who may find it: users in any of these groups; nobody, if there is none.
    """

    passage_id: str
    document_id: str
    groups: frozenset[str] = frozenset({EVERYONE})

    def __post_init__(self) -> None:
        """Refuse what some store could not keep or compare.

        Raises:
            StoreError: If an id is empty or a group has no plain name.
        """
        for name in (self.passage_id, self.document_id):
            if not name or not is_text(name):
                raise StoreError(
                    f"{name!r} cannot be the id of a passage or document; expected Unicode text "
                    "without NUL."
                )
        require_groups(self.groups)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found, and the inner product of its vector and the query's."""

    passage_id: str
    document_id: str
    score: float


class VectorStore(Protocol):
    """Unit vectors of passages that can be searched, restricted to groups and deleted.

    What is added counts at once and is durable after `save`; what is deleted is gone at once, on
    disk as well. A store without a folder lives as long as the object.
    """

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries with their vectors (n, d); one whose passage is there replaces it."""

    def search(
        self, queries: NDArray[np.float32], k: int, *, groups: Collection[str] = ()
    ) -> list[list[Found]]:
        """Find for each query (n, d) the k nearest passages that a user may see, nearest first.

        Args:
            queries: Unit vectors.
            k: How many at most; fewer only where there are fewer that the user may see.
            groups: The groups the user is in, beside `EVERYONE`.
        """

    def delete_document(self, document_id: str) -> int:
        """Delete every passage of a document; return how many there were."""

    def count(self) -> int:
        """Count the passages."""

    def save(self) -> None:
        """Make what was added durable."""

    def close(self) -> None:
        """Let go of files and connections."""


class OpenableStore(VectorStore, Protocol):
    """A store that lives in a folder."""

    @classmethod
    def open(cls, folder: Path | None = None, *, dimension: int) -> Self:
        """Open the store in a folder, or begin one there; without a folder in memory."""


@contextmanager
def answering(store: str, *, remedy: str) -> Iterator[None]:
    """Turn whatever a client of a server raises into a sentence.

    Args:
        store: Which server is asked.
        remedy: What lets it answer again.

    Raises:
        StoreError: If it does not answer inside this context, in time or at all.
    """
    try:
        yield
    except (StoreError, MemoryError):
        raise
    except Exception as error:  # of the client, of its transport or of the server
        raise StoreError(f"{store} does not answer ({first_words(error)}); {remedy}") from error


def first_words(error: Exception) -> str:
    """Say what a client raised in part of a sentence; some put whole requests into their text."""
    said = str(error).strip().split("\n", 1)[0] or type(error).__name__
    return shorten(said, _LONGEST_REASON, placeholder=" …")


def require_groups(groups: Collection[str]) -> frozenset[str]:
    """Return the groups of an entry or a user as a set.

    Raises:
        StoreError: If one is no plain name, or a text was given where names are expected.
    """
    if isinstance(groups, str):
        raise StoreError(f"Groups were given as the text {groups!r}; expected a list of names.")
    for group in groups:
        if not (isinstance(group, str) and 0 < len(group) <= _LONGEST_GROUP and is_text(group)):
            raise StoreError(
                f"{group!r} cannot be the name of a group; expected 1 to {_LONGEST_GROUP} "
                "characters of Unicode text without NUL."
            )
    return frozenset(groups)


def visible_groups(groups: Collection[str]) -> frozenset[str]:
    """Return the groups that a user in some groups may see documents of.

    Raises:
        StoreError: If one is no plain name.
    """
    return require_groups(groups) | {EVERYONE}


def require_batch(
    entries: Sequence[Entry], vectors: NDArray[np.float32], *, dimension: int
) -> NDArray[np.float32]:
    """Return the vectors of a batch, contiguous and checked.

    Raises:
        StoreError: If there is not one finite vector per entry, or a passage comes twice.
    """
    if vectors.shape != (len(entries), dimension) or not np.isfinite(vectors).all():
        raise StoreError(
            f"Vectors of shape {vectors.shape} were given for {len(entries)} passages; expected "
            f"({len(entries)}, {dimension}) finite numbers."
        )
    if len({entry.passage_id for entry in entries}) < len(entries):
        raise StoreError("A passage comes twice in one batch; give each passage one vector.")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def require_queries(queries: NDArray[np.float32], *, dimension: int) -> NDArray[np.float32]:
    """Return queries, contiguous and checked.

    Raises:
        StoreError: If they are not finite rows of the store's dimension.
    """
    if queries.ndim != 2 or queries.shape[1] != dimension or not np.isfinite(queries).all():
        raise StoreError(
            f"Queries of shape {queries.shape} were given; expected (n, {dimension}) finite "
            "numbers, embedded by the encoder that the store was filled with."
        )
    return np.ascontiguousarray(queries, dtype=np.float32)


def is_text(name: str) -> bool:
    """Tell whether every store can keep a name: encodable, and without NUL."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in name
