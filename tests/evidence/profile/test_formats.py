"""Every format is read, and a broken file of every format is named and passed over."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.schema.profile import Profile

Profiler = Callable[..., Profile]

TEXT = "The cluster keeps its members in a log that every member holds in full."
ROWS = [{"text": f"Where is parcel {n}?", "label": "ship"} for n in range(3)]
BROKEN = {
    **dict.fromkeys(("a.md", "a.txt", "a.rst", "a.html"), b"\xff\xfe\x00 not text"),
    "a.csv": b'text,label\n"never closed,x\n',
    "a.jsonl": b'["a list"]\n',
    "a.json": b"{",
    **dict.fromkeys(("a.pdf", "a.docx", "a.parquet", "a.xlsx", "a.arrow", "a.zip"), b"PK nothing"),
}


def _docx(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(TEXT)
    document.save(str(path))


def _pdf(path: Path) -> None:
    """Write one page by hand: pypdf reads text but draws none."""
    stream = f"BT /F1 12 Tf 10 10 Td ({TEXT}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 600 100]"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%btrailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    path.write_bytes(body + end % (table, len(body)))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside/a.md", TEXT)


def _plain(path: Path) -> None:
    path.write_text(TEXT, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        *((f"a.{suffix}", _plain) for suffix in ("md", "txt", "rst", "html")),
        ("a.docx", _docx),
        ("a.pdf", _pdf),
        ("a.zip", _zip),
    ],
)
def test_document_is_read(
    tmp_path: Path, profiler: Profiler, name: str, write: Callable[[Path], None]
) -> None:
    """One document of one sentence, in English."""
    write(tmp_path / name)

    found = profiler(tmp_path)

    assert found.skipped == ()
    assert found.documents is not None
    assert (found.documents.n_documents, found.documents.languages.counts) == (1, {"en": 1})
    assert found.documents.n_characters == pytest.approx(len(TEXT), abs=3)


def _csv(path: Path) -> None:
    lines = ["text,label", *(f"{row['text']},{row['label']}" for row in ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")


def _jsonl(path: Path) -> None:
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")


def _json(path: Path) -> None:
    path.write_text(json.dumps(ROWS), encoding="utf-8")


def _parquet(path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def _excel(path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    for row in (list(ROWS[0]), *(list(row.values()) for row in ROWS)):
        workbook.active.append(row)
    workbook.save(path)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", _csv),
        ("a.jsonl", _jsonl),
        ("a.json", _json),
        ("a.parquet", _parquet),
        ("a.xlsx", _excel),
    ],
)
def test_table_is_read(
    tmp_path: Path, profiler: Profiler, name: str, write: Callable[[Path], None]
) -> None:
    """Three labelled texts."""
    write(tmp_path / name)

    found = profiler(tmp_path / name)

    assert (found.skipped, found.examples[0].n_distinct) == ((), 3)


def test_folder_of_the_datasets_library_is_read(tmp_path: Path, profiler: Profiler) -> None:
    """Its shards are read; its own notes and caches are not taken for data."""
    pa = pytest.importorskip("pyarrow")
    table = pa.Table.from_pylist(ROWS)
    split = tmp_path / "train"
    split.mkdir()
    for name in ("data-00000-of-00001.arrow", "cache-1f2e.arrow"):
        with pa.OSFile(str(split / name), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as w:
            w.write_table(table)
    for name in ("state.json", "dataset_info.json"):
        (split / name).write_text("{}", encoding="utf-8")
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}', encoding="utf-8")

    found = profiler(tmp_path)

    assert (found.skipped, found.examples[0].n_rows, found.n_files) == ((), 3, 1)


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_file_is_named_and_the_others_go_on(
    tmp_path: Path, profiler: Profiler, name: str
) -> None:
    """One good document beside it."""
    (tmp_path / name).write_bytes(BROKEN[name])
    (tmp_path / "good.md").write_text(TEXT, encoding="utf-8")

    found = profiler(tmp_path)

    assert [one.name for one in found.skipped] == [name]
    assert found.skipped[0].reason.endswith(".")
    assert str(tmp_path) not in found.skipped[0].reason
    assert found.documents is not None
    assert found.documents.n_documents == 1


def test_files_of_other_kinds_are_counted(tmp_path: Path, profiler: Profiler) -> None:
    """Pictures are a kind of material; programs are not read."""
    for name in ("a.md", "b.png", "c.py", "d.py"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")

    found = profiler(tmp_path)

    assert found.modality == {"text": 1, "images_or_audio": 1}
    assert found.measured["modality"].level == "mixed"
    assert [(one.name, one.reason[:7]) for one in found.skipped] == [("*.py", "2 files")]
