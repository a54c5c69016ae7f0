"""What is Qdrant's alone: several collections, and what its local mode leaves on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from prototypes.retrieval.stores.contract import Entry
from prototypes.retrieval.stores.opening import open_store

pytest.importorskip("qdrant_client")


@pytest.mark.slow
def test_a_deleted_document_leaves_no_byte_whatever_sqlite_does_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's SQLite overwrites what is deleted; other builds leave it in free pages."""
    connect = sqlite3.connect

    def connect_carelessly(*args: str, **options: bool) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_carelessly)
    store = open_store("qdrant", tmp_path, dimension=4)
    store.add([Entry(f"d{n}#0", f"d{n}") for n in range(3)], np.eye(3, 4, dtype=np.float32))

    store.delete_document("d1")
    store.close()

    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"d2#0" in content
    assert b"d1#0" not in content


@pytest.mark.slow
def test_two_corpora_share_a_server_in_collections_of_their_own() -> None:
    """Neither finds or deletes what is the other's."""
    from qdrant_client import QdrantClient

    from prototypes.retrieval.stores.qdrant_store import QdrantStore

    client = QdrantClient(":memory:")
    one, other = (QdrantStore(client, dimension=4, collection=name) for name in ("one", "other"))
    one.add([Entry("a#0", "a")], np.eye(1, 4, dtype=np.float32))

    assert other.search(np.eye(1, 4, dtype=np.float32), 5) == [[]]
    assert other.delete_document("a") == 0
    assert (one.count(), other.count()) == (1, 0)
