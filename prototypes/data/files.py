"""Bytes and text from files that may be missing, too large, or not text at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

from prototypes.data.wording import did_you_mean, printable
from prototypes.errors import DataError

MAX_DOCUMENT_MB = 20
"""Larger documents are refused: one of 20 MB already makes tens of thousands of passages."""
MAX_TABLE_MB = 200
"""Larger tables are refused: they are read into memory as a whole."""
MAX_STREAMED_MB = 100_000
"""Tables that are only passed through, row by row, may be as large as this."""
MAX_UNPACKED_MB = 200
"""Office files that unpack to more are refused."""

_BYTES_PER_MB = 1_000_000
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path, *, limit_mb: int) -> bytes:
    """Return the content of a file.

    Raises:
        DataError: If it is missing, not a file, unreadable, or larger than the limit.
    """
    try:
        require_size(path, limit_mb=limit_mb)
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{show_path(path)}: cannot be read ({error.strerror}).") from error


def require_size(path: Path, *, limit_mb: int) -> None:
    """Require an existing regular file that is not larger than the limit.

    Raises:
        DataError: If it is missing, not a regular file, or too large.
    """
    if not path.is_file():
        raise DataError(_missing_message(path))
    n_bytes = path.stat().st_size
    if n_bytes > limit_mb * _BYTES_PER_MB:
        raise DataError(
            f"{show_path(path)}: {n_bytes / _BYTES_PER_MB:.1f} MB, expected at most {limit_mb} MB. "
            "Split it into smaller files."
        )


def require_unpacked_size(path: Path) -> None:
    """Require an archive (a Word or Excel file is one) that unpacks to a bearable size.

    Raises:
        DataError: If it does not.
        zipfile.BadZipFile: If it is no archive.
    """
    with zipfile.ZipFile(path) as archive:
        unpacked_mb = sum(member.file_size for member in archive.infolist()) / 1_000_000
    if unpacked_mb > MAX_UNPACKED_MB:
        raise DataError(
            f"{show_path(path)}: unpacks to {unpacked_mb:,.0f} MB, expected {MAX_UNPACKED_MB} MB."
        )


def read_text(path: Path, *, limit_mb: int) -> str:
    """Return the content of a UTF-8 file, without byte order mark.

    Raises:
        DataError: If it cannot be read or is not UTF-8; names the first byte that is not.
    """
    raw = read_bytes(path, limit_mb=limit_mb)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(_encoding_message(path, raw, offset=error.start)) from error
    return text.removeprefix("\ufeff")


def leaves_folder(path: Path, folder: Path) -> bool:
    """Tell whether a path leads, through links, to somewhere outside a folder."""
    try:
        return not path.resolve(strict=False).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads round in a circle
        return True


def show_path(path: Path) -> str:
    """Return a path as it may be printed."""
    return printable(str(path))


def _encoding_message(path: Path, raw: bytes, *, offset: int) -> str:
    line = raw.count(b"\n", 0, offset) + 1
    likely = "UTF-16" if raw.startswith(_UTF16_MARKS) else "WINDOWS-1252"
    return (
        f"{show_path(path)}, line {line}: expected UTF-8, found byte 0x{raw[offset]:02x} at offset "
        f"{offset}. Convert it, for example with "
        f"`iconv -f {likely} -t UTF-8 {printable(path.name)} > converted{path.suffix}`."
    )


def _missing_message(path: Path) -> str:
    if path.exists():
        return f"{show_path(path)}: expected a file, found something else (a folder?)."
    siblings = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
    return f"{show_path(path)}: no such file.{did_you_mean(path.name, siblings)}"
