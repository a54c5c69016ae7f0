"""What speaks against a decision taken: the content of `advisor challenge --format json`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from advisor.schema.base import Frozen
from advisor.schema.explanation import Beliefs, Contrast, SilentRule
from advisor.schema.recommendation import DisputedPoint, Flip, Reason, VetoHit
from advisor.vocabulary import Approach

ChallengeOutcome: TypeAlias = Literal["ruled_out", "outranked", "disputed", "stands"]
"""What became of the decision; `disputed`: it leads, but not clearly."""


class MeasuredRival(Frozen):
    """A rival arm held against the arm that stands for the decision: rival minus decision."""

    arm: str
    approach: str
    against: str
    metric: str
    difference: float
    low: float
    high: float
    """The 95 % interval of the paired difference."""
    p_value: float


class Challenge(Frozen):
    """Everything that speaks against a decision, and what would have to hold for it."""

    schema_version: Literal[1] = 1
    outcome: ChallengeOutcome
    sentence: str = ""
    chosen: Approach
    leading: Approach
    rival: Approach | None
    """The strongest other approach that is not ruled out; None if there is none."""
    lead_db: float | None
    """How far the decision is ahead of `rival`."""
    vetoes: list[VetoHit]
    against: list[Reason]
    """Rules that speak against the decision itself, weightiest first."""
    contrasts: list[Contrast]
    """Rules that speak for `rival` against the decision; decibans by which they do."""
    overturned_by: list[Flip]
    """Smallest changes of the answers under which another approach wins."""
    rescued_by: list[Flip]
    """Where another approach leads: smallest changes under which the decision wins."""
    silent: list[SilentRule]
    """Where another approach leads: rules that would speak for the decision but do not apply."""
    beliefs: Beliefs | None
    """What one would have to believe for the decision to win."""
    rival_beliefs: Beliefs | None
    """The same for `rival`."""
    disputed: list[DisputedPoint]
    why_unclear: str
    """Why there is no clear winner; empty if there is one."""
    verdict: str | None
    """What was measured of the decision: confirmed, contradicted or cannot_tell."""
    broken_limits: list[str]
    """Hard limits that the arm of the decision broke when it was measured."""
    measured: list[MeasuredRival]
    """The most favourable rival first; empty if the decision was not measured."""
