"""From a folder to a checked data set."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototypes.contracts import Dataset, Task
from prototypes.data.readers import DataRequest, read_dataset
from prototypes.errors import DataError, LaboratoryError

ROOT = Path(__file__).resolve().parents[2]
BANKING77 = ROOT.parent / "shared" / "data" / "banking77"

QUESTIONS = [
    {"question": "What to press?", "answers": ["the button"], "sources": ["setup.md"]},
    {"question": "Who wrote it?", "answers": [], "unanswerable": True},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one document and two questions."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "setup.md").write_text("# Set-up\n\nPress the button.\n")
    lines = "\n".join(json.dumps(question) for question in QUESTIONS)
    (tmp_path / "questions.jsonl").write_text(lines)
    return tmp_path


def _read_table(folder: Path, content: str, *, name: str = "examples.csv") -> Dataset:
    (folder / name).write_text(content, encoding="utf-8")
    return read_dataset(DataRequest(folder / name))


def test_questions_and_documents_are_read(folder: Path) -> None:
    """The whole folder becomes one data set."""
    dataset = read_dataset(DataRequest(folder))

    assert dataset.task == Task.DOCUMENT_QA
    assert [document.id for document in dataset.documents] == ["setup.md"]
    assert [sample.targets for sample in dataset.samples] == [("the button",), ()]
    assert [sample.unanswerable for sample in dataset.samples] == [False, True]
    assert dataset.refused == ()


def test_question_with_unknown_source_is_refused_and_counted(folder: Path) -> None:
    """It can be neither answered nor measured."""
    broken = {"question": "Where?", "answers": ["here"], "sources": ["set-up.md"]}
    with (folder / "questions.jsonl").open("a") as file:
        file.write("\n" + json.dumps(broken))

    dataset = read_dataset(DataRequest(folder))

    assert len(dataset.samples) == 2
    assert [row.where for row in dataset.refused] == ["questions.jsonl, line 3"]
    assert "not among the 1 document read. Did you mean 'setup.md'?" in dataset.refused[0].reason


def test_strict_makes_a_refused_row_an_error(tmp_path: Path) -> None:
    """The message shows what was refused and how to go on."""
    (tmp_path / "examples.csv").write_text("text,label\na,x\n,y\n")

    with pytest.raises(DataError, match=r"Refused 1: examples\.csv, line 3: text is empty"):
        read_dataset(DataRequest(tmp_path, strict=True))


def test_table_without_usable_row_is_an_error(tmp_path: Path) -> None:
    """The first reasons are shown."""
    with pytest.raises(DataError, match=r"no usable row. Refused 2: examples\.csv, line 2"):
        _read_table(tmp_path, "text,label\n,x\n,y\n")


def test_given_test_split_is_kept_apart(tmp_path: Path) -> None:
    """Its ids cannot clash with those of the training samples."""
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text("id,utterance,intent\n1,a,x\n")

    dataset = read_dataset(DataRequest(examples=tmp_path / "train.csv", test=tmp_path / "test.csv"))

    assert [sample.id for sample in dataset.samples] == ["1"]
    assert [sample.id for sample in dataset.given_test] == ["test:1"]


def test_label_descriptions_are_read(tmp_path: Path) -> None:
    """They belong to the folder of examples."""
    (tmp_path / "examples.csv").write_text("text,label\na,x\nb,y\n")
    (tmp_path / "labels.yaml").write_text("x: the first\nz: none\n")

    dataset = read_dataset(DataRequest(tmp_path))

    assert dataset.label_descriptions == {"x": "the first"}
    assert [row.where for row in dataset.refused] == ["labels.yaml"]


def test_fingerprint_is_that_of_the_content(tmp_path: Path) -> None:
    """The same samples from another file and format are the same data."""
    table = _read_table(tmp_path, "id,text,label\n1,a,x\n")
    lines = _read_table(tmp_path, '{"label": "x", "id": 1, "text": "a"}', name="other.jsonl")

    assert len(table.fingerprint) == 64
    assert table.fingerprint == lines.fingerprint


@pytest.mark.parametrize("change", ["documents/setup.md", "questions.jsonl"])
def test_fingerprint_changes_with_the_content(folder: Path, change: str) -> None:
    """Neither a document nor a question can change unseen."""
    before = read_dataset(DataRequest(folder)).fingerprint
    path = folder / change
    path.write_text(path.read_text().replace("button", "lever"))

    assert before != read_dataset(DataRequest(folder)).fingerprint


def test_fingerprint_ignores_dates(folder: Path) -> None:
    """A fresh checkout of the same corpus is the same corpus."""
    before = read_dataset(DataRequest(folder)).fingerprint
    os.utime(folder / "documents" / "setup.md", (0, 0))

    assert before == read_dataset(DataRequest(folder)).fingerprint


def test_table_of_50_mb_is_read(tmp_path: Path) -> None:
    """Large tables work; a single cell beyond all measure is refused."""
    content = "text,label\n" + "short,x\n" * 10 + "x" * 50_000_000 + ",y\n"

    dataset = _read_table(tmp_path, content)

    assert len(dataset.samples) == 10
    assert "text has 50,000,000 characters" in dataset.refused[0].reason


@pytest.mark.shared
def test_banking77_is_read_completely() -> None:
    """The published files need no flag: `category` is a known name for a label."""
    if not BANKING77.is_dir():
        pytest.skip(f"{BANKING77} is missing: the published data sets are not beside the checkout")
    request = DataRequest(examples=BANKING77 / "train.csv", test=BANKING77 / "test.csv")

    dataset = read_dataset(request)

    assert (len(dataset.samples), len(dataset.given_test)) == (10_003, 3_080)
    assert len({sample.targets for sample in dataset.samples}) == 77
    assert dataset.refused == ()


_CELLS = st.text(max_size=12) | st.integers() | st.booleans() | st.none() | st.floats()
_RECORDS = st.dictionaries(
    st.sampled_from(["text", "label", "id", "group", "question", "answers", "sources"]),
    _CELLS | st.lists(_CELLS, max_size=3),
)
_TABLE_NAMES = st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.txt"])
_PREFIXES = st.sampled_from([b"", b"text,label\n", b'{"text": "a", "label": ', b"\xef\xbb\xbf"])


def _read_or_refuse(request: DataRequest) -> Dataset | None:
    """Read, or raise nothing but the project's own exceptions."""
    try:
        dataset = read_dataset(request)
    except LaboratoryError as error:
        str(error).encode()
        return None
    for row in dataset.refused:
        f"{row.where}: {row.reason}".encode()
    return dataset


@settings(deadline=None, max_examples=150)
@given(name=_TABLE_NAMES, prefix=_PREFIXES, content=st.binary(max_size=200))
def test_arbitrary_bytes_never_escape_as_another_exception(
    name: str, prefix: bytes, content: bytes
) -> None:
    """Whatever a table holds, it is read or refused in words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(prefix + content)

        dataset = _read_or_refuse(DataRequest(path))

        assert dataset is None or dataset.samples


@settings(deadline=None, max_examples=100)
@given(
    suffix=st.sampled_from([".md", ".txt", ".rst", ".html", ".pdf", ".docx"]),
    prefix=st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html><!", b"---\ntitle:"]),
    content=st.binary(max_size=200),
)
def test_arbitrary_documents_never_escape_as_another_exception(
    suffix: str, prefix: bytes, content: bytes
) -> None:
    """Whatever a document holds, the corpus is read or refused in words."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"any{suffix}").write_bytes(prefix + content)
        (folder / "good.md").write_text("Text.")
        (folder / "q.jsonl").write_text(json.dumps({"question": "q", "answers": "a"}))

        dataset = _read_or_refuse(DataRequest(questions=folder / "q.jsonl", documents=folder))

        assert dataset is not None
        assert "good.md" in {document.id for document in dataset.documents}


@settings(deadline=None, max_examples=150)
@given(records=st.lists(_RECORDS, min_size=1, max_size=6), task=st.sampled_from(Task))
def test_every_record_is_read_or_refused(records: list[dict[str, object]], task: Task) -> None:
    """Samples and refused rows together are all rows; ids are unique."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.jsonl").write_text("\n".join(json.dumps(record) for record in records))
        (folder / "a.md").write_text("Text.")

        dataset = _read_or_refuse(
            DataRequest(folder / "a.jsonl", documents=folder / "a.md", task=task)
        )

    if dataset is not None:
        assert len(records) == len(dataset.samples) + len(dataset.refused)
        assert len(dataset.samples) == len({sample.id for sample in dataset.samples})


_PLAIN = st.text(
    st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=20
).map(str.strip)


@settings(deadline=None, max_examples=100)
@given(
    rows=st.lists(st.tuples(_PLAIN, _PLAIN).filter(all), min_size=1, max_size=8),
    suffix=st.sampled_from([".csv", ".tsv", ".jsonl"]),
)
def test_what_was_written_is_what_is_read(rows: list[tuple[str, str]], suffix: str) -> None:
    """Separators, quotation marks, line breaks and any sign survive every format of text."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"a{suffix}"
        with path.open("w", encoding="utf-8", newline="") as stream:
            if suffix == ".jsonl":
                stream.writelines(json.dumps({"text": t, "label": u}) + "\n" for t, u in rows)
            else:
                writer = csv.writer(stream, delimiter="\t" if suffix == ".tsv" else ",")
                writer.writerows([("text", "label"), *rows])

        dataset = read_dataset(DataRequest(path))

    assert [(sample.input, sample.targets[0]) for sample in dataset.samples] == rows
    assert dataset.refused == ()
