"""A bench with another store finds what it finds with FAISS."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from prototypes.contracts import Document
from prototypes.errors import StoreError
from prototypes.models.encoder import Encoder
from prototypes.retrieval.store_index import StoreIndex
from prototypes.retrieval.stores.opening import open_store
from prototypes.workbench import Workbench

DOCUMENTS = tuple(
    Document(f"{name}.md", name, f"# {name}\n\nThe {name} stands by the {place}.")
    for name, place in (("raven", "shore"), ("lantern", "door"), ("boat", "shore"))
)


@pytest.mark.parametrize(
    ("store", "library"), [("lancedb", "lancedb"), ("qdrant", "qdrant_client")]
)
def test_another_store_finds_the_same(hashing_encoder: Encoder, store: str, library: str) -> None:
    """The same passages in the same order with the same cosines."""
    if find_spec(library) is None:
        pytest.skip(f"the store {store} is NOT tested: {library} is not installed")
    bench = Workbench(hashing_encoder, documents=DOCUMENTS)
    other = Workbench(hashing_encoder, documents=DOCUMENTS, store=store)
    queries = bench.embed(["raven shore", "lantern door"])

    for expected, found in zip(
        bench.dense().search(queries, 3), other.dense().search(queries, 3), strict=True
    ):
        assert [hit.index for hit in expected] == [hit.index for hit in found]
        scores = [hit.score for hit in expected]
        assert scores == pytest.approx([hit.score for hit in found], abs=1e-5)


def test_positions_are_those_of_the_passages(hashing_encoder: Encoder) -> None:
    """Whatever ids a store keeps, a hit names the passage by where it stands."""
    bench = Workbench(hashing_encoder, documents=DOCUMENTS)
    vectors = bench.embed([passage.text for passage in bench.passages])
    store = open_store("faiss", dimension=vectors.shape[1])

    index = StoreIndex.fill(store, bench.passages, vectors)

    assert [0, 1, 2] == [hits[0].index for hits in index.search(vectors, 1)]


def test_an_unknown_store_is_refused(hashing_encoder: Encoder) -> None:
    """Before anything is put into it."""
    bench = Workbench(hashing_encoder, documents=DOCUMENTS, store="shoebox")

    with pytest.raises(StoreError, match="no store 'shoebox'"):
        bench.dense()
