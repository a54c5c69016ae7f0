"""Conditions as bits: every clause of every condition owns one.

For each answer a mask says which clauses it leaves true, and in the upper half which it leaves
possible.
"""

from __future__ import annotations

from collections.abc import Sequence

from advisor.inference.conditions import Clause, clauses_of, satisfying_levels
from advisor.schema.rule import Criterion, Statement


def number_clauses(
    statements: Sequence[Statement],
) -> tuple[list[Clause], tuple[tuple[int, int], ...]]:
    """Give each statement's first clause the statement's own bit and the others those above."""
    alternatives = [clauses_of(statement.when) for statement in statements]
    clauses = [alternative[0] for alternative in alternatives]
    others: dict[int, int] = {}
    for s, alternative in enumerate(alternatives):
        for clause in alternative[1:]:
            others[s] = others.get(s, 0) | 1 << len(clauses)
            clauses.append(clause)
    n = len(clauses)
    true_half = [(1 << s, bits) for s, bits in others.items()]
    possible_half = [(own << n, bits << n) for own, bits in true_half]
    return clauses, tuple(true_half + possible_half)


def build_masks(criterion: Criterion, clauses: Sequence[Clause]) -> tuple[int, ...]:
    """Compute which clauses each answer to one criterion leaves true, and leaves possible."""
    n, everything = len(clauses), (1 << len(clauses)) - 1
    levels = criterion.level_ids
    holding = [everything] * len(levels)
    untouched = everything
    for c, clause in enumerate(clauses):
        leaves = [leaf for leaf in clause if leaf.criterion == criterion.id]
        if not leaves:
            continue
        untouched &= ~(1 << c)
        satisfied = frozenset.intersection(*(satisfying_levels(x, criterion) for x in leaves))
        for code, level in enumerate(levels):
            if level not in satisfied:
                holding[code] &= ~(1 << c)
    known = [mask | mask << n for mask in holding]
    return (*known, untouched | untouched << n, untouched | everything << n)


def apply_extras(state: int, extras: Sequence[tuple[int, int]]) -> int:
    """Make a statement true, or possible, if one of its further clauses is."""
    for own, others in extras:
        if state & others:
            state |= own
    return state


def bit_positions(bits: int) -> list[int]:
    """List the positions of the bits that are set, lowest first."""
    return [p for p in range(bits.bit_length()) if bits >> p & 1]
