"""The smallest changes of the answers that change the winner."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Flags, weigh_batch
from advisor.inference.compiled import CompiledRules
from advisor.inference.ranking import Ranking
from advisor.schema.recommendation import Flip

N_REPORTED = 12

MAX_SIZE = 3
"""Changes of more answers describe another project."""

Change = tuple[tuple[int, int], ...]
"""Positions of criteria with their new codes."""

Steps = NDArray[np.intp]
"""One row per change; each column is a position in the list of single steps."""


def minimal_flips(
    compiled: CompiledRules, codes: Sequence[int], ranking: Ranking
) -> list[tuple[Change, int]]:
    """Find every change of up to three answers with another winner of which no part is enough.

    Unanswered questions stay unanswered. A change that merely draws level with the leader is no
    flip.

    Returns:
        The changes, smaller ones first, and the position of the approach that then wins.
    """
    steps = _single_steps(compiled, codes)
    if not ranking.feasible or not steps:
        return []
    found: list[tuple[Change, int]] = []
    positions = np.array([position for position, _ in steps])
    combinable = positions[:, None] < positions
    for size in range(1, MAX_SIZE + 1):
        changes = _combinations(combinable, size)
        winners = _winners(compiled, codes, changes=changes, steps=steps, leader=ranking.leader)
        flips = np.flatnonzero(winners >= 0)
        found += [(tuple(steps[s] for s in changes[f]), int(winners[f])) for f in flips]
        _forbid(combinable, changes[flips])
    return found


def _single_steps(compiled: CompiledRules, codes: Sequence[int]) -> list[tuple[int, int]]:
    """List the other levels of each answered criterion that some rule or veto can tell apart."""
    relevant = (1 << compiled.n_deciding) - 1
    for _, others in compiled.deciding_extras:
        relevant |= others
    return [
        (i, other)
        for i, masks in enumerate(compiled.masks)
        if codes[i] >= 0
        for other in range(len(masks) - 2)
        if (masks[other] ^ masks[codes[i]]) & relevant
    ]


def _combinations(combinable: Flags, size: int) -> Steps:
    """List the sets of so many steps that may be combined with each other."""
    if size == 1:
        return np.arange(len(combinable))[:, None]
    pairs = np.argwhere(combinable)
    if size == 2:
        return pairs
    rows, third = np.nonzero(combinable[pairs[:, 0]] & combinable[pairs[:, 1]])
    return np.column_stack([pairs[rows], third])


def _forbid(combinable: Flags, flips: Steps) -> None:
    """Keep steps and pairs that are flips themselves out of larger changes."""
    if flips.shape[1] == 1:
        combinable[flips[:, 0]] = False
        combinable[:, flips[:, 0]] = False
    elif flips.shape[1] == 2:
        combinable[flips[:, 0], flips[:, 1]] = False


def _winners(
    compiled: CompiledRules,
    codes: Sequence[int],
    *,
    changes: Steps,
    steps: Sequence[tuple[int, int]],
    leader: int,
) -> NDArray[np.intp]:
    """Find who is strictly ahead of the leader after each change; -1 where nobody is."""
    rows = np.tile(np.asarray(codes, dtype=np.int8), (len(changes), 1))
    edits = np.asarray(steps, dtype=np.int8)[changes]
    rows[np.arange(len(changes))[:, None], edits[:, :, 0]] = edits[:, :, 1]
    values = weigh_batch(compiled, rows).values
    is_flip = values[leader] < values.max(axis=0)
    return np.where(is_flip, values.argmax(axis=0), -1)


def report_flips(
    compiled: CompiledRules, codes: Sequence[int], flips: Sequence[tuple[Change, int]]
) -> list[Flip]:
    """Choose what to tell: actionable changes first, then fewer and smaller steps.

    Of several levels of the same ordered criteria with the same winner only the nearest is told.
    At most twelve are told, at most half of them because they are actionable: what a reader
    cannot change still shows on what the advice hangs.
    """

    def steps(change: Change) -> tuple[int, int]:
        distance = sum(
            abs(code - codes[i]) if compiled.criteria[i].ordered else 1 for i, code in change
        )
        return len(change), distance

    nearest: dict[object, tuple[Change, int]] = {}
    for change, winner in sorted(flips, key=lambda flip: (steps(flip[0]), flip)):
        unordered = tuple(step for step in change if not compiled.criteria[step[0]].ordered)
        nearest.setdefault((tuple(i for i, _ in change), unordered, winner), (change, winner))
    actionable = [flip for flip in nearest.values() if _is_actionable(compiled, flip[0])]
    others = [flip for flip in nearest.values() if not _is_actionable(compiled, flip[0])]
    n_actionable = max(N_REPORTED // 2, N_REPORTED - len(others))
    told = [*actionable[:n_actionable], *others][:N_REPORTED]
    return [_report(compiled, change, winner) for change, winner in told]


def _is_actionable(compiled: CompiledRules, change: Change) -> bool:
    return all(compiled.criteria[i].actionable for i, _ in change)


def _report(compiled: CompiledRules, change: Change, winner: int) -> Flip:
    return Flip(
        change={compiled.criteria[i].id: compiled.criteria[i].level_ids[c] for i, c in change},
        winner=compiled.approaches[winner],
    )
