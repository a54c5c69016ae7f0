"""Every store that can be opened here, each behind the same few lines."""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prototypes.retrieval.stores.contract import VectorStore
from prototypes.retrieval.stores.langchain_store import HandedVectors, LangChainStore, Scale
from prototypes.retrieval.stores.opening import open_store

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

DIMENSION = 8


@dataclass(frozen=True)
class Kind:
    """A store under test: what it needs, how it is opened, whether it outlives the process."""

    name: str
    libraries: tuple[str, ...]
    open: Callable[[Path | None, int], VectorStore]
    is_durable: bool = True


def _named(name: str) -> Callable[[Path | None, int], VectorStore]:
    return lambda folder, dimension: open_store(name, folder, dimension=dimension)


def _open_langchain_memory(folder: Path | None, dimension: int) -> VectorStore:
    from langchain_core.vectorstores import InMemoryVectorStore

    vectors = HandedVectors()
    store = InMemoryVectorStore(vectors)  # type: ignore[arg-type] # duck-typed
    return LangChainStore(
        store,  # type: ignore[arg-type]
        vectors,
        dimension=dimension,
        make_filter=lambda groups: (
            lambda document: any(document.metadata.get(f"group:{name}") for name in groups)
        ),
    )


def _open_chroma(folder: Path | None, dimension: int) -> VectorStore:
    from chromadb.config import Settings

    return _wrap_chroma(
        folder,
        dimension,
        collection_name="passages" if folder else f"passages-{uuid.uuid4()}",
        persist_directory=str(folder) if folder else None,
        client_settings=Settings(anonymized_telemetry=False),
    )


def _wrap_chroma(folder: Path | None, dimension: int, **place: Any) -> VectorStore:  # noqa: ANN401 # Chroma's
    from langchain_chroma import Chroma

    vectors = HandedVectors()
    store = Chroma(
        embedding_function=vectors,  # type: ignore[arg-type] # duck-typed
        collection_metadata={"hnsw:space": "cosine"},
        **place,
    )
    return LangChainStore(
        store,
        vectors,
        dimension=dimension,
        scale=Scale.COSINE_DISTANCE,
        ledger=folder / "ledger.jsonl" if folder else None,
    )


def _start_chroma() -> int:
    """Start a server in a folder of its own that ends with this process; return its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    folder = tempfile.TemporaryDirectory(prefix="chroma-")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host=127.0.0.1"]
    command += [f"--port={port}", f"--path={folder.name}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def end() -> None:
        server.kill()
        server.wait()
        folder.cleanup()

    atexit.register(end)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return port
        time.sleep(0.1)
    raise TimeoutError(f"the Chroma server did not answer at 127.0.0.1:{port} within a minute")


@cache
def _reach_chroma() -> ClientAPI:
    """One server and one client for all tests: each client keeps its connections."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.HttpClient("127.0.0.1", _start_chroma(), settings=settings)


def _open_chroma_server(folder: Path | None, dimension: int) -> VectorStore:
    # A server has no folder of ours: the same one means the same collection.
    name = uuid.uuid5(uuid.NAMESPACE_URL, str(folder or uuid.uuid4()))
    return _wrap_chroma(
        folder, dimension, collection_name=f"passages-{name}", client=_reach_chroma()
    )


def _open_milvus_lite(folder: Path | None, dimension: int) -> VectorStore:
    from langchain_milvus import Milvus

    place = folder or Path(tempfile.mkdtemp(prefix="milvus-"))
    place.mkdir(exist_ok=True)
    vectors = HandedVectors()
    store = Milvus(
        embedding_function=vectors,
        connection_args={"uri": str(place / "passages.db")},
        index_params={"metric_type": "COSINE", "index_type": "FLAT"},
        consistency_level="Strong",
        enable_dynamic_field=True,
    )
    ledger = folder / "ledger.jsonl" if folder else None
    return LangChainStore(store, vectors, dimension=dimension, ledger=ledger)


KINDS = (
    Kind("faiss", ("faiss",), _named("faiss")),
    Kind("lancedb", ("lancedb",), _named("lancedb")),
    Kind("qdrant", ("qdrant_client",), _named("qdrant")),
    Kind("langchain-memory", ("langchain_core",), _open_langchain_memory, is_durable=False),
    Kind("langchain-chroma", ("langchain_chroma", "chromadb"), _open_chroma),
    Kind("langchain-chroma-server", ("langchain_chroma", "chromadb"), _open_chroma_server),
    Kind("langchain-milvus", ("langchain_milvus", "milvus_lite"), _open_milvus_lite),
)


def _mark(kind: Kind) -> tuple[pytest.MarkDecorator, ...]:
    """Only the default store is quick enough for the default run."""
    return () if kind is KINDS[0] else (pytest.mark.slow,)


@pytest.fixture(params=[pytest.param(kind, id=kind.name, marks=_mark(kind)) for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of store; one whose library is missing is skipped by name."""
    kind: Kind = request.param
    missing = [name for name in kind.libraries if find_spec(name) is None]
    if missing:
        pytest.skip(f"the store {kind.name} is NOT tested: {', '.join(missing)} not installed")
    return kind


@pytest.fixture
def store(kind: Kind, tmp_path: Path) -> Iterator[VectorStore]:
    """An empty store in a folder."""
    opened = kind.open(tmp_path / "store", DIMENSION)
    yield opened
    opened.close()
