"""Profiles data: one pass over the files, then what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisor.evidence.profile.changes import compare_snapshots, take_snapshots
from advisor.evidence.profile.collecting import Collection, OnProgress
from advisor.evidence.profile.contradictions import find_contradictions, stated_level
from advisor.evidence.profile.history import read_history
from advisor.evidence.profile.mapping import bound_volatility, measure_answers
from advisor.evidence.profile.remarks import write_remarks
from advisor.evidence.profile.written import tell_what_is_written
from advisor.schema.answers import Answers
from advisor.schema.profile import HistoryProfile, Profile
from advisor.schema.rule import RuleBase
from prototypes.data.files import show_path
from prototypes.data.places import Material
from prototypes.errors import DataError


@dataclass(frozen=True, slots=True)
class ProfileRequest:
    """What is to be looked at.

    Attributes:
        paths: Files, folders, archives.
        previous: An earlier state of the documents; a folder `previous` in the data is found.
        days_between: How many days lie between the two states.
        columns: Names of columns that differ, such as `{"text": "utterance"}`.
    """

    paths: Sequence[Path]
    previous: Path | None = None
    days_between: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def profile_data(
    request: ProfileRequest,
    rule_base: RuleBase,
    *,
    stated: Answers | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> Profile:
    """Measure what the data decide, in memory that does not grow with their size.

    Args:
        request: What to look at.
        rule_base: The questions to be answered.
        stated: What somebody said, to be held against what is measured.
        on_progress: Told how many bytes of how many are done.

    Raises:
        DataError: If a path does not exist, or nothing in them can be read.
    """
    with Material(request.paths) as material:
        collection = Collection(material, columns=request.columns)
        collection.run(on_progress)
        if not collection.n_read and not collection.kinds:
            raise DataError(_nothing_read(request, collection))
        collection.require_columns()
        found = _describe(request, material, collection)
    said = stated or Answers()
    measured = measure_answers(found, rule_base)
    bound = bound_volatility(found.changes, stated_level(said, "data_volatility"))
    if bound is not None:
        measured.setdefault("data_volatility", bound)
    written = tell_what_is_written(found, stated_level(said, "task_kind"))
    if written is not None:
        measured = {"task_kind": written, **measured}
    answered = found.model_copy(update={"measured": measured})
    return answered.model_copy(
        update={
            "contradictions": find_contradictions(answered, said),
            "remarks": tuple(write_remarks(answered, said)),
        }
    )


def _describe(request: ProfileRequest, material: Material, collection: Collection) -> Profile:
    takers = collection.collectors
    kinds = (takers.labels, takers.outputs, takers.spans)
    with Material([request.previous] if request.previous else []) as earlier:
        before, after = take_snapshots(material, earlier if request.previous else None)
        if request.previous and not before.items:
            raise DataError(f"{show_path(request.previous)}: found no readable document.")
        changes = compare_snapshots(
            before, after, days_between=request.days_between, on_refused=collection.skip
        )
    return Profile(
        paths=tuple(show_path(path) for path in request.paths),
        n_files=collection.n_read,
        n_bytes=sum(item.n_bytes for item in material.items),
        documents=takers.documents.profile(),
        changes=changes,
        history=_longest_history(request.paths),
        examples=tuple(one for taker in kinds if (one := taker.profile()) is not None),
        questions=takers.questions.profile(),
        modality=dict(collection.kinds.most_common()),
        personal_data=takers.personal.total(),
        skipped=tuple(collection.skipped),
    )


def _longest_history(paths: Sequence[Path]) -> HistoryProfile | None:
    histories = [history for path in paths if (history := read_history(path.resolve()))]
    return max(histories, key=lambda history: history.n_commits, default=None)


def _nothing_read(request: ProfileRequest, collection: Collection) -> str:
    places = ", ".join(show_path(path) for path in request.paths)
    first = collection.skipped[0] if collection.skipped else None
    reason = f" First of them: {first.name}: {first.reason}" if first else ""
    return (
        f"{places}: nothing could be read ({len(collection.skipped):,} skipped); expected "
        f"documents, tables, or a folder or zip archive of them.{reason}"
    )
