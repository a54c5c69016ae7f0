"""Kleene's three-valued logic over answers: true, false, or unknown until somebody answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from advisor.schema.rule import AllOf, AnyOf, Condition, Criterion, Leaf
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Truth

Clause = tuple[Leaf, ...]
"""Leaves that must all be true."""


class Reading(NamedTuple):
    """What a condition says about some answers."""

    truth: Truth
    missing: tuple[str, ...] = ()
    """The unanswered criteria that keep it unknown; empty if it is decided."""


def evaluate_condition(
    condition: Condition, answers: Mapping[str, str], criteria: Mapping[str, Criterion]
) -> Reading:
    """Evaluate a condition; a criterion without an answer is unknown.

    A leaf on a question that does not apply is false, whatever its operator.
    """
    if isinstance(condition, Leaf):
        return _evaluate_leaf(condition, answers, criteria)
    parts = condition.all if isinstance(condition, AllOf) else condition.any
    decisive = Truth.FALSE if isinstance(condition, AllOf) else Truth.TRUE
    readings = [evaluate_condition(part, answers, criteria) for part in parts]
    if any(reading.truth is decisive for reading in readings):
        return Reading(decisive)
    missing = dict.fromkeys(name for reading in readings for name in reading.missing)
    if missing:
        return Reading(Truth.UNKNOWN, tuple(missing))
    return Reading(Truth.TRUE if decisive is Truth.FALSE else Truth.FALSE)


def _evaluate_leaf(
    leaf: Leaf, answers: Mapping[str, str], criteria: Mapping[str, Criterion]
) -> Reading:
    level = answers.get(leaf.criterion, UNKNOWN)
    if level == UNKNOWN:
        return Reading(Truth.UNKNOWN, (leaf.criterion,))
    if level == NOT_APPLICABLE:
        return Reading(Truth.FALSE)
    holds = level in satisfying_levels(leaf, criteria[leaf.criterion])
    return Reading(Truth.TRUE if holds else Truth.FALSE)


def satisfying_levels(leaf: Leaf, criterion: Criterion) -> frozenset[str]:
    """Name the levels of its criterion that make a leaf true."""
    levels, operand = criterion.level_ids, leaf.operand
    match leaf.operator:
        case "at_least":
            return frozenset(levels[levels.index(operand[0]) :])
        case "at_most":
            return frozenset(levels[: levels.index(operand[0]) + 1])
        case "none_of":
            return frozenset(levels) - frozenset(operand)
        case _:
            return frozenset(operand)


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves of a condition in reading order."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.all if isinstance(condition, AllOf) else condition.any:
        yield from leaves_of(part)


def criteria_of(condition: Condition) -> tuple[str, ...]:
    """Name the criteria that a condition reads, each once, the primary one first."""
    return tuple(dict.fromkeys(leaf.criterion for leaf in leaves_of(condition)))


def clauses_of(condition: Condition) -> tuple[Clause, ...]:
    """Rewrite a condition as alternatives of conjunctions (disjunctive normal form).

    Kleene's minimum and maximum distribute over each other, so the three-valued meaning is kept.
    """
    if isinstance(condition, Leaf):
        return ((condition,),)
    if isinstance(condition, AnyOf):
        return tuple(clause for part in condition.any for clause in clauses_of(part))
    choices = product(*(clauses_of(part) for part in condition.all))
    return tuple(tuple(leaf for clause in choice for leaf in clause) for choice in choices)
