"""Every store that can be opened here, each behind the same few lines."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from store_servers import (
    CannotServeError,
    start_chroma,
    start_object_storage,
    start_postgres,
)

from prototypes.retrieval.stores.contract import VectorStore
from prototypes.retrieval.stores.langchain_store import HandedVectors, LangChainStore, Scale
from prototypes.retrieval.stores.opening import open_store

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_postgres import PGEngine

DIMENSION = 8


def _read_folder(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@dataclass(frozen=True)
class Kind:
    """A store under test: what it needs, how it is opened, whether it outlives the process.

    `read` returns every byte that the store in a folder keeps; `reach` starts its server.
    """

    name: str
    libraries: tuple[str, ...]
    open: Callable[[Path | None, int], VectorStore]
    is_durable: bool = True
    read: Callable[[Path], bytes] = _read_folder
    reach: Callable[[], object] | None = None


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


def _name_place(folder: Path | None) -> str:
    """Name a place on a server, which has no folder of ours: the same one for the same folder."""
    return uuid.uuid5(uuid.NAMESPACE_URL, str(folder or uuid.uuid4())).hex


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


@cache
def _reach_chroma() -> ClientAPI:
    """One server and one client for all tests: each client keeps its connections."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.HttpClient("127.0.0.1", start_chroma(), settings=settings)


def _open_chroma_server(folder: Path | None, dimension: int) -> VectorStore:
    name = f"passages-{_name_place(folder)}"
    return _wrap_chroma(folder, dimension, collection_name=name, client=_reach_chroma())


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


_serve_objects = cache(start_object_storage)
_S3_KEYS = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests"}


def _open_lancedb_s3(folder: Path | None, dimension: int) -> VectorStore:
    from prototypes.retrieval.stores.lancedb_store import LanceStore

    return LanceStore.connect(
        f"s3://passages/{_name_place(folder)}",
        dimension=dimension,
        storage_options={
            "aws_endpoint": _serve_objects(),
            "allow_http": "true",
            "aws_region": "us-east-1",
            **_S3_KEYS,
        },
    )


def _read_lancedb_s3(folder: Path) -> bytes:
    import boto3

    bucket = boto3.resource("s3", "us-east-1", endpoint_url=_serve_objects(), **_S3_KEYS).Bucket(
        "passages"
    )
    objects = bucket.objects.filter(Prefix=f"{_name_place(folder)}/")
    return b"".join(each.get()["Body"].read() for each in objects)


@cache
def _reach_postgres() -> PGEngine:
    from langchain_postgres import PGEngine

    address = start_postgres().replace("postgresql://", "postgresql+psycopg://")
    return PGEngine.from_connection_string(address)


def _open_pgvector(folder: Path | None, dimension: int) -> VectorStore:
    from langchain_postgres import PGVectorStore
    from sqlalchemy.exc import ProgrammingError

    engine, table, vectors = _reach_postgres(), f"p{_name_place(folder)}", HandedVectors()
    with suppress(ProgrammingError):  # the table is there
        engine.init_vectorstore_table(table, dimension)
    store = PGVectorStore.create_sync(engine, vectors, table)
    ledger = folder / "ledger.jsonl" if folder else None
    return LangChainStore(
        store, vectors, dimension=dimension, scale=Scale.COSINE_DISTANCE, ledger=ledger
    )


KINDS = (
    Kind("faiss", ("faiss",), _named("faiss")),
    Kind("lancedb", ("lancedb",), _named("lancedb")),
    Kind(
        "lancedb-s3",
        ("lancedb", "moto"),
        _open_lancedb_s3,
        read=_read_lancedb_s3,
        reach=_serve_objects,
    ),
    Kind("qdrant", ("qdrant_client",), _named("qdrant")),
    Kind("langchain-memory", ("langchain_core",), _open_langchain_memory, is_durable=False),
    Kind("langchain-chroma", ("langchain_chroma", "chromadb"), _open_chroma),
    Kind(
        "langchain-chroma-server",
        ("langchain_chroma", "chromadb"),
        _open_chroma_server,
        reach=_reach_chroma,
    ),
    Kind(
        "langchain-pgvector",
        ("langchain_postgres", "pgserver"),
        _open_pgvector,
        reach=_reach_postgres,
    ),
    Kind("langchain-milvus", ("langchain_milvus", "milvus_lite"), _open_milvus_lite),
)


def _mark(kind: Kind) -> tuple[pytest.MarkDecorator, ...]:
    """Only the default store is quick enough for the default run."""
    return () if kind is KINDS[0] else (pytest.mark.slow,)


@cache
def _why_not(reach: Callable[[], object]) -> str:
    """Try once; say why a server cannot be had here."""
    try:
        reach()
    except CannotServeError as error:
        return str(error)
    return ""


@pytest.fixture(params=[pytest.param(kind, id=kind.name, marks=_mark(kind)) for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of store; one whose library is missing is skipped by name."""
    kind: Kind = request.param
    missing = [name for name in kind.libraries if find_spec(name) is None]
    if missing:
        pytest.skip(f"the store {kind.name} is NOT tested: {', '.join(missing)} not installed")
    if kind.reach is not None and (why := _why_not(kind.reach)):
        pytest.skip(f"the store {kind.name} is NOT tested: {why}")
    return kind


@pytest.fixture
def store(kind: Kind, tmp_path: Path) -> Iterator[VectorStore]:
    """An empty store in a folder."""
    opened = kind.open(tmp_path / "store", DIMENSION)
    yield opened
    opened.close()
