"""How far the people of a team agree, and what most of them say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from advisor.schema.answers import Opinion
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN


def votes(people: Mapping[str, Opinion], criterion: str) -> dict[str, str]:
    """Collect who gave which level; those who do not know have no vote."""
    given = {name: said.answers.get(criterion, UNKNOWN) for name, said in people.items()}
    return {name: level for name, level in given.items() if level != UNKNOWN}


def majority_answers(people: Mapping[str, Opinion]) -> dict[str, str]:
    """Give each criterion the level that most people gave; unknown where there is a tie."""
    named = dict.fromkeys(name for said in people.values() for name in said.answers)
    return {criterion: _majority(votes(people, criterion).values()) for criterion in named}


def _majority(levels: Iterable[str]) -> str:
    counts = Counter(levels).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return UNKNOWN
    return counts[0][0]


def share_agreeing(people: Mapping[str, Opinion], criterion: str) -> float | None:
    """Compute the share that gave the most frequent level; None below two votes."""
    given = votes(people, criterion)
    if len(given) < 2:
        return None
    return Counter(given.values()).most_common(1)[0][1] / len(given)


def is_disputed(people: Mapping[str, Opinion], criterion: str) -> bool:
    """Tell whether two people gave different levels."""
    return len(set(votes(people, criterion).values()) - {NOT_APPLICABLE}) > 1


def concordance(orders: Sequence[Sequence[str]], items: Sequence[str]) -> float | None:
    """Compute Kendall's W of several orders: 0 is no agreement, 1 the same order.

    What an order leaves out shares the places behind it. With ties, W = 12 Σ(R - mean R)² divided
    by m²(n³ - n) - m Σ(t³ - t), for m orders of n items and ties of t items (Kendall & Gibbons
    1990, Rank Correlation Methods, chapter 6).

    Returns:
        W; None below two orders, or if no order prefers anything.
    """
    m, n = len(orders), len(items)
    if m < 2:
        return None
    ranks = np.array([_ranks(order, items) for order in orders])
    totals = ranks.sum(axis=0)
    tied = [n - len(order) for order in orders]
    room = m**2 * (n**3 - n) - m * sum(t**3 - t for t in tied)
    return None if room == 0 else float(12 * ((totals - totals.mean()) ** 2).sum() / room)


def _ranks(order: Sequence[str], items: Sequence[str]) -> list[float]:
    """Rank the items; those that the order leaves out share the mean of the last ranks."""
    last = (len(order) + 1 + len(items)) / 2
    return [order.index(item) + 1.0 if item in order else last for item in items]
