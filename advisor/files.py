"""Writing to disk: a whole file or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from advisor.errors import OutputError


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8; the old content stays until the new one is complete.

    Raises:
        OutputError: If it cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; the old content stays until the new one is complete.

    Raises:
        OutputError: If it cannot be written.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise OutputError(path=path, reason=error.strerror or str(error)) from error


def _mode(path: Path) -> int:
    """Keep the permissions of the file that is replaced; a new file gets the usual ones."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
