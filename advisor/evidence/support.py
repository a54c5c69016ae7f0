"""What a measurement does to the support of each approach (Evidence from prototypes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Approach

FLOOR: Final = 0.01
"""A measurement on these samples never takes the last of an approach's support away."""


@dataclass(frozen=True, slots=True)
class SupportUpdate:
    """Support of an approach before and after it was measured.

    Attributes:
        first_share: Share of the resamples in which it is feasible and best; None if not measured.
    """

    approach: Approach
    before: float
    first_share: float | None
    after: float


def update_support(
    recommendation: Recommendation, first_shares: Mapping[str, float]
) -> tuple[SupportUpdate, ...]:
    """Take a measurement in as one more source: after ∝ before · (share of first places + 0.01).

    The measured approaches divide anew what they had together. One that was not measured keeps
    its support: nothing was learnt about it.

    Args:
        recommendation: The support before, in the order of the ranking.
        first_shares: Per measured approach, how often it is feasible and best.
    """
    before = {one.approach: one.support for one in recommendation.ranking}
    measured = {one: first_shares[one.value] for one in before if one.value in first_shares}
    raised = {one: before[one] * (share + FLOOR) for one, share in measured.items()}
    held = sum(before[one] for one in measured)
    total = sum(raised.values())
    return tuple(
        SupportUpdate(
            approach=one,
            before=support,
            first_share=measured.get(one),
            after=held * raised[one] / total if one in measured and total else support,
        )
        for one, support in before.items()
    )
