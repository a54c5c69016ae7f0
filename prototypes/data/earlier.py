"""The corpus as it was before it changed, with the answers that were right then."""

from __future__ import annotations

from collections.abc import Mapping

from prototypes.contracts import EarlierState, RefusedRow, Task
from prototypes.data.conversion import build_samples
from prototypes.data.documents import load_documents
from prototypes.data.request import Layout
from prototypes.data.tables import load_table


def read_earlier_state(
    layout: Layout, mapping: Mapping[str, str]
) -> tuple[EarlierState | None, list[RefusedRow]]:
    """Read `previous/documents/` and, if it is there, `previous/questions.*`.

    Args:
        layout: Where they lie.
        mapping: Names of columns that differ.

    Raises:
        DataError: If the folder holds no readable document, or the table lacks a column.
    """
    if layout.earlier_documents is None:
        return None, []
    documents, refused_files = load_documents(layout.earlier_documents)
    if layout.earlier_questions is None:
        return EarlierState(documents), list(refused_files)
    table = load_table(layout.earlier_questions)
    placed, refused_rows = build_samples(
        table, Task.DOCUMENT_QA, mapping=mapping, id_prefix="previous:"
    )
    samples = tuple(sample for _, sample in placed)
    return EarlierState(documents, samples), [*refused_files, *refused_rows]
