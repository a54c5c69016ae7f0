"""The adapter for LangChain's stores trusts no filter and hands over no text."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import Entry
from prototypes.retrieval.stores.langchain_store import HandedVectors, LangChainStore, Scale


class CarelessStore:
    """Has LangChain's methods, squared distances for scores, no filter, and deletes nothing."""

    def __init__(self, vectors: HandedVectors) -> None:
        self.rows: dict[str, tuple[SimpleNamespace, list[float]]] = {}
        self.asked: list[int] = []
        self._vectors = vectors

    def add_texts(
        self, texts: list[str], metadatas: list[dict[str, object]], *, ids: list[str]
    ) -> list[str]:
        """Embed and keep."""
        embedded = self._vectors.embed_documents(texts)
        for id, metadata, vector in zip(ids, metadatas, embedded, strict=True):
            self.rows[id] = SimpleNamespace(metadata=metadata), vector
        return ids

    def similarity_search_with_score(
        self, query: str, k: int
    ) -> list[tuple[SimpleNamespace, float]]:
        """Compare with everything, whoever asks."""
        self.asked.append(k)
        wanted = np.array(self._vectors.embed_query(query))
        scored = [(d, float(((np.array(v) - wanted) ** 2).sum())) for d, v in self.rows.values()]
        return sorted(scored, key=lambda pair: pair[1])[:k]

    def delete(self, ids: list[str]) -> bool:
        """Delete nothing."""
        return True


def filled(ledger: Path | None = None) -> tuple[CarelessStore, LangChainStore]:
    """Put eight passages of hr and then one of it into a careless store."""
    vectors = HandedVectors()
    careless = CarelessStore(vectors)
    store = LangChainStore(careless, vectors, dimension=2, scale=Scale.SQUARED_L2, ledger=ledger)
    angles = np.linspace(0, 1, 9)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    known = [Entry(f"hr{n}#0", f"hr{n}", frozenset({"hr"})) for n in range(8)]
    store.add([*known, Entry("it#0", "it", frozenset({"it"}))], rows)
    return careless, store


QUERY = np.array([[1, 0]], dtype=np.float32)


def test_a_store_that_ignores_filters_leaks_nothing() -> None:
    """It is asked for more until the one visible passage, the farthest, is found."""
    careless, store = filled()

    (hits,) = store.search(QUERY, 1, groups=["it"])

    assert ["it#0"] == [hit.passage_id for hit in hits]
    assert [1, 2, 4, 8, 16] == careless.asked
    assert [float(np.cos(1))] == pytest.approx([hit.score for hit in hits], abs=1e-5)


def test_a_store_that_does_not_delete_cannot_bring_anything_back() -> None:
    """What the ledger no longer names is never found."""
    _, store = filled()

    store.delete_document("it")

    assert [[]] == store.search(QUERY, 5, groups=["it"])


def test_a_store_that_says_it_deleted_nothing_is_not_believed_to_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some return False instead of raising; the document counts until it is really gone."""
    careless, store = filled()
    monkeypatch.setattr(careless, "delete", lambda ids: False)

    with pytest.raises(StoreError, match=r"did not delete.*delete the document again"):
        store.delete_document("it")
    assert (store.count(), store.search(QUERY, 5, groups=["it"])) == (9, [[]])

    monkeypatch.undo()
    assert (store.delete_document("it"), store.count()) == (1, 8)


def test_what_a_store_holds_twice_is_found_once(tmp_path: Path) -> None:
    """Killed before `save`, and added again to a store that does not replace."""
    careless, store = filled(tmp_path / "ledger.jsonl")
    careless.rows["twice"] = next(iter(careless.rows.values()))
    careless.rows["of somebody else"] = SimpleNamespace(metadata={}), [1.0, 0.0]

    (hits,) = store.search(QUERY, 3, groups=["hr"])

    assert [hit.passage_id for hit in hits] == ["hr0#0", "hr1#0", "hr2#0"]


def test_the_ledger_outlives_the_process(tmp_path: Path) -> None:
    """A deletion is in it at once, without `save`."""
    careless, store = filled(tmp_path / "ledger.jsonl")
    store.delete_document("hr0")

    again = LangChainStore(careless, HandedVectors(), dimension=2, ledger=tmp_path / "ledger.jsonl")

    assert again.count() == 8


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    """Nothing is found by guessing who may see it."""
    path = tmp_path / "ledger.jsonl"
    path.write_text('["a#0", "a"', encoding="utf-8")

    with pytest.raises(StoreError, match="is damaged"):
        LangChainStore(CarelessStore(HandedVectors()), HandedVectors(), dimension=2, ledger=path)


def test_no_text_is_handed_over() -> None:
    """The store knows ids, groups and vectors."""
    careless, _ = filled()

    *_, (document, _) = careless.rows.values()

    assert {"passage_id": "it#0", "group:it": True} == document.metadata


def test_store_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which store it was, what it said and what to do; a document that is deleted stays closed."""
    careless, store = filled()

    def fail(*_: object, **__: object) -> None:
        raise TimeoutError("read timed out")

    for method in ("similarity_search_with_score", "delete"):
        monkeypatch.setattr(careless, method, fail)
    said = r"store CarelessStore, behind LangChain, does not answer \(read timed out\); see that"

    with pytest.raises(StoreError, match=f"{said}.*ask again"):
        store.search(QUERY, 1)
    with pytest.raises(StoreError, match=f"{said}.*delete the document again"):
        store.delete_document("hr0")
    monkeypatch.undo()
    (found,) = store.search(QUERY, 9, groups=["hr"])
    assert "hr0" not in {hit.document_id for hit in found}
    assert (store.delete_document("hr0"), store.count()) == (1, 8)
