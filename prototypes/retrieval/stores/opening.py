"""Stores by name; the library of each is loaded when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from prototypes.errors import StoreError
from prototypes.retrieval.stores.contract import OpenableStore

DEFAULT_STORE = "faiss"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A store that can be opened by name: its class, its library and the extra that has it."""

    factory: str
    library: str
    extra: str | None = None


_ROOM = "prototypes.retrieval.stores"
_KINDS = {
    DEFAULT_STORE: _Kind(f"{_ROOM}.faiss_store:FaissStore", "faiss"),
    "lancedb": _Kind(f"{_ROOM}.lancedb_store:LanceStore", "lancedb", "lancedb"),
    "qdrant": _Kind(f"{_ROOM}.qdrant_store:QdrantStore", "qdrant_client", "qdrant"),
}
STORES = tuple(_KINDS)


def require_store(name: str) -> None:
    """Check that a store is known and its library installed; nothing is loaded.

    Raises:
        StoreError: If it is not.
    """
    kind = _KINDS.get(name)
    if kind is None:
        raise StoreError(f"There is no store '{name}'; expected one of: {', '.join(STORES)}.")
    if find_spec(kind.library) is None:
        raise StoreError(
            f"The store '{name}' needs the package {kind.library}, which is not installed; "
            f"install it with: pip install 'adaptation-advisor[{kind.extra}]'"
        )


def open_store(name: str, folder: Path | None = None, *, dimension: int) -> OpenableStore:
    """Open the store in a folder, or begin one there; without a folder in memory.

    Args:
        name: One of `STORES`.
        folder: Where it lives.
        dimension: Of its vectors.

    Raises:
        StoreError: If its library is not installed, or the folder cannot be used.
    """
    require_store(name)
    module, _, class_name = _KINDS[name].factory.partition(":")
    store_class: type[OpenableStore] = getattr(import_module(module), class_name)
    return store_class.open(folder, dimension=dimension)
