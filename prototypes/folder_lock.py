"""One process at a time in a folder; whoever is kept out is told by whom.

The operating system holds the lock and lets go of it when the process ends, however it ends. Who
holds it stands in a file beside the lock, which nothing but the message depends on.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from prototypes.errors import RunFolderError
from prototypes.storage import writing

LOCK_FILE = ".lock"
OWNER_FILE = ".lock.owner"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder.

    Raises:
        RunFolderError: If another process holds it (says which, where and since when), or the
            folder cannot be written.
    """
    lock = FileLock(folder / LOCK_FILE, timeout=0)
    with writing(folder):
        try:
            lock.acquire()
        except Timeout as error:
            raise RunFolderError(
                f"The folder {folder} is in use by {_describe_owner(folder)}; wait for it to "
                "end, or choose another folder."
            ) from error
    try:
        with writing(folder):
            _sign(folder)
        yield
    finally:
        with suppress(OSError):
            (folder / OWNER_FILE).unlink()
        lock.release()


def _sign(folder: Path) -> None:
    owner = {
        "pid": os.getpid(),
        "host": platform.node() or "an unnamed host",
        "since": f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC",
    }
    (folder / OWNER_FILE).write_text(json.dumps(owner), encoding="utf-8")


def _describe_owner(folder: Path) -> str:
    """Say who holds a folder, as far as it has been written down already."""
    try:
        owner = json.loads((folder / OWNER_FILE).read_text(encoding="utf-8"))
        return f"process {owner['pid']:d} on {owner['host']} since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
