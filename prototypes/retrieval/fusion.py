"""Fusion: one ranking out of several, from ranks alone or from scores brought to one scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

RANK_CONSTANT = 60
DENSE_WEIGHT = 0.8
"""Of a cosine beside a BM25 score; the value that Bruch et al. 2023 settle on."""


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


def fuse_scores(
    lexical: Sequence[Hit], dense: Sequence[Hit], *, dense_weight: float = DENSE_WEIGHT
) -> list[Hit]:
    """Merge BM25 hits and cosine hits by a weighted sum of their scores, best first.

    Each score is divided by the best one of its list, counted from the least that it could be: 0
    for BM25, -1 for a cosine. An item that only one list holds earns what the last of the other
    list earned; ties go to the item with the smaller index. Unlike ranks this keeps by how much
    a hit leads. Source: Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid
    retrieval", ACM TOIS 2023.

    Args:
        lexical: Hits with scores above 0, best first.
        dense: Hits with cosines, best first.
        dense_weight: How much a cosine counts; the BM25 score counts the rest of 1.
    """
    words, words_floor = _scale(lexical, least=0.0)
    meaning, meaning_floor = _scale(dense, least=-1.0)
    fused = {
        index: dense_weight * meaning.get(index, meaning_floor)
        + (1 - dense_weight) * words.get(index, words_floor)
        for index in {**words, **meaning}
    }
    return [Hit(index, fused[index]) for index in sorted(fused, key=lambda i: (-fused[i], i))]


def _scale(hits: Sequence[Hit], *, least: float) -> tuple[dict[int, float], float]:
    """Bring scores to 1 for the best; also return the smallest, 0 if there is no hit."""
    span = max((hit.score for hit in hits), default=least) - least
    scaled = {hit.index: (hit.score - least) / span if span > 0 else 0.0 for hit in hits}
    return scaled, min(scaled.values(), default=0.0)
