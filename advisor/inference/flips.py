"""The smallest changes of the answers that change the winner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product

import numpy as np

from advisor.inference.batch import weigh_batch
from advisor.inference.compiled import CompiledRules
from advisor.inference.ranking import Ranking
from advisor.schema.recommendation import Flip

N_REPORTED = 12

Change = tuple[tuple[int, int], ...]
"""Positions of criteria with their new codes."""


def minimal_flips(
    compiled: CompiledRules, codes: Sequence[int], ranking: Ranking
) -> list[tuple[Change, int]]:
    """Find all smallest sets of changed answers with another winner, of one answer or of two.

    Unanswered questions stay unanswered. A change that merely draws level with the leader is no
    flip.

    Returns:
        The changes, all of the same size, and the position of the approach that then wins; empty
        if no change of up to two answers is enough.
    """
    if not ranking.feasible:
        return []
    options = _other_levels(compiled, codes)
    for size in (1, 2):
        found = _winning(compiled, codes, changes=list(_changes(options, size)), ranking=ranking)
        if found:
            return found
    return []


def _other_levels(compiled: CompiledRules, codes: Sequence[int]) -> dict[int, list[int]]:
    """List the other levels of each answered criterion that some rule or veto can tell apart."""
    n_deciding = len(compiled.rules) + len(compiled.vetoes)
    relevant = (1 << n_deciding) - 1
    for own, others in compiled.extras:
        relevant |= others if own < 1 << n_deciding else 0
    return {
        i: [other for other in range(len(masks) - 2) if (masks[other] ^ masks[codes[i]]) & relevant]
        for i, masks in enumerate(compiled.masks)
        if codes[i] >= 0
    }


def _changes(options: dict[int, list[int]], size: int) -> Iterable[Change]:
    for positions in combinations(options, size):
        for levels in product(*(options[position] for position in positions)):
            yield tuple(zip(positions, levels, strict=True))


def _winning(
    compiled: CompiledRules, codes: Sequence[int], *, changes: list[Change], ranking: Ranking
) -> list[tuple[Change, int]]:
    """Keep the changes under which somebody else is strictly ahead of the leader."""
    if not changes:
        return []
    rows = np.tile(np.asarray(codes, dtype=np.int8), (len(changes), 1))
    edits = np.asarray(changes, dtype=np.int16)
    rows[np.arange(len(changes))[:, None], edits[:, :, 0]] = edits[:, :, 1]
    batch = weigh_batch(compiled, rows)
    values = np.where(batch.excluded, -np.inf, batch.scores)
    winners = values.argmax(axis=0)
    is_flip = values[ranking.leader] < values.max(axis=0)
    return [(changes[row], int(winners[row])) for row in np.flatnonzero(is_flip)]


def report_flips(
    compiled: CompiledRules, codes: Sequence[int], flips: Sequence[tuple[Change, int]]
) -> list[Flip]:
    """Choose what to tell: actionable changes first, the smallest step of each, at most twelve.

    Of several levels of the same ordered criteria with the same winner only the nearest is told.
    """

    def steps(change: Change) -> int:
        return sum(
            abs(code - codes[i]) if compiled.criteria[i].ordered else 1 for i, code in change
        )

    def is_actionable(change: Change) -> bool:
        return all(compiled.criteria[i].actionable for i, _ in change)

    nearest: dict[object, tuple[Change, int]] = {}
    for change, winner in sorted(flips, key=lambda flip: (steps(flip[0]), flip)):
        unordered = tuple(step for step in change if not compiled.criteria[step[0]].ordered)
        nearest.setdefault((tuple(i for i, _ in change), unordered, winner), (change, winner))
    told = sorted(nearest.values(), key=lambda f: (not is_actionable(f[0]), steps(f[0]), f))
    return [
        Flip(
            change={compiled.criteria[i].id: compiled.criteria[i].level_ids[c] for i, c in change},
            winner=compiled.approaches[winner],
        )
        for change, winner in told[:N_REPORTED]
    ]
