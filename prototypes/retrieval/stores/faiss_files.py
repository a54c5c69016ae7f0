"""The files of a FAISS store: whole or as before, checked when read, unable to run code.

store.json              dimension, number of passages, names and checksums of the others
vectors-<hash>.npy      float32, shape (n, d)
entries-<hash>.jsonl    passage, document and groups of each row
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototypes.errors import StoreError
from prototypes.folder_lock import held
from prototypes.results import FrozenSchema
from prototypes.retrieval.stores.contract import Entry
from prototypes.storage import write_atomically, write_bytes_atomically, writing

_MANIFEST = "store.json"
_PARTS = {"vectors": "npy", "entries": "jsonl"}


class StoreManifest(FrozenSchema):
    """The content of `store.json`."""

    schema_version: int = 1
    dimension: int
    n_passages: int
    vectors_sha256: str
    entries_sha256: str

    def name_of(self, part: str) -> str:
        """Name the file that holds a part."""
        digest = {"vectors": self.vectors_sha256, "entries": self.entries_sha256}[part]
        return f"{part}-{digest[:16]}.{_PARTS[part]}"


def holds_store(folder: Path) -> bool:
    """Tell whether a store was saved into this folder."""
    return (folder / _MANIFEST).exists()


def read_stamp(folder: Path) -> bytes:
    """Read by what a store is told from the one that another process has written since."""
    return (folder / _MANIFEST).read_bytes() if holds_store(folder) else b""


def write_store(
    folder: Path, entries: Sequence[Entry], vectors: NDArray[np.float32], *, stamp: bytes
) -> bytes:
    """Write a store in one step: until the manifest is replaced, the one before it stands.

    Args:
        folder: Where it lives.
        entries: Of each row.
        vectors: Shape (n, d).
        stamp: Of the store that this one replaces.

    Returns:
        Its own stamp.

    Raises:
        StoreError: If another store is there.
        RunFolderError: If the folder cannot be written, or another process is writing it.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        if read_stamp(folder) != stamp:
            raise StoreError(
                f"The vector store in {folder} was written by another process since it was opened; "
                "open it again, and repeat what was added or deleted."
            )
        _write(folder, entries, vectors)
        return read_stamp(folder)


def _write(folder: Path, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
    contents = {"vectors": _pack_vectors(vectors), "entries": _pack_entries(entries)}
    manifest = StoreManifest(
        dimension=vectors.shape[1],
        n_passages=len(entries),
        vectors_sha256=hashlib.sha256(contents["vectors"]).hexdigest(),
        entries_sha256=hashlib.sha256(contents["entries"]).hexdigest(),
    )
    for part, content in contents.items():
        write_bytes_atomically(folder / manifest.name_of(part), content)
    write_atomically(folder / _MANIFEST, manifest.model_dump_json(indent=1) + "\n")
    remove_outdated(folder)


def read_store(folder: Path, *, dimension: int) -> tuple[list[Entry], NDArray[np.float32]]:
    """Read back what `write_store` wrote.

    Raises:
        StoreError: If it is damaged, incomplete or of another dimension.
    """
    try:
        manifest = _read_manifest(folder)
        vectors = np.load(io.BytesIO(_read_part(folder, manifest, "vectors")), allow_pickle=False)
        lines = _read_part(folder, manifest, "entries").decode("utf-8").split("\n")
        entries = [_unpack_entry(line) for line in lines if line]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The vector store in {folder} is damaged ({error}); expected what the store wrote. "
            "Delete the folder and index the documents again."
        ) from error
    if vectors.shape != (len(entries), dimension):
        raise StoreError(
            f"The vector store in {folder} holds {len(entries)} passages and vectors of shape "
            f"{vectors.shape}; expected ({len(entries)}, {dimension}). Open it with the encoder "
            "that filled it, or index the documents again."
        )
    return entries, vectors


def _read_part(folder: Path, manifest: StoreManifest, part: str) -> bytes:
    name = manifest.name_of(part)
    content = (folder / name).read_bytes()
    expected = {"vectors": manifest.vectors_sha256, "entries": manifest.entries_sha256}[part]
    if hashlib.sha256(content).hexdigest() != expected:
        raise ValueError(f"{name} is not what was written")
    return content


def remove_outdated(folder: Path) -> None:
    """Delete what the manifest does not name: deleted passages must not stay on disk.

    That is what it named before, and what a process left that was killed while it wrote.
    """
    manifest = _read_manifest(folder)
    kept = {manifest.name_of(part) for part in _PARTS}
    for part, ending in _PARTS.items():
        for path in (*folder.glob(f"{part}-*.{ending}"), *folder.glob(f".{part}-*.{ending}.*")):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _read_manifest(folder: Path) -> StoreManifest:
    return StoreManifest.model_validate_json((folder / _MANIFEST).read_bytes())


def _pack_vectors(vectors: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, vectors, allow_pickle=False)
    return buffer.getvalue()


def _pack_entries(entries: Sequence[Entry]) -> bytes:
    rows = ([e.passage_id, e.document_id, sorted(e.groups)] for e in entries)
    return "".join(json.dumps(row) + "\n" for row in rows).encode("utf-8")


def _unpack_entry(line: str) -> Entry:
    passage_id, document_id, groups = json.loads(line)
    return Entry(passage_id, document_id, frozenset(groups))
