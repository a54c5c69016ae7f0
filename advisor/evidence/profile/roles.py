"""What the rows of a table are: labelled texts, questions, documents, or just figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from prototypes.contracts import Task
from prototypes.data.columns import resolve_columns
from prototypes.data.tables import Table
from prototypes.errors import DataError


class Role(StrEnum):
    """What one row of a table stands for."""

    LABELLED = "labelled text"
    PAIR = "input and output"
    TAGGED = "text with spans"
    QUESTION = "question"
    DOCUMENT = "document"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class RowKind:
    """The role of a table's rows, and which column plays which part in it."""

    role: Role
    columns: Mapping[str, str] = field(default_factory=dict)


PASSAGE = "context"
"""The column in which question sets carry the passage that a question is about."""

_PAIRS = (
    ("input", "output"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("source", "target"),
    ("mr", "ref"),
)
_TEXTS = ("text", "content", "body", "document", "passage", "article")


def tell_kind_of_rows(path: Path, names: tuple[str, ...], mapping: Mapping[str, str]) -> RowKind:
    """Tell what the rows of a table are by the names of its columns.

    Args:
        path: Named in messages.
        names: The columns.
        mapping: Columns with other names, by the name expected; those of other files are ignored.
    """
    given = {name: column for name, column in mapping.items() if column in names}
    for role, task in (
        (Role.QUESTION, Task.DOCUMENT_QA),
        (Role.LABELLED, Task.CLASSIFICATION),
        (Role.TAGGED, Task.EXTRACTION),
    ):
        try:
            columns = resolve_columns(Table(path, names, ()), task, mapping=given)
        except DataError:
            continue
        return RowKind(role, {**columns, **_passage(names)})
    return _by_name({name.strip().casefold(): name for name in names if name})


def _by_name(called: Mapping[str, str]) -> RowKind:
    for source, target in _PAIRS:
        if source in called and target in called:
            return RowKind(Role.PAIR, {"input": called[source], "output": called[target]})
    if "question" in called:
        names = tuple(called.values())
        return RowKind(Role.QUESTION, {"question": called["question"], **_passage(names)})
    text = next((name for name in _TEXTS if name in called), None)
    if text is not None:
        return RowKind(Role.DOCUMENT, {"text": called[text]})
    return RowKind(Role.FIGURES)


def _passage(names: tuple[str, ...]) -> dict[str, str]:
    return {PASSAGE: PASSAGE} if PASSAGE in names else {}
