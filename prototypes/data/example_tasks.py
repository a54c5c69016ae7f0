"""Tell by the columns of a file of examples what is to be learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from prototypes.contracts import Task
from prototypes.data.columns import resolve_columns
from prototypes.data.tables import Table, stream_rows
from prototypes.data.text_rows import Row
from prototypes.errors import DataError

_ROWS_LOOKED_AT = 50
"""JSON lines may leave out a column in some rows."""

_TASKS = (Task.CLASSIFICATION, Task.EXTRACTION)
"""In the order in which their columns are looked for."""


def tell_task(path: Path, mapping: Mapping[str, str]) -> Task:
    """Name the first task whose columns the file has; classification if it has those of none.

    Args:
        path: A table of examples. One that cannot be read is left to the reader to complain of.
        mapping: Names of columns that differ.
    """
    try:
        rows = [row for row in islice(stream_rows(path), _ROWS_LOOKED_AT) if isinstance(row, Row)]
    except (DataError, OSError):
        return _TASKS[0]
    names = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    return next(
        (task for task in _TASKS if _fits(Table(path, names, ()), task, mapping)), _TASKS[0]
    )


def _fits(table: Table, task: Task, mapping: Mapping[str, str]) -> bool:
    try:
        resolve_columns(table, task, mapping=mapping)
    except DataError:
        return False
    return True
