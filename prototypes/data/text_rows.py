"""Rows of delimited text and of JSON lines, from an open stream, one after the other."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from prototypes.contracts import RefusedRow
from prototypes.data.files import show_path
from prototypes.data.wording import excerpt, name_list, plural, printable
from prototypes.errors import DataError

_DELIMITERS = ",;\t"
MAX_CHARACTERS = 64_000_000
"""Longer lines and cells are refused unread, so that no single one fills the memory."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record and the line (Parquet: the number) at which it begins."""

    line: int
    cells: Mapping[str, object]


def place_of_row(path: Path, line: int) -> str:
    """Name a place in a file."""
    return f"{printable(path.name)}, line {line}"


def delimited_rows(
    path: Path, stream: TextIO, *, delimiter: str
) -> tuple[tuple[str, ...], Iterator[Row | RefusedRow]]:
    """Read the header; the rows follow as they are asked for."""
    records = _delimited_records(path, stream, delimiter=delimiter)
    _, header = next(records)
    if isinstance(header, RefusedRow):
        raise DataError(f"{header.where}: the header cannot be read: {header.reason}")
    columns = _checked_header(path, header)
    return columns, (_delimited_row(path, line, record, columns) for line, record in records)


def _delimited_row(
    path: Path, line: int, record: list[str] | RefusedRow, columns: tuple[str, ...]
) -> Row | RefusedRow:
    if isinstance(record, RefusedRow):
        return record
    if len(record) != len(columns):
        return RefusedRow(place_of_row(path, line), _ragged_message(record, columns))
    return Row(line, dict(zip(columns, record, strict=True)))


def _delimited_records(
    path: Path, stream: TextIO, *, delimiter: str
) -> Iterator[tuple[int, list[str] | RefusedRow]]:
    """Yield each record, or why it was refused, with the line at which it begins."""
    with _wide_fields():
        reader = csv.reader(_short_lines(path, stream), delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, _broken_record(path, line, error)
            else:
                if record:  # not a blank line
                    yield line, record


def _broken_record(path: Path, line: int, error: csv.Error) -> RefusedRow:
    if "field larger than" in str(error):
        raise DataError(
            f"{place_of_row(path, line)}: found a cell of more than {MAX_CHARACTERS:,} characters; "
            "close its quotation mark, or cut it."
        ) from error
    if "unexpected end of data" in str(error):
        raise DataError(
            f"{place_of_row(path, line)}: the quotation mark opened in this row is never closed, "
            "so the rest cannot be read. Close it, or write it twice if it belongs to the text."
        ) from error
    return RefusedRow(
        place_of_row(path, line),
        f"the quotation marks do not match ({error}); write one inside a quoted cell twice.",
    )


def _ragged_message(record: list[str], columns: tuple[str, ...]) -> str:
    return (
        f"found {plural(len(record), 'column')}, expected {len(columns)} ({name_list(columns)}); "
        "a cell that holds the separator must stand in quotation marks."
    )


def _checked_header(path: Path, header: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in header)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise DataError(
            f"{place_of_row(path, 1)}: more than one column is called {name_list(twice)}. "
            "Rename them."
        )
    return columns


def guess_delimiter(text: str) -> str:
    """Tell the separator by the first line: the sign of which it holds most."""
    header = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let cells be longer than 128 kB while one file is read."""
    before = csv.field_size_limit(MAX_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _short_lines(path: Path, stream: TextIO) -> Iterator[str]:
    for line, content in enumerate(iter(lambda: stream.readline(MAX_CHARACTERS), ""), start=1):
        if _is_cut(content):
            raise DataError(f"{place_of_row(path, line)}: {_too_long_message()}")
        yield content


def json_rows(path: Path, stream: TextIO) -> Iterator[Row | RefusedRow]:
    """Yield the object of each line, or why the line was refused."""
    for line, content in enumerate(iter(lambda: stream.readline(MAX_CHARACTERS), ""), start=1):
        if not content.strip():
            continue
        try:
            if _is_cut(content):
                _skip_line(stream)
                raise DataError(_too_long_message())
            yield Row(line, _parse_object(content.rstrip()))
        except DataError as error:
            yield RefusedRow(place_of_row(path, line), str(error))


def _is_cut(content: str) -> bool:
    return len(content) >= MAX_CHARACTERS and not content.endswith("\n")


def _skip_line(stream: TextIO) -> None:
    while _is_cut(stream.readline(MAX_CHARACTERS)):
        pass


def _too_long_message() -> str:
    return (
        f"found a line of more than {MAX_CHARACTERS:,} characters, expected one record per line; "
        "split it."
    )


def require_no_list(path: Path, text: str) -> None:
    """Refuse a file that is one JSON list.

    Raises:
        DataError: If the text opens one.
    """
    if text.lstrip().startswith("["):
        raise DataError(
            f"{show_path(path)}: found a JSON list, expected one JSON object per line. "
            f"Convert it with `jq -c '.[]' {printable(path.name)} > converted.jsonl`."
        )


def _parse_object(content: str) -> dict[str, object]:
    try:
        value = json.loads(content)
        # A lone surrogate passes the parser but can never be written as UTF-8 again.
        if "\\ud" in content.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        found = excerpt(content.lstrip())
        raise DataError(
            f"not JSON: {error.msg} at column {error.colno}; found {found}, expected one object."
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"not usable JSON ({error}); found {excerpt(content.strip())}.") from error
    if not isinstance(value, dict):
        raise DataError(f"expected an object such as {{…}}, found {excerpt(value)}.")
    return value
