"""What a folder held when it was written, so that damage is found before it is used.

The format is that of `sha256sum`, which can check it too.
"""

from __future__ import annotations

from pathlib import Path

from prototypes.models.model_folder import hash_file
from prototypes.storage import write_atomically


def keep_checksums(folder: Path, record: Path) -> None:
    """Write down the sha256 of every file below a folder.

    Raises:
        RunFolderError: If the record cannot be written.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder.parent).as_posix() for path in paths)
    lines = (f"{hash_file(path)}  {name}\n" for path, name in zip(paths, names, strict=True))
    write_atomically(record, "".join(lines))


def find_damage(folder: Path, record: Path) -> str:
    """Name a file that is not as it was written; empty if all are, or if there is no record."""
    try:
        lines = record.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return record.name
    for line in lines:
        expected, separator, name = line.partition("  ")
        if not separator or _hash_of(folder.parent / name) != expected:
            return name or record.name
    return ""


def _hash_of(path: Path) -> str | None:
    try:
        return hash_file(path)
    except (OSError, ValueError):
        return None
