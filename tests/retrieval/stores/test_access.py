"""Nothing outside a user's groups is found, remembered or cited; nothing deleted comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prototypes.contracts import Document
from prototypes.errors import StoreError
from prototypes.retrieval.guarded import By, GuardedSearch
from prototypes.retrieval.stores.contract import EVERYONE, Entry
from prototypes.retrieval.stores.faiss_store import FaissStore

if TYPE_CHECKING:
    from conftest import Kind

DIMENSION = 8
QUESTION = "who may read this?"

# The fixture is only the kind of store; each example opens one of its own.
quick = settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
names = st.sampled_from(["hr", "it", "sales", "h'r", "hr it", "everyone else"])
groups = st.frozensets(st.one_of(names, st.just(EVERYONE)), max_size=3)
corpora = st.lists(groups, min_size=1, max_size=8)
users = st.lists(st.frozensets(names, max_size=2), min_size=1, max_size=4)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Turn each text into a unit vector that depends on nothing but the text."""
    rows = []
    for text in texts:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        row = np.random.default_rng(seed).standard_normal(DIMENSION)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows, dtype=np.float32)


def document(n: int) -> Document:
    """Make a document of one passage; some words are rarer than others."""
    words = " ".join(("this", "may", "read")[: n % 4])
    return Document(f"d{n}.md", f"Document {n}", f"Text number {n}: who {words}.")


def readable(corpus: Sequence[frozenset[str]], user: frozenset[str]) -> set[str]:
    """Name the documents that a user may read, by nothing but the definition."""
    return {f"d{n}.md" for n, who in enumerate(corpus) if who & (user | {EVERYONE})}


@quick
@given(corpus=corpora, asking=users)
def test_every_store_returns_exactly_what_may_be_read(
    kind: Kind, corpus: list[frozenset[str]], asking: list[frozenset[str]]
) -> None:
    """Neither more nor less than the documents that share a group with the user."""
    store = kind.open(None, DIMENSION)
    texts = [f"text {n}" for n in range(len(corpus))]
    rows = [Entry(f"d{n}.md#0", f"d{n}.md", who) for n, who in enumerate(corpus)]
    store.add(rows, embed(texts))

    for user in asking:
        (found,) = store.search(embed([QUESTION]), len(corpus), groups=user)
        assert readable(corpus, user) == {hit.document_id for hit in found}
    store.close()


@pytest.mark.parametrize("by", By)
@quick
@given(corpus=corpora, asking=users)
def test_nothing_else_is_remembered_or_cited(
    kind: Kind, corpus: list[frozenset[str]], asking: list[frozenset[str]], by: By
) -> None:
    """Users who ask the same one after another, twice each, are given their own answers."""
    store = kind.open(None, DIMENSION)
    search = GuardedSearch(store, embed)
    for n, who in enumerate(corpus):
        search.add(document(n), groups=who)

    for user in [*asking, *asking]:
        sources = search.search(QUESTION, len(corpus), groups=user, by=by)
        assert readable(corpus, user) == {source.citation.document_id for source in sources}
        assert all(source.passage.document_id in readable(corpus, user) for source in sources)
    store.close()


@pytest.mark.parametrize("by", [By.WORDS, By.BOTH])
@quick
@given(corpus=corpora, user=st.frozensets(names, max_size=2))
def test_closed_documents_count_in_no_score(
    kind: Kind, corpus: list[frozenset[str]], user: frozenset[str], by: By
) -> None:
    """A user is given what a corpus without the closed documents would give, to the last score."""
    whole, own = kind.open(None, DIMENSION), kind.open(None, DIMENSION)
    guarded, alone = GuardedSearch(whole, embed), GuardedSearch(own, embed)
    for n, who in enumerate(corpus):
        guarded.add(document(n), groups=who)
        if f"d{n}.md" in readable(corpus, user):
            alone.add(document(n))

    expected = alone.search(QUESTION, len(corpus), by=by)
    found = guarded.search(QUESTION, len(corpus), groups=user, by=by)

    assert [each.passage.id for each in expected] == [each.passage.id for each in found]
    assert [each.score for each in found] == pytest.approx([each.score for each in expected])
    whole.close()
    own.close()


@quick
@given(corpus=corpora, data=st.data())
def test_what_is_deleted_or_closed_is_not_remembered(
    kind: Kind, corpus: list[frozenset[str]], data: st.DataObject
) -> None:
    """A document that was found before is not found once it is deleted, or given to others."""
    store = kind.open(None, DIMENSION)
    search, user = GuardedSearch(store, embed), frozenset({"hr", "it"})
    for n, who in enumerate(corpus):
        search.add(document(n), groups=who)
    search.search(QUESTION, 10, groups=user)
    deleted = data.draw(st.integers(0, len(corpus) - 1))
    closed = data.draw(st.integers(0, len(corpus) - 1))

    search.add(document(closed), groups=["sales"])
    search.delete_document(f"d{deleted}.md")

    found = {source.passage.document_id for source in search.search(QUESTION, 10, groups=user)}
    assert readable(corpus, user) - {f"d{deleted}.md", f"d{closed}.md"} == found
    assert store.count() == len(corpus) - 1
    store.close()


@pytest.mark.parametrize("by", By)
def test_what_the_store_could_not_delete_is_not_shown(
    by: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that does not answer keeps a passage, and nobody is given it all the same."""
    store = FaissStore(DIMENSION)
    search = GuardedSearch(store, embed)
    for n in range(3):
        search.add(document(n), groups=["hr"])
    search.search(QUESTION, 3, groups=["hr"], by=by)

    def fail(document_id: str) -> int:
        raise StoreError(f"{document_id} may still be there: delete it again.")

    monkeypatch.setattr(store, "delete_document", fail)
    with pytest.raises(StoreError, match="delete it again"):
        search.delete_document("d1.md")
    with pytest.raises(StoreError, match="delete it again"):
        search.add(document(2), groups=["board"])

    with suppress(StoreError):
        found = search.search(QUESTION, 3, groups=["hr"], by=by)
        assert {source.passage.document_id for source in found} == {"d0.md"}
