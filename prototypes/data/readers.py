"""From files to a checked data set; nothing is dropped without being counted and named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prototypes.contracts import Dataset, Document, RefusedRow, Sample, Task
from prototypes.data.conversion import build_samples, refuse_unknown_sources
from prototypes.data.documents import load_documents
from prototypes.data.earlier import read_earlier_state
from prototypes.data.files import show_path
from prototypes.data.groups import find_groups
from prototypes.data.labels import keep_known_labels, load_label_descriptions
from prototypes.data.references import join_references
from prototypes.data.request import DataRequest, Layout, locate_files
from prototypes.data.sample_labels import list_labels
from prototypes.data.synthetic_questions import make_questions
from prototypes.data.tables import load_table
from prototypes.errors import DataError

__all__ = ["DataRequest", "compute_fingerprint", "read_dataset"]

_REFUSALS_SHOWN = 3


def read_dataset(request: DataRequest) -> Dataset:
    """Read and check everything the user handed over.

    Rows and files that cannot be used are listed in `Dataset.refused`, the others go on.

    Raises:
        DataError: If a file is missing or unusable as a whole, if no row of it is usable, or, if
            the request is strict, if anything at all was refused.
    """
    try:
        dataset = _read(request)
    except OSError as error:  # whatever the careful readers below did not foresee
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}).") from error
    if request.strict:
        _require_nothing_refused(dataset.refused)
    groups = find_groups(request, dataset.documents)
    return replace(dataset, fingerprint=compute_fingerprint(dataset), groups=groups)


def _read(request: DataRequest) -> Dataset:
    layout = locate_files(request)
    documents, refused_files = load_documents(layout.documents) if layout.documents else ((), ())
    if layout.table is None:
        return _make_dataset(layout, documents, refused_files, seed=request.seed)
    ids = [document.id for document in documents]
    samples, refused_rows = _read_samples(layout.table, layout, ids=ids, mapping=request.columns)
    given, refused_given = _read_given_test(layout, ids=ids, mapping=request.columns)
    descriptions, refused_labels = _read_labels(layout, (*samples, *given))
    earlier, refused_earlier = read_earlier_state(layout, request.columns)
    refused = (*refused_files, *refused_rows, *refused_given, *refused_labels, *refused_earlier)
    return Dataset(
        task=layout.task,
        samples=samples,
        documents=documents,
        given_test=given,
        label_descriptions=descriptions,
        refused=refused,
        earlier=earlier,
    )


def _make_dataset(
    layout: Layout,
    documents: tuple[Document, ...],
    refused: tuple[RefusedRow, ...],
    *,
    seed: int,
) -> Dataset:
    """Make the questions of the documents, where there are none."""
    try:
        made = make_questions(documents, seed=seed)
    except DataError as error:
        place = show_path(layout.documents) if layout.documents else "The documents"
        raise DataError(f"{place}: {error}") from error
    return Dataset(layout.task, made.samples, made.documents, refused=refused)


def compute_fingerprint(dataset: Dataset) -> str:
    """Return the sha256 of what the data says, whatever files and dates it came from."""
    digest = hashlib.sha256(dataset.task.encode())
    for part in (dataset.documents, dataset.samples, dataset.given_test):
        digest.update(f"\n{len(part)}".encode())
        for item in part:
            digest.update(_canonical(_content(item)))
    digest.update(_canonical(sorted(dataset.label_descriptions.items())))
    if dataset.earlier is not None:
        for part in (dataset.earlier.documents, dataset.earlier.samples):
            for item in part:
                digest.update(_canonical(_content(item)))
    return digest.hexdigest()


def _content(item: Document | Sample) -> Sequence[object]:
    if isinstance(item, Document):
        return (item.id, item.title, item.text)
    return (item.id, item.input, item.targets, item.sources, item.unanswerable, item.group)


def _canonical(value: object) -> bytes:
    return b"\n" + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _read_samples(
    path: Path,
    layout: Layout,
    *,
    ids: Sequence[str],
    mapping: Mapping[str, str],
    id_prefix: str = "",
) -> tuple[tuple[Sample, ...], list[RefusedRow]]:
    table = load_table(path)
    if not table.rows:
        raise DataError(_nothing_usable_message(path, table.refused))
    placed, refused = build_samples(table, layout.task, mapping=mapping, id_prefix=id_prefix)
    if layout.task is Task.DOCUMENT_QA:
        placed, unknown = refuse_unknown_sources(placed, ids)
        refused = [*refused, *unknown]
    if layout.task is Task.GENERATION:
        placed = join_references(placed)
    if not placed:
        raise DataError(_nothing_usable_message(path, refused))
    return tuple(sample for _, sample in placed), refused


def _read_given_test(
    layout: Layout, *, ids: Sequence[str], mapping: Mapping[str, str]
) -> tuple[tuple[Sample, ...], list[RefusedRow]]:
    if layout.test is None:
        return (), []
    return _read_samples(layout.test, layout, ids=ids, mapping=mapping, id_prefix="test:")


def _read_labels(
    layout: Layout, samples: Sequence[Sample]
) -> tuple[dict[str, str], list[RefusedRow]]:
    if layout.labels is None:
        return {}, []
    occurring = (label for sample in samples for label in list_labels(sample, layout.task))
    descriptions = load_label_descriptions(layout.labels)
    return keep_known_labels(descriptions, occurring, path=layout.labels)


def _nothing_usable_message(path: Path, refused: Sequence[RefusedRow]) -> str:
    return f"{show_path(path)}: found no usable row. {_show_refusals(refused)}"


def _require_nothing_refused(refused: Sequence[RefusedRow]) -> None:
    if refused:
        raise DataError(
            f"{_show_refusals(refused)} Put them right, or leave out --strict to go on without."
        )


def _show_refusals(refused: Sequence[RefusedRow]) -> str:
    shown = " ".join(f"{row.where}: {row.reason}" for row in refused[:_REFUSALS_SHOWN])
    more = "" if len(refused) <= _REFUSALS_SHOWN else " …"
    return f"Refused {len(refused):,}: {shown}{more}"
