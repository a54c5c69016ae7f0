"""LanceDB keeps what was in a table until it is told otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototypes.retrieval.stores.contract import Entry
from prototypes.retrieval.stores.opening import open_store

pytest.importorskip("lancedb")


@pytest.mark.slow
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


@pytest.mark.slow
def test_another_process_finds_at_once_what_was_changed(tmp_path: Path) -> None:
    """One that opened the table before does not go on showing what is deleted or closed."""
    store = open_store("lancedb", tmp_path, dimension=4)
    store.add([Entry(f"d{n}#0", f"d{n}") for n in range(3)], np.eye(3, 4, dtype=np.float32))
    other = open_store("lancedb", tmp_path, dimension=4)

    store.delete_document("d1")
    store.add([Entry("d0#0", "d0", frozenset({"hr"}))], np.eye(1, 4, dtype=np.float32))

    (found,) = other.search(np.eye(1, 4, dtype=np.float32), 5)
    assert [hit.document_id for hit in found] == ["d2"]
