"""A vector store behind a network that refuses, hangs, breaks off or falls silent half-way."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import BinaryIO

from judging import Finding, fault_of, in_child
from trials import Laboratory, Staged

SECONDS = 1
_DIMENSION = 4
_GREETING = {"title": "qdrant", "version": "1.15.0"}
_COLLECTION = {
    "status": "green",
    "optimizer_status": "ok",
    "segments_count": 1,
    "config": {
        "params": {"vectors": {"size": _DIMENSION, "distance": "Dot"}},
        "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
        "optimizer_config": {
            "deleted_threshold": 0.2,
            "vacuum_min_vector_number": 1_000,
            "default_segment_number": 0,
            "flush_interval_sec": 5,
        },
    },
    "payload_schema": {},
}

Answer = Callable[[socket.socket, str], None]


def fall_silent(_: Laboratory, chance: random.Random, *, count: int) -> Staged:
    """A store that stops answering, at every step of its use."""
    if find_spec("qdrant_client") is None:
        return 0, []
    found: list[Finding] = []
    for number in range(count):
        behave = (_hang, _break_off, _talk_nonsense)[number % 3]
        n_answered = chance.randrange(5)
        cause = f"a store that answers {n_answered} times, then: {behave.__name__[1:]}"
        seen = in_child(lambda n=n_answered, behave=behave: _use(n, behave))
        if fault := fault_of(seen) or seen.value:
            found.append(Finding(cause, str(fault)))
    return count, found


def _use(n_answered: int, behave: Answer) -> str | None:
    """Connect, add, search and delete until a sentence says that the store does not answer."""
    import numpy as np

    from prototypes.errors import StoreError
    from prototypes.retrieval.stores.contract import Entry
    from prototypes.retrieval.stores.qdrant_store import QdrantStore

    vectors, began = np.eye(_DIMENSION, dtype=np.float32), time.monotonic()
    with _server(n_answered, behave) as url:
        try:
            store = QdrantStore.connect(url, dimension=_DIMENSION, timeout_seconds=SECONDS)
            store.search(vectors[:1], 3)
            store.add([Entry("d#0", "d")], vectors[:1])
            store.delete_document("d")
        except StoreError as error:
            is_late = time.monotonic() - began > 20 * SECONDS
            is_clear = url in str(error) and "does not answer" in str(error)
            return "took too long" if is_late else None if is_clear else f"said: {error}"
    return "nothing was noticed"


@contextmanager
def _server(n_answered: int, behave: Answer) -> Iterator[str]:
    """Answer as a store would so many times, then behave otherwise."""
    listening = socket.create_server(("127.0.0.1", 0))
    left = [n_answered]

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            stream = connection.makefile("rb")
            while path := _read_path(stream):
                left[0] -= 1
                (_reply if left[0] >= 0 else behave)(connection, path)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def _read_path(stream: BinaryIO) -> str:
    """Read one request to its end; empty where the client has hung up."""
    first, n_bytes = stream.readline(), 0
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        n_bytes = int(value) if name.lower() == b"content-length" else n_bytes
    stream.read(n_bytes)
    return first.split(b" ")[1].decode() if first else ""


def _reply(connection: socket.socket, path: str) -> None:
    result: object = _COLLECTION
    if path.endswith("/exists"):
        result = {"exists": True}
    elif path.endswith("/query"):
        result = {"points": []}
    body = _GREETING if path == "/" else {"result": result, "status": "ok", "time": 0.0}
    _send(connection, json.dumps(body).encode())


def _hang(connection: socket.socket, path: str) -> None:
    """Keep the connection and say nothing."""
    time.sleep(60 * SECONDS)


def _break_off(connection: socket.socket, path: str) -> None:
    """Hang up in the middle of an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
    connection.close()


def _talk_nonsense(connection: socket.socket, path: str) -> None:
    """Answer with something else, as a proxy does."""
    _send(connection, b"<html>Bad gateway</html>")


def _send(connection: socket.socket, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}\r\n".encode() + body)
