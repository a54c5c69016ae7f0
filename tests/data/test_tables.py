"""Rows keep their line, and what cannot be read is named with it."""

from __future__ import annotations

import builtins
import csv
from pathlib import Path

import pytest

from prototypes.contracts import RefusedRow
from prototypes.data import text_rows
from prototypes.data.tables import load_table, stream_rows
from prototypes.data.text_rows import Row
from prototypes.errors import DataError


def _write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv_rows_carry_the_line_they_begin_at(tmp_path: Path) -> None:
    """A quoted cell may hold line breaks; the next row still gets its own line."""
    path = _write(tmp_path, "a.csv", 'text,label\n"two\nlines",x\nlast,y\n')

    table = load_table(path)

    assert [row.line for row in table.rows] == [2, 4]
    assert table.rows[0].cells == {"text": "two\nlines", "label": "x"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    """Spreadsheets in many countries export semicolons."""
    path = _write(tmp_path, "a.csv", f"text{delimiter}label\nhello{delimiter}x\n")

    assert load_table(path).columns == ("text", "label")


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    """Excel writes UTF-8 with a byte order mark."""
    path = _write(tmp_path, "a.csv", b"\xef\xbb\xbftext,label\na,b\n")

    assert load_table(path).columns == ("text", "label")


def test_ragged_row_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    """The reason names the line, the columns found and those expected."""
    path = _write(tmp_path, "a.csv", "text,label\na,x\nb,x,y\nc,z\n")

    table = load_table(path)

    assert [row.cells["text"] for row in table.rows] == ["a", "c"]
    assert table.refused[0].where == "a.csv, line 3"
    assert "found 3 columns, expected 2 ('text', 'label')" in table.refused[0].reason


def test_endless_line_of_json_is_refused_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is skipped unread, so that one line cannot fill the memory."""
    monkeypatch.setattr(text_rows, "MAX_CHARACTERS", 100)
    path = _write(tmp_path, "a.jsonl", '{"a": 1}\n{"a": "' + 350 * "x" + '"}\n{"a": 3}\n')

    rows = list(stream_rows(path))

    assert [row.line for row in rows if isinstance(row, Row)] == [1, 3]
    assert isinstance(rows[1], RefusedRow)
    assert "more than 100 characters" in rows[1].reason


@pytest.mark.parametrize("content", ["a,b\n" + 350 * "x" + "\n", 'a,b\n"' + 50 * "x\n" + '",y\n'])
def test_endless_cell_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """Whether it stands in one line or runs over many, as after a forgotten quotation mark."""
    monkeypatch.setattr(text_rows, "MAX_CHARACTERS", 60)
    path = _write(tmp_path, "a.csv", content)

    with pytest.raises(DataError, match=r"a\.csv, line 2: found a (line|cell) of more than 60"):
        list(stream_rows(path))


def test_mismatched_quotation_marks_refuse_one_row(tmp_path: Path) -> None:
    """A stray quotation mark inside a quoted cell costs that row only."""
    path = _write(tmp_path, "a.csv", 'text,label\n"a"b,x\nc,y\n')

    table = load_table(path)

    assert [row.cells["text"] for row in table.rows] == ["c"]
    assert "quotation marks do not match" in table.refused[0].reason


def test_unclosed_quotation_mark_is_an_error_that_names_its_line(tmp_path: Path) -> None:
    """It would otherwise swallow the rest of the file without a word."""
    path = _write(tmp_path, "a.csv", 'text,label\na,x\n"b,x\nc,y\nd,z\n')

    with pytest.raises(DataError, match=r"a\.csv, line 3: the quotation mark .* never closed"):
        load_table(path)


def test_huge_cell_is_read_and_the_limit_of_csv_is_put_back(tmp_path: Path) -> None:
    """The csv module refuses cells of more than 128 kB unless told otherwise."""
    before = csv.field_size_limit()
    path = _write(tmp_path, "a.csv", f"text,label\n{'x' * 300_000},y\n")

    table = load_table(path)

    assert len(str(table.rows[0].cells["text"])) == 300_000
    assert before == csv.field_size_limit()


def test_two_columns_of_one_name_are_an_error(tmp_path: Path) -> None:
    """One of them would silently win."""
    path = _write(tmp_path, "a.csv", "text,label,text\na,b,c\n")

    with pytest.raises(DataError, match="more than one column is called 'text'"):
        load_table(path)


def test_broken_json_line_is_refused_with_its_number(tmp_path: Path) -> None:
    """The reason shows what was found and where in the line it went wrong."""
    path = _write(tmp_path, "a.jsonl", '{"text": "a"}\n\n{"text": "b"\n[1]\n{"text": "c"}\n')

    table = load_table(path)

    assert [row.cells["text"] for row in table.rows] == ["a", "c"]
    assert [refused.where for refused in table.refused] == ["a.jsonl, line 3", "a.jsonl, line 4"]
    assert "at column 13" in table.refused[0].reason
    assert table.refused[1].reason == "expected an object such as {…}, found '[1]'."


@pytest.mark.parametrize(
    "line", ['{"text": "\\ud800"}', "[" * 100_000, '{"text": ' + "9" * 5_000 + "}", "NaN", "7"]
)
def test_hostile_json_line_is_refused(tmp_path: Path, line: str) -> None:
    """Half characters, bottomless nesting and endless numbers cost one row."""
    path = _write(tmp_path, "a.jsonl", '{"text": "a"}\n' + line + "\n")

    table = load_table(path)

    assert [row.line for row in table.rows] == [1]
    assert [refused.where for refused in table.refused] == ["a.jsonl, line 2"]


def test_json_list_is_told_how_to_become_lines(tmp_path: Path) -> None:
    """A whole list in a .jsonl file is a common export."""
    path = _write(tmp_path, "a.jsonl", '[\n  {"text": "a"}\n]\n')

    with pytest.raises(DataError, match=r"found a JSON list.*jq"):
        load_table(path)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_empty_file_is_an_error(tmp_path: Path, name: str) -> None:
    """An empty file is a mistake, not an empty data set."""
    with pytest.raises(DataError, match="the file is empty"):
        load_table(_write(tmp_path, name, " \n"))


def test_header_without_rows_is_an_error(tmp_path: Path) -> None:
    """There is nothing to learn from."""
    with pytest.raises(DataError, match="header but no rows"):
        load_table(_write(tmp_path, "a.csv", "text,label\n"))


def test_latin_1_is_refused_with_offset_and_advice(tmp_path: Path) -> None:
    """The message names the first byte that is not UTF-8 and how to convert the file."""
    path = _write(tmp_path, "a.csv", "text,label\ncafé,x\n".encode("latin-1"))

    with pytest.raises(DataError, match=r"line 2: expected UTF-8, found byte 0xe9 at offset 14"):
        load_table(path)
    with pytest.raises(DataError, match=r"iconv -f WINDOWS-1252 -t UTF-8 a\.csv"):
        load_table(path)


def test_utf_16_is_recognised_by_its_mark(tmp_path: Path) -> None:
    """Its byte order mark tells what to convert from."""
    with pytest.raises(DataError, match="iconv -f UTF-16 -t UTF-8"):
        load_table(_write(tmp_path, "a.csv", "text,label\n".encode("utf-16")))


def test_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    """A mistyped file name gets a suggestion."""
    _write(tmp_path, "train.csv", "text,label\na,b\n")

    with pytest.raises(DataError, match=r"no such file. Did you mean 'train\.csv'\?"):
        load_table(tmp_path / "trian.csv")


def test_unknown_ending_lists_the_known_ones(tmp_path: Path) -> None:
    """A spreadsheet is not guessed at."""
    with pytest.raises(DataError, match=r"found '\.ods'"):
        load_table(_write(tmp_path, "a.ods", b"PK"))


def test_parquet_rows_are_numbered(tmp_path: Path) -> None:
    """Parquet has no lines; rows are counted from 1."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "label": [1, None]}), path)

    table = load_table(path)

    assert table.columns == ("text", "label")
    assert [(row.line, row.cells) for row in table.rows] == [
        (1, {"text": "a", "label": 1}),
        (2, {"text": "b", "label": None}),
    ]


def test_damaged_parquet_is_an_error(tmp_path: Path) -> None:
    """The message carries pyarrow's reason, not its traceback."""
    pytest.importorskip("pyarrow")

    with pytest.raises(DataError, match="not a readable Parquet file"):
        load_table(_write(tmp_path, "a.parquet", b"PAR1 nothing PAR1"))


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is the exact line that installs what is missing."""
    real_import = builtins.__import__

    def refuse(name: str, *arguments: object, **keywords: object) -> object:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real_import(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)

    with pytest.raises(DataError, match=r'pip install "adaptation-advisor\[parquet\]"'):
        load_table(_write(tmp_path, "a.parquet", b"PAR1"))
