"""Servers of other people's stores, on loopback or in a socket file, that end with the tests."""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_SERVE_POSTGRES = """
import pgserver, sys
server = pgserver.get_server(sys.argv[1])
server.psql("CREATE EXTENSION IF NOT EXISTS vector")
print(server.get_uri(), flush=True)
sys.stdin.read()
server.cleanup()
"""
_SERVE_OBJECTS = """
import boto3, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
url = "http://%s:%d" % server.get_host_and_port()
keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests"}
boto3.client("s3", "us-east-1", endpoint_url=url, **keys).create_bucket(Bucket="passages")
print(url, flush=True)
sys.stdin.read()
"""


class CannotServeError(Exception):
    """A server does not start on this machine; which says nothing about what is tested on it."""


def start_chroma() -> int:
    """Start a Chroma server in a folder of its own; return its port.

    Raises:
        CannotServeError: If it does not answer within a minute.
    """
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
    raise CannotServeError(f"the Chroma server did not answer at port {port} within a minute")


def start_postgres() -> str:
    """Start PostgreSQL with pgvector in a folder of its own; return its address."""
    return _start(_SERVE_POSTGRES)


def start_object_storage() -> str:
    """Start storage that speaks S3, with the bucket `passages`; return its address."""
    return _start(_SERVE_OBJECTS)


def _start(script: str) -> str:
    """Run a script that says where it serves, and ends when its input does.

    Raises:
        CannotServeError: If it ends before.
    """
    folder = tempfile.TemporaryDirectory(prefix="store-")
    command = [sys.executable, "-c", script, folder.name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True, **pipes)
    assert server.stdin is not None and server.stdout is not None

    def end() -> None:
        server.communicate(timeout=30)
        folder.cleanup()

    atexit.register(end)
    if address := server.stdout.readline().strip():
        return address
    raise CannotServeError(f"the server ended before it served, with exit code {server.wait()}")
