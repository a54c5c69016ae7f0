"""Every readable file below a folder is a document; the others are named."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prototypes.data import documents, files
from prototypes.data.documents import load_documents
from prototypes.errors import DataError


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder with one good document in a sub-folder."""
    folder = tmp_path / "documents"
    (folder / "guide").mkdir(parents=True)
    (folder / "guide" / "setup.md").write_text("# Set-up\n\nPress the button.\n")
    return folder


def test_document_is_called_after_its_relative_path(corpus: Path) -> None:
    """The id is what a question names as its source."""
    (corpus / "a.txt").write_text("Plain.")

    found, refused = load_documents(corpus)

    assert [document.id for document in found] == ["a.txt", "guide/setup.md"]
    assert [document.title for document in found] == ["a", "Set-up"]
    assert refused == ()


def test_modification_time_is_in_utc(corpus: Path) -> None:
    """Freshness is compared across machines."""
    path = corpus / "guide" / "setup.md"

    found, _ = load_documents(corpus)

    assert datetime.fromtimestamp(path.stat().st_mtime, tz=UTC) == found[0].modified


def test_single_file_may_be_the_corpus(corpus: Path) -> None:
    """Its name alone is its id."""
    found, _ = load_documents(corpus / "guide" / "setup.md")

    assert [document.id for document in found] == ["setup.md"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"caf\xe9", "line 1: expected UTF-8, found byte 0xe9 at offset 3"),
        (b" \n", "holds no text"),
        (b"\0", "found NUL bytes"),
    ],
)
def test_unusable_document_is_refused_and_the_others_go_on(
    corpus: Path, content: bytes, reason: str
) -> None:
    """One bad file does not cost the corpus."""
    (corpus / "bad.txt").write_bytes(content)

    found, refused = load_documents(corpus)

    assert [document.id for document in found] == ["guide/setup.md"]
    assert refused[0].where == "bad.txt"
    assert refused[0].reason.startswith(reason)


def test_file_of_50_mb_is_refused_by_the_stated_limit(corpus: Path) -> None:
    """Neither memory nor time is spent on it."""
    with (corpus / "huge.txt").open("wb") as file:
        file.truncate(50_000_000)

    _, refused = load_documents(corpus)

    assert refused[0].reason == "50.0 MB, expected at most 20 MB. Split it into smaller files."


def test_links_that_leave_the_folder_are_refused_by_name(corpus: Path, tmp_path: Path) -> None:
    """A corpus handed over by somebody else must not read the user's other files."""
    (tmp_path / "secret.txt").write_text("secret")
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "folder").symlink_to(tmp_path)

    found, refused = load_documents(corpus)

    assert [document.id for document in found] == ["guide/setup.md"]
    assert {"link.txt", "folder"} == {row.where for row in refused}
    assert all("leads out of the folder" in row.reason for row in refused)


def test_link_that_leads_in_a_circle_ends(corpus: Path) -> None:
    """A folder linked into itself is named, not followed for ever."""
    (corpus / "again").symlink_to(corpus)
    (corpus / "self.md").symlink_to("self.md")

    found, refused = load_documents(corpus)

    assert [document.id for document in found] == ["guide/setup.md"]
    assert {"again", "self.md"} == {row.where for row in refused}


def test_other_kinds_are_counted_and_hidden_files_passed_over(corpus: Path) -> None:
    """A folder of pictures makes one line, not a thousand."""
    for name in ("a.png", "b.png", "LICENSE", ".DS_Store"):
        (corpus / name).write_bytes(b"x")

    _, refused = load_documents(corpus)

    assert [row.where for row in refused] == ["files without ending", "*.png"]
    assert refused[1].reason.startswith("2 files of a kind that is not read; expected .md, .txt")


def test_folder_without_readable_document_is_an_error(tmp_path: Path) -> None:
    """The message carries the first reason."""
    (tmp_path / "a.txt").write_bytes(b"\xff")

    with pytest.raises(DataError, match=r"no readable document.*a\.txt: line 1: expected UTF-8"):
        load_documents(tmp_path)


def test_unreadable_kind_named_directly_is_an_error(tmp_path: Path) -> None:
    """A single file of another kind is no crash."""
    (tmp_path / "a.png").write_bytes(b"x")

    with pytest.raises(DataError, match="a kind that is not read"):
        load_documents(tmp_path / "a.png")


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A mistyped path is not an empty corpus."""
    with pytest.raises(DataError, match="no such folder or file"):
        load_documents(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_file_name_that_is_no_text_is_refused(corpus: Path) -> None:
    """Its name could not be written into the results."""
    (corpus / os.fsdecode(b"caf\xe9.md")).write_text("Text.")

    _, refused = load_documents(corpus)

    assert "caf\\udce9.md" == refused[0].where
    assert "the file name is not UTF-8; rename the file." == refused[0].reason


def test_corpus_beyond_the_limit_is_an_error(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is held in memory, so there is a limit to it."""
    monkeypatch.setattr(documents, "MAX_CORPUS_MB", 0)

    with pytest.raises(DataError, match="expected at most 0 MB"):
        load_documents(corpus)


def test_limits_are_ordered() -> None:
    """A document that is allowed fits into a corpus that is allowed."""
    assert files.MAX_DOCUMENT_MB < documents.MAX_CORPUS_MB
