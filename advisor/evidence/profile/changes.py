"""How an earlier state of the corpus differs from this one, document by document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from advisor.evidence.profile.facts import (
    FactDifference,
    compare_sentences,
    find_flags,
    find_sentences,
)
from advisor.evidence.profile.reading import read_document
from advisor.schema.profile import FactChanges
from prototypes.data.formats import FORMATS
from prototypes.data.places import Item, Material
from prototypes.errors import DataError

PREVIOUS = "previous/"
"""A folder of this name holds the earlier state."""

_DOCUMENTS = "documents/"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The documents of one state, by their name in that state."""

    material: Material
    items: Mapping[str, Item]

    def read(self, name: str) -> str:
        """Return the text of a document.

        Raises:
            DataError: If it cannot be read.
        """
        item = self.items[name]
        with self.material.at_hand(item) as path:
            return read_document(path)


def take_snapshots(material: Material, earlier: Material | None) -> tuple[Snapshot, Snapshot]:
    """Tell earlier from current documents, whose names are made comparable.

    Args:
        material: What is there now; may hold the earlier state in a folder called `previous`.
        earlier: The earlier state, if it lies elsewhere.
    """
    documents = [item for item in material.items if item.suffix in FORMATS]
    now = {_name(item): item for item in documents if not item.name.startswith(PREVIOUS)}
    if earlier is not None:
        items = {_name(item): item for item in earlier.items if item.suffix in FORMATS}
        return Snapshot(earlier, items), Snapshot(material, now)
    then = {_name(item, PREVIOUS): item for item in documents if item.name.startswith(PREVIOUS)}
    return Snapshot(material, then), Snapshot(material, now)


def compare_snapshots(
    before: Snapshot,
    after: Snapshot,
    *,
    days_between: float | None = None,
    on_refused: Callable[[str, str], None],
) -> FactChanges | None:
    """Count the facts that changed; two documents are in memory at a time.

    Returns:
        None if there is no earlier state.
    """
    if not before.items:
        return None
    tally = _Tally()
    for name in sorted(before.items.keys() & after.items.keys()):
        try:
            tally.add(before.read(name), after.read(name))
        except DataError as error:
            on_refused(f"{name} (compared with its earlier state)", str(error))
    for snapshot, flags, names in (
        (before, tally.flags_before, before.items.keys() - after.items.keys()),
        (after, tally.flags_after, after.items.keys() - before.items.keys()),
    ):
        for text in _readable(snapshot, sorted(names)):
            flags |= find_flags(text)
    return FactChanges(
        n_added=len(after.items.keys() - before.items.keys()),
        n_removed=len(before.items.keys() - after.items.keys()),
        n_changed=tally.n_changed,
        n_unchanged=tally.n_unchanged,
        n_sentences=tally.n_sentences,
        n_sentences_gone=tally.n_gone,
        n_numbers=tally.n_numbers,
        n_versions=tally.n_versions,
        n_settings=tally.n_settings,
        flags_added=tuple(sorted(tally.flags_after - tally.flags_before)),
        flags_removed=tuple(sorted(tally.flags_before - tally.flags_after)),
        days_between=days_between,
    )


class _Tally:
    """Adds up the differences of the documents that both states have."""

    def __init__(self) -> None:
        self.n_changed = self.n_unchanged = self.n_sentences = self.n_gone = 0
        self.n_numbers = self.n_versions = self.n_settings = 0
        self.flags_before: set[str] = set()
        self.flags_after: set[str] = set()

    def add(self, before: str, after: str) -> None:
        """Compare one document with its earlier state."""
        self.flags_before |= find_flags(before)
        self.flags_after |= find_flags(after)
        sentences = list(find_sentences(before))
        self.n_sentences += len(sentences)
        if before == after:
            self.n_unchanged += 1
            return
        self.n_changed += 1
        self._add(compare_sentences(sentences, list(find_sentences(after))))

    def _add(self, difference: FactDifference) -> None:
        self.n_gone += difference.n_gone
        self.n_numbers += difference.n_numbers
        self.n_versions += difference.n_versions
        self.n_settings += difference.n_settings


def _readable(snapshot: Snapshot, names: list[str]) -> Iterator[str]:
    """Yield the texts that can be read; what cannot be was named when the corpus was read."""
    for name in names:
        try:
            yield snapshot.read(name)
        except DataError:
            continue


def _name(item: Item, prefix: str = "") -> str:
    return item.name.removeprefix(prefix).removeprefix(_DOCUMENTS)
