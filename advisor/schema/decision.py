"""What became of a decision: the content of `advisor recheck --format json`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.vocabulary import Approach


class RuleDrift(Frozen):
    """A rule or veto that speaks otherwise now than when the decision was advised."""

    rule: str
    because: str
    before: dict[Approach, float] = Field(default_factory=dict)
    """Decibans per approach; empty if it did not fire."""
    now: dict[Approach, float] = Field(default_factory=dict)
    lead_before_db: float = 0.0
    """Decibans for the decision against its strongest rival."""
    lead_now_db: float = 0.0
    excludes_before: list[Approach] = Field(default_factory=list)
    """For a veto: what it excluded."""
    excludes_now: list[Approach] = Field(default_factory=list)


class ValueDrift(Frozen):
    """A value then and now; None where there is none."""

    name: str
    before: str | float | None
    now: str | float | None


class Recheck(Frozen):
    """Whether a decision still stands, and what drifted since it was advised."""

    schema_version: Literal[1] = 1
    outcome: Literal["stands", "weakened", "changed", "infeasible"]
    sentence: str = ""
    """The finding in one sentence."""
    decision: Approach
    """What was recommended, or led where there was no clear winner."""
    was_clear: bool
    leading_now: Approach
    is_clear_now: bool
    why_unclear: str = ""
    """Why there is no clear winner now; empty if there is one."""
    rival: Approach | None
    """The new leader, or the strongest rival where the decision still leads."""
    lead_before_db: float | None
    """How far the decision was ahead of `rival`."""
    lead_now_db: float | None
    rules_version: ValueDrift
    rules: list[RuleDrift]
    """Rules that fire otherwise, the one that moves the decision most first."""
    answers: list[ValueDrift]
    data: ValueDrift | None
    """The fingerprints; None if no data were given to compare."""
    prices: ValueDrift | None
    """US dollars per machine hour; None if nothing was measured."""
    token_prices: list[ValueDrift] = Field(default_factory=list)
    """US dollars per million tokens read and written; empty unless known for then and now."""
    cheapest: ValueDrift | None = None
    """The cheapest measured arm a month; None if volume or prices are not known."""
    verdict: str | None
    """What the run measured: confirmed, contradicted or cannot_tell."""

    @property
    def stands(self) -> bool:
        """True if the same approach still leads, as clearly as before."""
        return self.outcome == "stands"

    @property
    def is_outdated(self) -> bool:
        """True if the data are no longer those that were measured."""
        return self.data is not None and self.data.before != self.data.now
