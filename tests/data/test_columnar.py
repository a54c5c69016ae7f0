"""Parquet, Arrow and Excel: rows come in batches, damage is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import RefusedRow
from prototypes.data.tables import load_table, stream_rows
from prototypes.data.text_rows import Row
from prototypes.errors import DataError

pa = pytest.importorskip("pyarrow")
openpyxl = pytest.importorskip("openpyxl")

ROWS = [{"text": f"text {n}", "label": "ab"[n % 2]} for n in range(5_000)]


def _parquet(path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def _arrow_stream(path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _arrow_file(path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _excel(path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["text", "label"])
    for row in ROWS:
        workbook.active.append(list(row.values()))
    workbook.save(path)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.parquet", _parquet),
        ("a.arrow", _arrow_stream),
        ("b.arrow", _arrow_file),
        ("a.xlsx", _excel),
    ],
)
def test_all_rows_come_in_order(tmp_path: Path, name: str, write: object) -> None:
    """However the batches fall."""
    write(tmp_path / name)  # type: ignore[operator]

    rows = [row.cells for row in stream_rows(tmp_path / name) if isinstance(row, Row)]

    assert rows == ROWS


def test_excel_sheet_can_be_loaded_whole(tmp_path: Path) -> None:
    """The prototypes read spreadsheets, too."""
    _excel(tmp_path / "a.xlsx")

    table = load_table(tmp_path / "a.xlsx")

    assert table.columns == ("text", "label")
    assert len(table.rows) == len(ROWS)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.xlsx"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x00" * 200])
def test_damaged_file_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    """It names the file and the kind."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(DataError, match=f"{name}: not a readable"):
        list(stream_rows(path))


def test_text_tables_are_streamed_like_they_are_loaded(tmp_path: Path) -> None:
    """The same rows, the same refusals."""
    path = tmp_path / "a.csv"
    path.write_text('text,label\na,x\nb\n"c, d",y\n', encoding="utf-8")

    streamed = list(stream_rows(path))
    loaded = load_table(path)

    assert tuple(row for row in streamed if isinstance(row, Row)) == loaded.rows
    assert tuple(row for row in streamed if isinstance(row, RefusedRow)) == loaded.refused


def test_stream_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """Also in the middle of a file."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "a"}\n' * 3_000 + b'{"text": "\xff"}\n')

    with pytest.raises(DataError, match="expected UTF-8, found byte 0xff"):
        list(stream_rows(path))


def test_excel_file_that_unpacks_beyond_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file can hold gigabytes of one letter."""
    _excel(tmp_path / "a.xlsx")
    monkeypatch.setattr("prototypes.data.files.MAX_UNPACKED_MB", 0)

    with pytest.raises(DataError, match="unpacks to"):
        list(stream_rows(tmp_path / "a.xlsx"))
