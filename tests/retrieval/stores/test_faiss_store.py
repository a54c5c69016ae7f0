"""The files of the default store: whole, checked, and without what was deleted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import Entry
from prototypes.retrieval.stores.faiss_store import FaissStore


def unit_vectors(n: int) -> NDArray[np.float32]:
    """Draw vectors of length 1."""
    vectors = np.random.default_rng(3).standard_normal((n, 4)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def saved(folder: Path) -> FaissStore:
    """Save a store of three documents."""
    store = FaissStore.open(folder, dimension=4)
    store.add([Entry(f"d{n}#0", f"d{n}") for n in range(3)], unit_vectors(3))
    store.save()
    return store


@pytest.mark.parametrize("pattern", ["store.json", "vectors-*.npy", "entries-*.jsonl"])
def test_a_truncated_file_is_named(tmp_path: Path, pattern: str) -> None:
    """Half a file is a sentence, not half an index."""
    saved(tmp_path)
    (path,) = tmp_path.glob(pattern)
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(StoreError, match="is damaged"):
        FaissStore.open(tmp_path, dimension=4)


def test_a_write_that_fails_leaves_the_store_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the manifest is replaced, the old one names whole files."""
    store = saved(tmp_path)
    store.add([Entry("d9#0", "d9")], unit_vectors(1))

    def pull_the_plug(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("prototypes.retrieval.stores.faiss_files.write_atomically", pull_the_plug)
        with pytest.raises(KeyboardInterrupt):
            store.save()

    assert FaissStore.open(tmp_path, dimension=4).count() == 3


def test_pickled_vectors_are_never_loaded(tmp_path: Path) -> None:
    """An npy file that holds objects could run code."""
    saved(tmp_path)
    (path,) = tmp_path.glob("vectors-*.npy")
    with path.open("wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)

    with pytest.raises(StoreError, match="is damaged"):
        FaissStore.open(tmp_path, dimension=4)


def test_a_deletion_that_was_cut_short_is_finished_by_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document is gone already, and still nothing of it may stay in an old file."""
    store = saved(tmp_path)
    (tmp_path / ".entries-0a1b.jsonl.4711").write_text('["d1#0", "d1", ["everyone"]]')

    def pull_the_plug(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("prototypes.retrieval.stores.faiss_files.remove_outdated", pull_the_plug)
        with pytest.raises(KeyboardInterrupt):
            store.delete_document("d1")

    again = FaissStore.open(tmp_path, dimension=4)
    assert (again.count(), again.delete_document("d1")) == (2, 0)
    assert not [path for path in tmp_path.iterdir() if b"d1" in path.read_bytes()]


def test_another_process_cannot_bring_back_what_was_deleted(tmp_path: Path) -> None:
    """It would save all that it read, so it has to read again."""
    store, other = saved(tmp_path), FaissStore.open(tmp_path, dimension=4)
    store.delete_document("d1")
    other.add([Entry("d9#0", "d9")], unit_vectors(1))

    with pytest.raises(StoreError, match="written by another process since it was opened; open it"):
        other.save()

    store.add([Entry("d8#0", "d8")], unit_vectors(1))
    store.save()
    assert FaissStore.open(tmp_path, dimension=4).count() == 3
