"""What the user points at, and which file of it is what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from prototypes.contracts import Task
from prototypes.data.files import leaves_folder, show_path
from prototypes.data.task_detection import tell_task_of_examples
from prototypes.errors import DataError

TABLE_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".xlsx", ".arrow")
_EXAMPLES = {
    Task.CLASSIFICATION: "labelled texts",
    Task.EXTRACTION: "texts with spans",
    Task.GENERATION: "pairs of input and output",
}
_LABEL_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What the user handed over.

    Attributes:
        folder: Holds `documents/`, `questions.*`, `examples.*`, `labels.*`, and `previous/` with
            `documents/` and `questions.*` of an earlier time; or one single table.
        documents: The corpus, instead of the one in the folder.
        questions: The evaluation questions, instead of those in the folder.
        examples: The labelled texts, instead of those in the folder.
        test: A published test split, taken as it is.
        labels: What each label means, instead of the file in the folder.
        columns: Names of columns that differ, such as `{"text": "utterance"}`.
        task: What is to be built; None infers it from the files.
        strict: Make the first refused row or file an error.
        seed: Decides which questions are made of documents that come without any.
    """

    folder: Path | None = None
    documents: Path | None = None
    questions: Path | None = None
    examples: Path | None = None
    test: Path | None = None
    labels: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    task: Task | None = None
    strict: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one task: a table of samples and what goes with it.

    Without a table the samples are made of the documents.
    """

    task: Task
    table: Path | None
    documents: Path | None = None
    test: Path | None = None
    labels: Path | None = None
    earlier_documents: Path | None = None
    earlier_questions: Path | None = None


def locate_files(request: DataRequest) -> Layout:
    """Find the files of one task among what was handed over.

    Raises:
        DataError: If files are missing, or if it is not clear which task they are for.
    """
    filled = _fill_from_folder(request)
    task = filled.task or _infer_task(filled)
    if task is not Task.DOCUMENT_QA:
        if filled.examples is None:
            raise DataError(
                f"{_place(request)}: expected {_EXAMPLES[task]} for {task.value}, found no "
                "examples.jsonl, .csv or .parquet. Name the file itself with --data FILE."
            )
        return Layout(task, filled.examples, test=filled.test, labels=filled.labels)
    if filled.documents is None or (filled.questions is None and filled.test is not None):
        raise DataError(_incomplete_message(filled))
    earlier_documents, earlier_questions = _find_earlier(request.folder)
    return Layout(
        task,
        filled.questions,
        documents=filled.documents,
        test=filled.test,
        earlier_documents=earlier_documents,
        earlier_questions=earlier_questions,
    )


def _fill_from_folder(request: DataRequest) -> DataRequest:
    folder = request.folder
    if folder is None:
        return request
    if folder.is_file():
        return _fill_from_table(request, folder)
    if not folder.is_dir():
        raise DataError(f"{show_path(folder)}: no such folder or file (--data).")
    documents = folder / "documents"
    return replace(
        request,
        documents=request.documents or (documents if documents.is_dir() else None),
        questions=request.questions or _find(folder, "questions", TABLE_SUFFIXES),
        examples=request.examples or _find(folder, "examples", TABLE_SUFFIXES),
        labels=request.labels or _find(folder, "labels", _LABEL_SUFFIXES),
    )


def _find_earlier(folder: Path | None) -> tuple[Path | None, Path | None]:
    """Find the documents and questions of an earlier time, which are optional."""
    previous = folder / "previous" if folder is not None else None
    if previous is None or not previous.is_dir():
        return None, None
    documents = previous / "documents"
    if not documents.is_dir():
        raise DataError(
            f"{show_path(previous)}: expected documents/ with the corpus as it was before, and "
            "found none. Add them, or remove the folder."
        )
    return documents, _find(previous, "questions", TABLE_SUFFIXES)


def _fill_from_table(request: DataRequest, table: Path) -> DataRequest:
    is_question_file = request.task is Task.DOCUMENT_QA or (
        request.task is None and request.documents is not None
    )
    if is_question_file:
        return replace(request, questions=request.questions or table)
    return replace(request, examples=request.examples or table)


def _find(folder: Path, stem: str, suffixes: tuple[str, ...]) -> Path | None:
    found = [folder / f"{stem}{suffix}" for suffix in suffixes]
    found = [path for path in found if path.exists() or path.is_symlink()]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise DataError(
            f"{show_path(folder)}: found {names}, expected one of them. "
            f"Remove one, or name the one to use with --{stem} FILE."
        )
    if found and leaves_folder(found[0], folder):
        raise DataError(
            f"{show_path(found[0])}: a link that leads out of the folder, which is "
            f"not followed. Name the file itself with --{stem} FILE."
        )
    return found[0] if found else None


def _infer_task(filled: DataRequest) -> Task:
    if filled.examples is not None and filled.questions is not None:
        own = tell_task_of_examples(filled.examples, filled.columns)
        raise DataError(
            f"{_place(filled)}: found labelled texts ({filled.examples.name}) and questions "
            f"({filled.questions.name}), expected one task. "
            f"Choose with --task {own} or --task document_qa."
        )
    if filled.examples is not None:
        return tell_task_of_examples(filled.examples, filled.columns)
    if filled.questions is not None or filled.documents is not None:
        return Task.DOCUMENT_QA
    raise DataError(
        f"{_place(filled)}: found none of examples.jsonl/.csv/.parquet (labelled texts), "
        "questions.jsonl/.csv and documents/. Name them with --examples FILE, or with "
        "--questions FILE and --documents DIR."
    )


def _incomplete_message(filled: DataRequest) -> str:
    if filled.questions is None and filled.documents is None:
        return (
            f"{_place(filled)}: answering questions needs a folder documents/, best with "
            "questions.jsonl or .csv beside it. Name them with --documents DIR and --questions "
            "FILE."
        )
    if filled.questions is None:
        return (
            f"{_place(filled)}: found documents and a test split, but no questions to learn from, "
            "expected questions.jsonl or .csv. Name the file with --questions FILE, or give the "
            "test split itself as --questions."
        )
    if filled.folder is not None and filled.folder.is_file():
        return (
            f"{_place(filled)}: taken as questions over documents, but there are no documents to "
            "answer them from. Name their folder with --documents DIR."
        )
    return (
        f"{_place(filled)}: found questions but no documents/ to answer them from. "
        "Name the folder with --documents DIR."
    )


def _place(request: DataRequest) -> str:
    return show_path(request.folder) if request.folder else "The data"
