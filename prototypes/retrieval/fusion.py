"""Reciprocal-rank fusion: one ranking out of several, from ranks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

RANK_CONSTANT = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """A found item: its position in the indexed sequence, and a score (larger is closer)."""

    index: int
    score: float


def fuse_rankings(
    rankings: Sequence[Sequence[int]],
    *,
    weights: Sequence[float] | None = None,
    rank_constant: int = RANK_CONSTANT,
) -> list[Hit]:
    """Merge rankings by the sum of reciprocal ranks, best first.

    An item at rank r (from 1) of a ranking earns weight / (rank_constant + r); ties go to the
    item with the smaller index. Source: Cormack, Clarke and Büttcher, SIGIR 2009.

    Args:
        rankings: Each a sequence of item indices, best first.
        weights: How much each ranking counts; all alike if None.
        rank_constant: Damps the lead of the very first ranks; 60 in the paper.

    Raises:
        ValueError: If there is not one weight per ranking.
    """
    counted = [1.0] * len(rankings) if weights is None else weights
    fused: defaultdict[int, float] = defaultdict(float)
    for ranking, weight in zip(rankings, counted, strict=True):
        for rank, index in enumerate(ranking, start=1):
            fused[index] += weight / (rank_constant + rank)
    return [Hit(index, fused[index]) for index in sorted(fused, key=lambda i: (-fused[i], i))]


def fuse_hits(
    lists: Sequence[Sequence[Hit]], *, weights: Sequence[float] | None = None
) -> list[Hit]:
    """Merge lists of hits by their order; the scores they came with are not compared."""
    return fuse_rankings([[hit.index for hit in hits] for hits in lists], weights=weights)
