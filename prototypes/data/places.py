"""Where material lies: files, folders and zip archives, listed first and opened one by one."""

from __future__ import annotations

import os
import posixpath
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from prototypes.contracts import RefusedRow
from prototypes.data.files import leaves_folder, show_path
from prototypes.data.wording import printable
from prototypes.errors import DataError

MAX_MEMBER_MB = 500
"""Larger members of an archive are refused: each is unpacked on its own before it is read."""

MAX_ARCHIVE_MB = 5_000
"""An archive whose members unpack to more together is refused, whatever each of them is."""
MAX_MEMBERS = 100_000

_BYTES_PER_MB = 1_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One file, as it lies on disk or inside an archive.

    Attributes:
        name: As it is shown: the path below the folder, `archive.zip/member` inside an archive.
        path: The file, or the archive that holds it.
        n_bytes: Its size, unpacked.
        member: Its name inside the archive.
    """

    name: str
    path: Path
    n_bytes: int
    member: str | None = None

    @property
    def suffix(self) -> str:
        """The ending that tells its kind."""
        return posixpath.splitext(self.name)[1].lower()


class Material:
    """Everything below some paths; holds archives open until it is closed."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """List what is there.

        Raises:
            DataError: If one of the paths does not exist.
        """
        self._open = ExitStack()
        self._archives: dict[Path, zipfile.ZipFile] = {}
        self.refused: list[RefusedRow] = []
        self.items: list[Item] = []
        for path in paths:
            self.items.extend(self._list(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @contextmanager
    def at_hand(self, item: Item) -> Iterator[Path]:
        """Give the path of a file; a member of an archive is unpacked for as long as it is used.

        Raises:
            DataError: If it cannot be unpacked.
        """
        if item.member is None:
            yield item.path
            return
        with tempfile.TemporaryDirectory(prefix="advisor-") as folder:
            target = Path(folder) / f"member{item.suffix}"
            self._unpack(item, target)
            yield target

    def _list(self, path: Path) -> Iterator[Item]:
        if not path.exists():
            raise DataError(f"{show_path(path)}: no such folder or file.")
        root = path if path.is_dir() else path.parent
        found, refused = find_files(path) if path.is_dir() else ([path], [])
        self.refused.extend(refused)
        for file in found:
            name = name_below(file, root)
            if file.suffix.lower() == ".zip":
                yield from self._members(file, name)
            elif file.is_file():
                yield Item(name, file, file.stat().st_size)
            else:
                self.refused.append(RefusedRow(name, "neither a file nor a folder."))

    def _members(self, path: Path, name: str) -> Iterator[Item]:
        try:
            archive = self._open.enter_context(zipfile.ZipFile(path))
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            self.refused.append(RefusedRow(name, f"not a readable zip archive ({error})."))
            return
        if reason := _too_much(archive.infolist()):
            self.refused.append(RefusedRow(name, reason))
            return
        self._archives[path] = archive
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            shown = f"{name}/{printable(member.filename)}"
            if member.is_dir() or _is_hidden(member.filename):
                continue
            if reason := _unpackable(member):
                self.refused.append(RefusedRow(shown, reason))
            else:
                yield Item(shown, path, member.file_size, member.filename)

    def _unpack(self, item: Item, target: Path) -> None:
        try:
            source = self._archives[item.path].open(item.member or "")
            with source, target.open("wb") as unpacked:
                while chunk := source.read(_CHUNK):
                    unpacked.write(chunk)
        except Exception as error:  # damaged archives fail in ways that zipfile does not list
            raise DataError(f"{item.name}: cannot be unpacked ({error}).") from error


def find_files(folder: Path) -> tuple[list[Path], list[RefusedRow]]:
    """List the files below a folder that are not hidden, and what is not followed or not listed."""
    found: list[Path] = []
    paths, errors = _walk(folder)
    refused = [
        RefusedRow(name_below(Path(one.filename), folder), f"cannot be read ({one.strerror}).")
        for one in errors
    ]
    for path in paths:
        if not path.is_symlink():
            found.append(path)
        elif leaves_folder(path, folder):
            reason = "a link that leads out of the folder is not followed; copy what it points to."
            refused.append(RefusedRow(name_below(path, folder), reason))
        elif path.is_dir():
            reason = "a link to a folder is not followed; copy what it points to."
            refused.append(RefusedRow(name_below(path, folder), reason))
        else:
            found.append(path)
    return found, refused


def name_below(path: Path, root: Path) -> str:
    """Show a path as it lies below a folder."""
    return printable(path.relative_to(root).as_posix())


def _walk(folder: Path) -> tuple[list[Path], list[OSError]]:
    """List files, and links to folders, that are not hidden; and what could not be listed."""
    listed: list[Path] = []
    errors: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(place)
        listed.extend(here / name for name in files if not name.startswith("."))
        listed.extend(here / name for name in folders if (here / name).is_symlink())
    return sorted(listed), errors


def _is_hidden(member: str) -> bool:
    parts = [part for part in member.split("/") if part not in {".", ".."}]
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _too_much(members: Sequence[zipfile.ZipInfo]) -> str:
    """Say why an archive is not opened at all; empty if it is.

    No member yields more than its header says, so a sum over headers is enough.
    """
    size_mb = sum(member.file_size for member in members) / _BYTES_PER_MB
    if size_mb > MAX_ARCHIVE_MB:
        return f"unpacks to {size_mb:,.0f} MB in all, expected at most {MAX_ARCHIVE_MB:,} MB."
    if len(members) > MAX_MEMBERS:
        return f"holds {len(members):,} members, expected at most {MAX_MEMBERS:,}; unpack it first."
    return ""


def _unpackable(member: zipfile.ZipInfo) -> str:
    """Say why a member is not unpacked; empty if it is."""
    if member.flag_bits & 0x1:
        return "locked by a password; pack it without one."
    if member.file_size > MAX_MEMBER_MB * _BYTES_PER_MB:
        size_mb = member.file_size / _BYTES_PER_MB
        return f"unpacks to {size_mb:,.0f} MB, expected at most {MAX_MEMBER_MB} MB."
    if member.filename.lower().endswith(".zip"):
        return "an archive inside an archive is not opened; unpack it first."
    return ""
