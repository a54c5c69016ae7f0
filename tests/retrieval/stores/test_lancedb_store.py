"""LanceDB keeps what was in a table until told otherwise; what it says where its place is gone."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import Entry
from prototypes.retrieval.stores.opening import open_store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("lancedb") is None, reason="LanceDB is not installed"
    ),
]
VECTORS = np.eye(2, dtype=np.float32)


def test_object_storage_that_does_not_answer_is_a_sentence() -> None:
    """It is named, and the request that failed is not printed whole."""
    from prototypes.retrieval.stores.lancedb_store import LanceStore

    nobody = {"aws_endpoint": "http://127.0.0.1:9", "allow_http": "true", "aws_region": "x"}
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests"}

    with pytest.raises(StoreError, match="LanceDB table in s3://bucket/passages cannot be") as told:
        LanceStore.connect("s3://bucket/passages", dimension=2, storage_options=nobody | keys)

    assert "See that it can be reached" in str(told.value)
    assert len(str(told.value)) < 700


def test_a_table_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    """Whatever is asked of it."""
    from prototypes.retrieval.stores.lancedb_store import LanceStore

    store = LanceStore.open(tmp_path / "store", dimension=2)
    store.add([Entry("a#0", "a"), Entry("b#0", "b")], VECTORS)
    shutil.rmtree(tmp_path / "store")

    for ask in (
        lambda: store.search(VECTORS, 1),
        lambda: store.delete_document("a"),
        lambda: store.add([Entry("c#0", "c")], VECTORS[:1]),
    ):
        with pytest.raises(StoreError, match=r"does not answer .+ see that the place can be"):
            ask()


@pytest.mark.parametrize("step", ["delete", "add", "optimize"])
def test_a_deletion_that_was_cut_short_is_finished_by_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """At whatever step: neither a version nor a file of the table keeps the document."""
    from lancedb.table import LanceTable

    store = open_store("lancedb", tmp_path, dimension=4)
    store.add([Entry(f"d{n}#0", f"d{n}") for n in range(3)], np.eye(3, 4, dtype=np.float32))

    def pull_the_plug(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(LanceTable, step, pull_the_plug)
        with pytest.raises(KeyboardInterrupt):
            store.delete_document("d1")

    again = open_store("lancedb", tmp_path, dimension=4)
    again.delete_document("d1")
    assert again.count() == 2
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"d1#0" in p.read_bytes()]


def test_another_process_finds_at_once_what_was_changed(tmp_path: Path) -> None:
    """One that opened the table before does not go on showing what is deleted or closed."""
    store = open_store("lancedb", tmp_path, dimension=4)
    store.add([Entry(f"d{n}#0", f"d{n}") for n in range(3)], np.eye(3, 4, dtype=np.float32))
    other = open_store("lancedb", tmp_path, dimension=4)

    store.delete_document("d1")
    store.add([Entry("d0#0", "d0", frozenset({"hr"}))], np.eye(1, 4, dtype=np.float32))

    (found,) = other.search(np.eye(1, 4, dtype=np.float32), 5)
    assert [hit.document_id for hit in found] == ["d2"]
