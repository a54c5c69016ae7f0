"""Conditions as sets of boxes, so that two of them can be compared whatever their spelling."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.inference.conditions import Clause, clauses_of, satisfying_levels
from advisor.schema.rule import Condition, Criterion

Box = frozenset[tuple[str, frozenset[str]]]
"""The levels that each criterion may have; a criterion that is not named may have any."""

Boxes = frozenset[Box]
"""Alternatives: a condition is true in any of its boxes."""


def boxes_of(condition: Condition, criteria: Mapping[str, Criterion]) -> Boxes:
    """Describe when a condition is true; empty if it never is."""
    found = (_box(clause, criteria) for clause in clauses_of(condition))
    return frozenset(frozenset(box.items()) for box in found if all(box.values()))


def _box(clause: Clause, criteria: Mapping[str, Criterion]) -> dict[str, frozenset[str]]:
    box: dict[str, frozenset[str]] = {}
    for leaf in clause:
        levels = satisfying_levels(leaf, criteria[leaf.criterion])
        box[leaf.criterion] = box.get(leaf.criterion, levels) & levels
    return box


def implies(narrow: Boxes, wide: Boxes) -> bool:
    """Tell whether `wide` is true wherever `narrow` is.

    Each box must lie within a single box of `wide`; one that is only covered by several together
    is not recognised, so a yes is certain and a no is not.
    """
    return all(any(_lies_within(inner, outer) for outer in wide) for inner in narrow)


def _lies_within(inner: Box, outer: Box) -> bool:
    levels = dict(inner)
    return all(name in levels and levels[name] <= allowed for name, allowed in outer)
