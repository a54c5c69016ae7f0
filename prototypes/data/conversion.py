"""From the rows of a table to samples; a row that cannot become one is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from prototypes.contracts import RefusedRow, Sample, Task
from prototypes.data.cells import (
    parse_flag,
    parse_name,
    parse_names,
    parse_optional_name,
    parse_text,
)
from prototypes.data.columns import resolve_columns
from prototypes.data.references import build_pair
from prototypes.data.span_cells import build_tagged_text
from prototypes.data.tables import Table
from prototypes.data.wording import did_you_mean, plural
from prototypes.errors import DataError

Cells = Mapping[str, object]


def build_samples(
    table: Table, task: Task, *, mapping: Mapping[str, str], id_prefix: str = ""
) -> tuple[list[tuple[str, Sample]], list[RefusedRow]]:
    """Turn rows into samples, each with the place it came from.

    A sample is called after its `id` cell, or else after its line.

    Args:
        table: The rows.
        task: What a row is: a labelled text, or a question with its answers.
        mapping: Names of columns that differ.
        id_prefix: Put before every id, so that two files cannot clash.

    Raises:
        DataError: If a required column is missing.
    """
    columns = resolve_columns(table, task, mapping=mapping)
    build = _BUILDERS[task]
    placed: list[tuple[str, Sample]] = []
    refused = list(table.refused)
    lines_by_id: dict[str, int] = {}
    for row in table.rows:
        cells = {role: row.cells.get(column) for role, column in columns.items()}
        where = table.where(row.line)
        try:
            sample = build(cells)
            sample_id = id_prefix + (sample.id or f"line-{row.line}")
            _require_new_id(sample_id, lines_by_id)
        except DataError as error:
            refused.append(RefusedRow(where, str(error)))
        else:
            lines_by_id[sample_id] = row.line
            placed.append((where, replace(sample, id=sample_id)))
    return placed, refused


def refuse_unknown_sources(
    placed: Sequence[tuple[str, Sample]], document_ids: Sequence[str]
) -> tuple[list[tuple[str, Sample]], list[RefusedRow]]:
    """Keep the questions whose sources are all in the corpus, refuse the others."""
    known = frozenset(document_ids)
    reasons: dict[str, str] = {}
    kept: list[tuple[str, Sample]] = []
    refused: list[RefusedRow] = []
    for where, sample in placed:
        unknown = next((source for source in sample.sources if source not in known), None)
        if unknown is None:
            kept.append((where, sample))
            continue
        if unknown not in reasons:
            reasons[unknown] = _unknown_source_message(
                unknown, document_ids, suggests=len(reasons) < _SUGGESTIONS
            )
        refused.append(RefusedRow(where, reasons[unknown]))
    return kept, refused


_SUGGESTIONS = 20  # looking for near misses among many document names takes time


def _unknown_source_message(unknown: str, document_ids: Sequence[str], *, suggests: bool) -> str:
    inner = [name for name in document_ids if unknown.endswith(f"/{name}")] if suggests else []
    suggestion = did_you_mean(max(inner, default=unknown), document_ids) if suggests else ""
    return (
        f"the source {unknown!r} is not among the {plural(len(document_ids), 'document')} read."
        f"{suggestion} Expected a path relative to the documents folder."
    )


def _build_labelled_text(cells: Cells) -> Sample:
    return Sample(
        id=parse_optional_name(cells.get("id"), role="id") or "",
        input=parse_text(cells.get("text"), role="text"),
        targets=(parse_name(cells.get("label"), role="label"),),
        group=parse_optional_name(cells.get("group"), role="group"),
    )


def _build_question(cells: Cells) -> Sample:
    sample = Sample(
        id=parse_optional_name(cells.get("id"), role="id") or "",
        input=parse_text(cells.get("question"), role="question"),
        targets=parse_names(cells.get("answers"), role="answers"),
        sources=parse_names(cells.get("sources"), role="sources"),
        unanswerable=parse_flag(cells.get("unanswerable"), role="unanswerable"),
        synthetic=parse_flag(cells.get("synthetic"), role="synthetic"),
        group=parse_optional_name(cells.get("group"), role="group"),
    )
    if sample.unanswerable and sample.targets:
        raise DataError("marked unanswerable, yet it has answers; expected one or the other.")
    if not sample.unanswerable and not sample.targets:
        raise DataError(
            "answers is empty; expected at least one accepted answer, or unanswerable: true."
        )
    return sample


_BUILDERS: Mapping[Task, Callable[[Cells], Sample]] = {
    Task.CLASSIFICATION: _build_labelled_text,
    Task.EXTRACTION: build_tagged_text,
    Task.DOCUMENT_QA: _build_question,
    Task.GENERATION: build_pair,
}


def _require_new_id(sample_id: str, lines_by_id: Mapping[str, int]) -> None:
    if sample_id in lines_by_id:
        raise DataError(
            f"the id {sample_id!r} was already used in line {lines_by_id[sample_id]}; "
            "expected each id once (another column can be the id: `--column id=NAME`)."
        )
