"""Which task a table of examples is for, told by the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from prototypes.contracts import Task
from prototypes.data.columns import REQUIRED, has_column
from prototypes.data.tables import Table, stream_rows
from prototypes.data.text_rows import Row

EXAMPLE_TASKS = (Task.CLASSIFICATION, Task.EXTRACTION, Task.GENERATION)
"""The tasks that learn from a table of examples."""

_N_LOOKED_AT = 50
"""JSON lines may leave out a column in some rows."""


def tell_task_of_examples(path: Path, mapping: Mapping[str, str]) -> Task:
    """Tell the task of a table by its first rows: the one most of whose columns are there.

    Of tasks that tie, such as for a table with the columns of none, the first is taken; whoever
    resolves its columns then says what is missing.

    Args:
        path: The table.
        mapping: Names of columns that differ.

    Raises:
        DataError: If the table cannot be read.
    """
    rows = [row for row in islice(stream_rows(path), _N_LOOKED_AT) if isinstance(row, Row)]
    header = Table(path, tuple(dict.fromkeys(name for row in rows for name in row.cells)), ())

    def share_found(task: Task) -> float:
        roles = REQUIRED[task]
        return sum(has_column(header, role, mapping=mapping) for role in roles) / len(roles)

    return max(EXAMPLE_TASKS, key=share_found)
