"""What every store has to do; one suite, run against each that can be opened here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import Entry, Found, VectorStore

if TYPE_CHECKING:
    from conftest import Kind

DIMENSION = 8
HOSTILE = (
    "x' OR '1'='1",
    '"; drop table passages; --',
    "../../etc/passwd",
    "日本語 ü \u200b",
    "{$or: [true]}",
    "%_\\",
)


def unit_vectors(n: int, *, seed: int = 1) -> NDArray[np.float32]:
    """Draw vectors of length 1."""
    vectors = np.random.default_rng(seed).standard_normal((n, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def entries(n: int, **changes: frozenset[str]) -> list[Entry]:
    """Make n passages, three to a document."""
    return [Entry(f"d{i // 3}.md#{i % 3}", f"d{i // 3}.md", **changes) for i in range(n)]


def ids(found: list[Found]) -> list[str]:
    """Name what was found."""
    return [each.passage_id for each in found]


def test_hits_are_those_of_a_full_comparison(store: VectorStore) -> None:
    """The nearest come first, with the inner product as their score."""
    vectors, queries, known = unit_vectors(30), unit_vectors(4, seed=2), entries(30)
    store.add(known, vectors)

    found = store.search(queries, 5)

    for row, hits in zip(queries @ vectors.T, found, strict=True):
        best = np.argsort(-row)[:5]
        assert [known[i].passage_id for i in best] == ids(hits)
        assert [known[i].document_id for i in best] == [hit.document_id for hit in hits]
        assert row[best].tolist() == pytest.approx([hit.score for hit in hits], abs=1e-5)


def test_a_restricted_search_still_finds_k(store: VectorStore) -> None:
    """The filter comes before the cut: other people's passages take nobody's place."""
    vectors, query = unit_vectors(40), unit_vectors(1, seed=2)
    store.add(entries(34, groups=frozenset({"hr"})), vectors[:34])
    own = [Entry(f"own#{i}", "own", frozenset({"it", "sales"})) for i in range(6)]
    store.add(own, vectors[34:])

    (hits,) = store.search(query, 4, groups=["it"])

    best = np.argsort(-(vectors[34:] @ query[0]))[:4]
    assert [f"own#{i}" for i in best] == ids(hits)


def test_a_user_without_groups_finds_what_is_for_everyone(store: VectorStore) -> None:
    """Nothing else, however near it is."""
    vectors = unit_vectors(2)
    store.add([Entry("a#0", "a"), Entry("b#0", "b", frozenset({"hr"}))], vectors)

    (hits,) = store.search(vectors[1:], 10)

    assert ["a#0"] == ids(hits)


def test_what_has_no_group_is_found_by_nobody(store: VectorStore) -> None:
    """A document that was given to no group is closed, not open."""
    store.add([Entry("a#0", "a", frozenset())], unit_vectors(1))

    assert [[]] == store.search(unit_vectors(1), 5, groups=["hr", "it"])
    assert store.count() == 1


def test_adding_again_replaces(store: VectorStore) -> None:
    """The new vector and the new groups hold; the old ones are gone."""
    old, new = unit_vectors(2)
    store.add([Entry("a#0", "a")], old[None])
    store.add([Entry("a#0", "a", frozenset({"hr"}))], new[None])

    (hits,) = store.search(new[None], 5, groups=["hr"])

    assert store.count() == 1
    assert [[]] == store.search(old[None], 5)
    assert [1.0] == pytest.approx([hit.score for hit in hits], abs=1e-5)


def test_a_deleted_document_is_gone(store: VectorStore) -> None:
    """All of its passages, and nothing else."""
    vectors = unit_vectors(9)
    store.add(entries(9), vectors)

    n_deleted = store.delete_document("d1.md")

    assert (n_deleted, store.count()) == (3, 6)
    assert "d1.md" not in {hit.document_id for hits in store.search(vectors, 9) for hit in hits}
    assert store.delete_document("d1.md") == 0


def test_what_is_saved_is_there_again(kind: Kind, tmp_path: Path) -> None:
    """Another process finds the same, groups included, and not what was deleted."""
    if not kind.is_durable:
        pytest.skip(f"{kind.name} lives in memory")
    vectors = unit_vectors(9)
    before = kind.open(tmp_path, DIMENSION)
    before.add(entries(9, groups=frozenset({"hr"})), vectors)
    before.save()
    before.delete_document("d2.md")
    expected = before.search(vectors, 9, groups=["hr"])
    before.close()

    after = kind.open(tmp_path, DIMENSION)

    assert after.count() == 6
    assert [ids(row) for row in expected] == [
        ids(row) for row in after.search(vectors, 9, groups=["hr"])
    ]
    assert [[]] == after.search(vectors[:1], 9)
    after.close()


def test_a_deleted_document_leaves_no_byte_behind(kind: Kind, tmp_path: Path) -> None:
    """Of many documents one is deleted: neither its id nor its vector stays in any file."""
    if not kind.is_durable or kind.name.startswith("langchain"):
        pytest.skip(f"what {kind.name} leaves on disk is its own affair")
    vectors = unit_vectors(200)
    store = kind.open(tmp_path, DIMENSION)
    store.add([Entry(f"secret{i}.md#0", f"secret{i}.md") for i in range(200)], vectors)
    store.save()

    store.delete_document("secret7.md")
    store.close()

    content = kind.read(tmp_path)
    assert b"secret8.md" in content
    assert b"secret7.md" not in content
    assert vectors[7].tobytes() not in content


def test_asking_for_more_than_there_is_returns_what_there_is(store: VectorStore) -> None:
    """No padding may come out."""
    store.add(entries(3), unit_vectors(3))

    (hits,) = store.search(unit_vectors(1, seed=2), 50)

    assert ["d0.md#0", "d0.md#1", "d0.md#2"] == sorted(ids(hits))


def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    """Nor does asking for nothing fail."""
    assert store.search(unit_vectors(2), 5) == [[], []]
    store.add([], unit_vectors(0))
    assert store.count() == 0
    assert store.search(unit_vectors(0), 5) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(store: VectorStore, name: str) -> None:
    """Ids and groups that look like a query, a path or a filter are only names."""
    vectors = unit_vectors(2)
    store.add(
        [Entry(f"{name}#0", name, frozenset({name})), Entry("a#0", "a", frozenset({"hr"}))], vectors
    )

    assert [[f"{name}#0"]] == [ids(row) for row in store.search(vectors[1:], 5, groups=[name])]
    assert store.delete_document(name) == 1
    assert store.count() == 1


def test_what_does_not_fit_is_refused(store: VectorStore) -> None:
    """Vectors of another length, or that are no numbers, and a passage that comes twice."""
    twice = [Entry("a#0", "a"), Entry("a#0", "a")]
    for given, vectors in (
        (entries(2), unit_vectors(3)),
        (entries(1), np.full((1, DIMENSION), np.nan, np.float32)),
        (entries(1), np.ones((1, 3), np.float32)),
        (twice, unit_vectors(2)),
    ):
        with pytest.raises(StoreError):
            store.add(given, vectors)

    assert store.count() == 0
    with pytest.raises(StoreError, match="embedded by the encoder"):
        store.search(np.ones((1, 3), np.float32), 5)


def test_groups_given_as_a_text_are_refused(store: VectorStore) -> None:
    """The letters of a name are no groups."""
    with pytest.raises(StoreError, match="expected a list of names"):
        store.search(unit_vectors(1), 5, groups="hr")


def test_another_dimension_is_refused(kind: Kind, tmp_path: Path) -> None:
    """A store filled by another encoder says so when it is opened or first asked."""
    if not kind.is_durable or kind.name.startswith("langchain"):
        pytest.skip(f"{kind.name} does not know its dimension")
    before = kind.open(tmp_path, DIMENSION)
    before.add(entries(3), unit_vectors(3))
    before.save()
    before.close()

    with pytest.raises(StoreError, match="index the documents again"):
        kind.open(tmp_path, DIMENSION + 1)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800"])
def test_names_that_no_store_can_keep_are_refused(name: str) -> None:
    """Before anything is written."""
    with pytest.raises(StoreError):
        Entry("a#0", name)
    with pytest.raises(StoreError):
        Entry("a#0", "a", frozenset({name}))
