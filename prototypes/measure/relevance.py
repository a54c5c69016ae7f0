"""How well a ranking puts the documents that hold the answer first.

Relevance is binary and known for documents. A ranking of passages is read as a ranking of their
documents, each counted at its first passage.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2


def rank_documents(passage_ids: Sequence[str]) -> list[str]:
    """Turn ids of passages (`document#number`) or documents into distinct documents, in order."""
    return list(dict.fromkeys(_document_id(passage_id) for passage_id in passage_ids))


def recall_at_k(ranking: Sequence[str], relevant_ids: Collection[str], *, k: int) -> float:
    """Return the part of the relevant documents among the first `k` of the ranking."""
    return len(set(ranking[:k]) & set(relevant_ids)) / len(set(relevant_ids))


def mrr(ranking: Sequence[str], relevant_ids: Collection[str]) -> float:
    """Return 1 / rank of the first relevant document, 0 if there is none."""
    ranks = (rank for rank, found in enumerate(ranking, start=1) if found in relevant_ids)
    return 1 / next(ranks, float("inf"))


def ndcg_at_k(ranking: Sequence[str], relevant_ids: Collection[str], *, k: int) -> float:
    """Return the discounted gain of the first `k`, over that of the best possible ranking."""
    gain = sum(
        1 / log2(rank + 1)
        for rank, found in enumerate(ranking[:k], start=1)
        if found in relevant_ids
    )
    n_best = min(k, len(set(relevant_ids)))
    return gain / sum(1 / log2(rank + 1) for rank in range(1, n_best + 1))


def _document_id(passage_id: str) -> str:
    document_id, mark, number = passage_id.rpartition("#")
    return document_id if mark and number.isdecimal() else passage_id
