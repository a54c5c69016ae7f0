"""Which file is what, and what to say when that is not clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Task
from prototypes.data.request import DataRequest, Layout, locate_files
from prototypes.errors import DataError


def _fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder


def test_examples_mean_classification(tmp_path: Path) -> None:
    """Labelled texts need no corpus; descriptions of labels go with them."""
    folder = _fill(tmp_path, "examples.csv", "labels.yaml", "documents/a.md")

    layout = locate_files(DataRequest(folder))

    expected = Layout(Task.CLASSIFICATION, folder / "examples.csv", labels=folder / "labels.yaml")
    assert expected == layout


def test_documents_and_questions_mean_question_answering(tmp_path: Path) -> None:
    """Both are needed."""
    folder = _fill(tmp_path, "questions.jsonl", "documents/a.md")

    layout = locate_files(DataRequest(folder))

    expected = Layout(Task.DOCUMENT_QA, folder / "questions.jsonl", documents=folder / "documents")
    assert expected == layout


def test_both_kinds_have_to_be_decided(tmp_path: Path) -> None:
    """No task is picked by chance."""
    folder = _fill(tmp_path, "questions.jsonl", "documents/a.md", "examples.csv")

    with pytest.raises(DataError, match="--task classification or --task document_qa"):
        locate_files(DataRequest(folder))


def test_named_task_decides(tmp_path: Path) -> None:
    """The task the user names needs no guess."""
    folder = _fill(tmp_path, "questions.jsonl", "documents/a.md", "examples.csv")

    layout = locate_files(DataRequest(folder, task=Task.DOCUMENT_QA))

    assert folder / "questions.jsonl" == layout.table


def test_named_file_wins_over_the_folder(tmp_path: Path) -> None:
    """A flag is more deliberate than a file that lies about."""
    folder = _fill(tmp_path, "examples.csv", "other.csv")

    layout = locate_files(DataRequest(folder, examples=folder / "other.csv"))

    assert folder / "other.csv" == layout.table


def test_single_table_holds_labelled_texts(tmp_path: Path) -> None:
    """`--data train.csv` is enough to start with."""
    _fill(tmp_path, "train.csv")

    layout = locate_files(DataRequest(tmp_path / "train.csv"))

    assert Layout(Task.CLASSIFICATION, tmp_path / "train.csv") == layout


def test_single_table_beside_documents_holds_questions(tmp_path: Path) -> None:
    """What the table is follows from what else was named."""
    _fill(tmp_path, "faq.csv", "corpus/a.md")

    layout = locate_files(DataRequest(tmp_path / "faq.csv", documents=tmp_path / "corpus"))

    assert layout.task == Task.DOCUMENT_QA
    assert tmp_path / "faq.csv" == layout.table


@pytest.mark.parametrize(
    ("names", "task", "message"),
    [
        ((), None, "found none of examples.jsonl"),
        (("questions.csv",), None, "found questions but no documents/"),
        (("documents/a.md",), Task.CLASSIFICATION, "labelled texts for classification, found no"),
        (("documents/a.md",), Task.EXTRACTION, "texts with spans for extraction, found no"),
        (("examples.csv",), Task.DOCUMENT_QA, "needs a folder documents/, best with"),
        (("examples.csv", "examples.jsonl"), None, "found examples.jsonl and examples.csv"),
    ],
)
def test_incomplete_folder_says_what_is_missing(
    tmp_path: Path, names: tuple[str, ...], task: Task | None, message: str
) -> None:
    """The message names what was found and the flag that puts it right."""
    with pytest.raises(DataError, match=message):
        locate_files(DataRequest(_fill(tmp_path, *names), task=task))


def test_documents_alone_are_enough(tmp_path: Path) -> None:
    """Questions are made of them then."""
    layout = locate_files(DataRequest(_fill(tmp_path, "documents/a.md")))

    assert Layout(Task.DOCUMENT_QA, None, documents=tmp_path / "documents") == layout


def test_test_split_without_questions_is_incomplete(tmp_path: Path) -> None:
    """Real test questions are not answered by what synthetic ones taught."""
    folder = _fill(tmp_path, "documents/a.md", "test.jsonl")

    with pytest.raises(DataError, match="a test split, but no questions to learn from"):
        locate_files(DataRequest(folder, test=folder / "test.jsonl"))


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A mistyped path is not an empty folder."""
    with pytest.raises(DataError, match="no such folder or file"):
        locate_files(DataRequest(tmp_path / "nowhere"))


def test_table_linked_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """Only a file named by the user may lie outside the folder."""
    _fill(tmp_path, "elsewhere.csv", "data/a.txt")
    (tmp_path / "data" / "examples.csv").symlink_to(tmp_path / "elsewhere.csv")

    with pytest.raises(DataError, match="a link that leads out of the folder"):
        locate_files(DataRequest(tmp_path / "data"))
