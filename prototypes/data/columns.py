"""Which column of a table plays which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototypes.contracts import Task
from prototypes.data.files import show_path
from prototypes.data.tables import Table
from prototypes.data.wording import did_you_mean, name_list
from prototypes.errors import DataError

REQUIRED: Mapping[Task, tuple[str, ...]] = {
    Task.CLASSIFICATION: ("text", "label"),
    Task.EXTRACTION: ("text", "spans"),
    Task.DOCUMENT_QA: ("question", "answers"),
    Task.GENERATION: ("input", "output"),
}
OPTIONAL: Mapping[Task, tuple[str, ...]] = {
    Task.CLASSIFICATION: ("id", "group"),
    Task.EXTRACTION: ("id", "group"),
    Task.DOCUMENT_QA: ("sources", "unanswerable", "synthetic", "id", "group"),
    Task.GENERATION: ("id", "group"),
}
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": ("utterance", "sentence", "query"),
    "label": ("category", "intent", "class"),
    "spans": ("entities", "annotations"),
    "question": ("query",),
    "answers": ("answer",),
    "sources": ("source",),
    "unanswerable": ("is_impossible",),
    "input": ("instruction", "prompt", "source", "mr"),
    "output": ("outputs", "completion", "response", "target", "ref"),
}
_ROLES = tuple(dict.fromkeys(role for task in Task for role in (*REQUIRED[task], *OPTIONAL[task])))


def resolve_columns(table: Table, task: Task, *, mapping: Mapping[str, str]) -> dict[str, str]:
    """Find the column for each role of a task.

    A mapping given by the user comes first, then the column called like the role (capital letters
    do not matter), then a common synonym such as `utterance` for `text`.

    Raises:
        DataError: If a required column is missing, a mapping names a column that is not there,
            or several synonyms compete.
    """
    _require_known_roles(mapping)
    found: dict[str, str] = {}
    for role in REQUIRED[task]:
        column = _find(table, role, mapping=mapping)
        if column is None:
            raise DataError(_missing_message(table, role))
        found[role] = column
    for role in OPTIONAL[task]:
        column = _find(table, role, mapping=mapping)
        if column is not None:
            found[role] = column
    return found


def has_column(table: Table, role: str, *, mapping: Mapping[str, str]) -> bool:
    """Tell whether a table has a column for a role, or several that compete for it."""
    names = (role, *SYNONYMS.get(role, ()))
    return role in mapping or bool(_called(table.columns, names))


def _find(table: Table, role: str, *, mapping: Mapping[str, str]) -> str | None:
    if role in mapping:
        return _mapped(table, role, column=mapping[role])
    if role in table.columns:
        return role
    named = _called(table.columns, (role,))
    candidates = named or _called(table.columns, SYNONYMS.get(role, ()))
    if len(candidates) > 1:
        raise DataError(
            f"{show_path(table.path)}: the columns {name_list(candidates)} could all be the "
            f"{role}. Choose with `--column {role}={candidates[0]}`."
        )
    return candidates[0] if candidates else None


def _called(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    return [column for column in columns if column.strip().casefold() in names]


def _mapped(table: Table, role: str, *, column: str) -> str:
    if column not in table.columns:
        raise DataError(
            f"{show_path(table.path)}: `--column {role}={column}` names a column that is not there."
            f"{did_you_mean(column, table.columns)} Found: {name_list(table.columns)}."
        )
    return column


def _missing_message(table: Table, role: str) -> str:
    names = (role, *SYNONYMS.get(role, ()))
    suggestions = filter(None, (did_you_mean(name, table.columns) for name in names))
    return (
        f"{show_path(table.path)}: expected a column {role!r}, found {name_list(table.columns)}."
        f"{next(suggestions, '')} If it has another name, say which with `--column {role}=NAME`."
    )


def _require_known_roles(mapping: Mapping[str, str]) -> None:
    for role in mapping:
        if role not in _ROLES:
            raise DataError(
                f"--column {role}=…: nothing is called {role!r}.{did_you_mean(role, _ROLES)} "
                f"Expected one of: {', '.join(_ROLES)}."
            )
