"""Rows from CSV, JSONL and Parquet files, each with the line it came from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prototypes.contracts import RefusedRow
from prototypes.data.files import MAX_TABLE_MB, read_text, require_size, show_path
from prototypes.data.wording import excerpt, name_list, plural, printable
from prototypes.errors import DataError

_DELIMITERS = ",;\t"
_MAX_FIELD = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """One record and the line (Parquet: the number) at which it begins."""

    line: int
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """The readable rows of one file, and those that were refused."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[RefusedRow, ...] = ()

    def where(self, line: int) -> str:
        """Name a place in the file."""
        return _where(self.path, line)


def load_table(path: Path) -> Table:
    """Read a table; its kind is told by its ending.

    Delimited files may use a comma, a semicolon or a tab, whichever the header line holds most of.

    Raises:
        DataError: If nothing of the file can be read: missing, empty, not UTF-8, another kind.
    """
    readers: dict[str, Callable[[Path], Table]] = {
        ".csv": _load_delimited,
        ".tsv": _load_delimited,
        ".jsonl": _load_json_lines,
        ".ndjson": _load_json_lines,
        ".parquet": _load_parquet,
    }
    read = readers.get(path.suffix.lower())
    if read is None:
        raise DataError(
            f"{show_path(path)}: expected a file that ends in {', '.join(readers)}, "
            f"found {path.suffix or 'no ending'!r}. Convert it, or rename it if it is one of these."
        )
    table = read(path)
    if not table.rows and not table.refused:
        raise DataError(f"{show_path(path)}: found a header but no rows. Add one row per sample.")
    return table


def _where(path: Path, line: int) -> str:
    return f"{printable(path.name)}, line {line}"


def _load_content(path: Path) -> str:
    text = read_text(path, limit_mb=MAX_TABLE_MB)
    if not text.strip():
        raise DataError(f"{show_path(path)}: the file is empty. Expected one row per sample.")
    return text


# ── Delimited text ───────────────────────────────────────────────────────────────────────────


def _load_delimited(path: Path) -> Table:
    with _wide_fields():
        records = list(_delimited_records(path))
    (_, header), *body = records
    if isinstance(header, RefusedRow):
        raise DataError(f"{header.where}: the header cannot be read: {header.reason}")
    columns = _checked_header(path, header)
    rows: list[Row] = []
    refused: list[RefusedRow] = []
    for line, record in body:
        if isinstance(record, RefusedRow):
            refused.append(record)
        elif len(record) != len(columns):
            refused.append(RefusedRow(_where(path, line), _ragged_message(record, columns)))
        else:
            rows.append(Row(line, dict(zip(columns, record, strict=True))))
    return Table(path, columns, tuple(rows), tuple(refused))


def _delimited_records(path: Path) -> Iterator[tuple[int, list[str] | RefusedRow]]:
    """Yield each record, or why it was refused, with the line at which it begins."""
    text = _load_content(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
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
    if "unexpected end of data" in str(error):
        raise DataError(
            f"{_where(path, line)}: the quotation mark opened in this row is never closed, so "
            "the rest cannot be read. Close it, or write it twice if it belongs to the text."
        ) from error
    return RefusedRow(
        _where(path, line),
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
            f"{_where(path, 1)}: more than one column is called {name_list(twice)}. Rename them."
        )
    return columns


def _delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let cells be longer than 128 kB while one file is read; the file's size bounds them."""
    before = csv.field_size_limit(_MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


# ── JSON lines ───────────────────────────────────────────────────────────────────────────────


def _load_json_lines(path: Path) -> Table:
    text = _load_content(path)
    if text.lstrip().startswith("["):
        raise DataError(
            f"{show_path(path)}: found a JSON list, expected one JSON object per line. "
            f"Convert it with `jq -c '.[]' {printable(path.name)} > converted.jsonl`."
        )
    rows: list[Row] = []
    refused: list[RefusedRow] = []
    for line, content in enumerate(io.StringIO(text, newline=None), start=1):
        if not content.strip():
            continue
        try:
            rows.append(Row(line, _parse_object(content.rstrip())))
        except DataError as error:
            refused.append(RefusedRow(_where(path, line), str(error)))
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return Table(path, tuple(columns), tuple(rows), tuple(refused))


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


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────


def _load_parquet(path: Path) -> Table:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(
            f"{show_path(path)}: reading Parquet needs pyarrow. "
            'Install it with `pip install "adaptation-advisor[parquet]"`.'
        ) from error
    require_size(path, limit_mb=MAX_TABLE_MB)
    try:
        content = parquet.read_table(path)
        records = content.to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        raise DataError(f"{show_path(path)}: not a readable Parquet file ({reason}).") from error
    rows = tuple(Row(number, record) for number, record in enumerate(records, start=1))
    return Table(path, tuple(content.column_names), rows)
