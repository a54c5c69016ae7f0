"""What Advisor recommends and why: the content of `recommendation.json` (product.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.schema.explanation import Explanation, Robustness
from advisor.vocabulary import Approach, Status


class Reason(Frozen):
    """One rule that fired, and what it is worth to one approach."""

    rule: str
    db: float
    """Decibans for this approach after damping and capping; the ledger sums to the score."""
    because: str
    """The finding, in words that read well after "because"."""
    sources: list[str]
    opposed_by: list[str] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)
    """The answers that made the rule fire."""
    grade: str = ""


class VetoHit(Frozen):
    """A veto that excludes an approach, or would if an open question were answered so."""

    veto: str
    because: str
    sources: list[str]
    is_open: bool
    """True if it depends on an answer nobody has given yet."""
    missing: list[str] = Field(default_factory=list)


class RankedApproach(Frozen):
    """One approach with everything that speaks for and against it."""

    approach: Approach
    status: Status
    score_db: float
    support: float
    rank_acceptability: float
    """Share of the robustness draws in which this approach comes first."""
    wins: float = 0.0
    """Share of the completions of the unknown answers in which this approach comes first."""
    reasons: list[Reason]
    against: list[Reason]
    vetoes: list[VetoHit] = Field(default_factory=list)


class Companion(Frozen):
    """A technique worth having beside the approach."""

    technique: str
    because: str
    rule: str = ""
    sources: list[str] = Field(default_factory=list)


class VariantChoice(Frozen):
    """Which form of an approach, or which store or base model, and why."""

    choice: str
    because: str
    rule: str
    sources: list[str]


class Notice(Frozen):
    """What has to be said beside any ranking: too early to choose, or less will do."""

    notice: str
    title: str
    advice: str
    because: str
    rule: str
    sources: list[str]
    opposed_by: list[str] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)
    """The answers that brought it up."""


class Flip(Frozen):
    """A smallest set of changed answers with another winner."""

    change: dict[str, str]
    winner: Approach


class DisputedPoint(Frozen):
    """A question on which the cited sources contradict each other."""

    rule: str
    statement: str
    for_sources: list[str]
    against_sources: list[str]


class Recommendation(Frozen):
    """A ranked, explained recommendation."""

    schema_version: Literal[1] = 1
    recommended: Approach | None
    """None when there is no clear winner."""
    leading: Approach
    abstention: str = ""
    """Why there is no clear winner, as a sentence; empty if there is one."""
    ranking: list[RankedApproach]
    companions: list[Companion]
    variants: dict[str, str]
    variant_reasons: dict[str, VariantChoice] = Field(default_factory=dict)
    notices: list[Notice] = Field(default_factory=list)
    """What comes before, or instead of, building any of the approaches."""
    unanswered: list[str]
    next_questions: list[str] = Field(default_factory=list)
    """The unanswered criteria most worth answering, best first."""
    flips: list[Flip]
    disputed: list[DisputedPoint] = Field(default_factory=list)
    same_decision_probability: float
    winner_distribution_method: str
    """"exact" or how many seeded draws were made."""
    settled: bool
    """True if no remaining answer could change the leading approach."""
    explanation: Explanation | None = None
    robustness: Robustness | None = None
    """Both are left out where only the ranking was asked for."""
    rules_version: str

    def _repr_html_(self) -> str:
        """Show the ranking and the main reasons in a notebook."""
        from advisor.report.notebook import recommendation_card
        from prototypes.display import render_card

        return render_card(recommendation_card(self))
