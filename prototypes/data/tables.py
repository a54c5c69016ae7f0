"""Rows from CSV, JSONL, Parquet, Arrow and Excel files, each with the line it came from.

`load_table` holds a whole table; `stream_rows` passes one of any size row by row.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from prototypes.contracts import RefusedRow
from prototypes.data.columnar import COLUMNAR
from prototypes.data.files import MAX_STREAMED_MB, MAX_TABLE_MB, read_text, require_size, show_path
from prototypes.data.text_rows import (
    MAX_CHARACTERS,
    Row,
    delimited_rows,
    guess_delimiter,
    json_rows,
    place_of_row,
    require_no_list,
)
from prototypes.errors import DataError


@dataclass(frozen=True, slots=True)
class Table:
    """The readable rows of one file, and those that were refused."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[RefusedRow, ...] = ()

    def where(self, line: int) -> str:
        """Name a place in the file."""
        return place_of_row(self.path, line)


def load_table(path: Path) -> Table:
    """Read a table; its kind is told by its ending.

    Delimited files may use a comma, a semicolon or a tab, whichever the header line holds most of.

    Raises:
        DataError: If nothing of the file can be read: missing, empty, not UTF-8, another kind.
    """
    load = _LOADERS.get(path.suffix.lower())
    if load is None:
        raise DataError(_other_kind_message(path))
    table = load(path)
    if not table.rows and not table.refused:
        raise DataError(f"{show_path(path)}: found a header but no rows. Add one row per sample.")
    return table


def stream_rows(path: Path) -> Iterator[Row | RefusedRow]:
    """Yield the rows of a table of any size, one after the other, and those that are refused.

    Raises:
        DataError: While it is read: if the file is of another kind, damaged or not UTF-8.
    """
    if path.suffix.lower() in COLUMNAR:
        yield from _columnar_rows(path)
    elif path.suffix.lower() in _LOADERS:
        yield from _text_rows(path)
    else:
        raise DataError(_other_kind_message(path))


def _text_rows(path: Path) -> Iterator[Row | RefusedRow]:
    require_size(path, limit_mb=MAX_STREAMED_MB)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            opening = _opening_line(stream)
            if not opening:
                raise DataError(_empty_message(path))
            stream.seek(0)
            if path.suffix.lower() in _DELIMITED:
                _, rows = delimited_rows(path, stream, delimiter=guess_delimiter(opening))
            else:
                require_no_list(path, opening)
                rows = json_rows(path, stream)
            yield from rows
        except UnicodeDecodeError as error:
            raise DataError(
                f"{show_path(path)}: expected UTF-8, found byte "
                f"0x{error.object[error.start]:02x}. Convert it with `iconv`."
            ) from error


def _opening_line(stream: TextIO) -> str:
    lines = iter(lambda: stream.readline(MAX_CHARACTERS), "")
    return next((line for line in lines if line.strip()), "")


def _other_kind_message(path: Path) -> str:
    return (
        f"{show_path(path)}: expected a file that ends in {', '.join(_LOADERS)}, "
        f"found {path.suffix or 'no ending'!r}. Convert it, or rename it if it is one of these."
    )


def _load_content(path: Path) -> str:
    text = read_text(path, limit_mb=MAX_TABLE_MB)
    if not text.strip():
        raise DataError(_empty_message(path))
    return text


def _empty_message(path: Path) -> str:
    return f"{show_path(path)}: the file is empty. Expected one row per sample."


def _collect(path: Path, columns: Sequence[str], rows: Iterable[Row | RefusedRow]) -> Table:
    good: list[Row] = []
    refused: list[RefusedRow] = []
    for row in rows:
        if isinstance(row, Row):
            good.append(row)
        else:
            refused.append(row)
    names = columns or dict.fromkeys(name for row in good for name in row.cells)
    return Table(path, tuple(names), tuple(good), tuple(refused))


def _load_delimited(path: Path) -> Table:
    text = _load_content(path)
    stream = io.StringIO(text, newline="")
    columns, rows = delimited_rows(path, stream, delimiter=guess_delimiter(text.lstrip()))
    return _collect(path, columns, rows)


def _load_json_lines(path: Path) -> Table:
    text = _load_content(path)
    require_no_list(path, text)
    return _collect(path, (), json_rows(path, io.StringIO(text, newline=None)))


def _load_columnar(path: Path) -> Table:
    require_size(path, limit_mb=MAX_TABLE_MB)
    columns, records = COLUMNAR[path.suffix.lower()](path)
    return _collect(path, columns, _numbered(records))


def _columnar_rows(path: Path) -> Iterator[Row]:
    require_size(path, limit_mb=MAX_STREAMED_MB)
    _, records = COLUMNAR[path.suffix.lower()](path)
    yield from _numbered(records)


def _numbered(records: Iterable[Mapping[str, object]]) -> Iterator[Row]:
    return (Row(number, record) for number, record in enumerate(records, start=1))


_DELIMITED = (".csv", ".tsv")
_LOADERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _load_delimited,
    ".tsv": _load_delimited,
    ".jsonl": _load_json_lines,
    ".ndjson": _load_json_lines,
    **dict.fromkeys(COLUMNAR, _load_columnar),
}
TABLE_KINDS = tuple(_LOADERS)
"""Endings of the tables that can be read."""
