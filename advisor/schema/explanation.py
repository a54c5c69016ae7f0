"""Why a recommendation stands and how firmly, as frozen values: parts of `recommendation.json`.

Every sentence of a report can be built from these without asking the engine again.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.vocabulary import Approach, Status


class Finding(Frozen):
    """A rule, as much of it as a sentence needs."""

    rule: str
    because: str
    """The finding, in words that read well after "because"."""
    sources: list[str] = Field(default_factory=list)


class SufficientReason(Frozen):
    """Answers that fix the winner, whatever the other answers are."""

    answers: dict[str, str]
    """Empty if there is no such set, not even that of all answers given."""
    method: Literal["smallest", "minimal", "sufficient", "none"]
    """`smallest`: no smaller set exists. `minimal`: no answer of it can be spared. `sufficient`:
    proven, but some answer of it may be spared."""
    scope: Literal["all", "given"]
    """Whether the others include the open questions; if not, those stay open."""


class TippingPoint(Frozen):
    """How much more or less a rule would have to count for another approach to win."""

    finding: Finding
    multiplier: float
    """0 = as if the rule did not exist, 1 = as judged, 2 = twice as much."""
    winner: Approach


class SourceLeftOut(Frozen):
    """Who would win if a source were not believed."""

    source: str
    rules: list[str]
    """The rules that rest on it among those that fired."""
    winner: Approach | None
    margin_db: float
    """By how much that winner would lead."""
    changes_winner: bool


class EqualWeights(Frozen):
    """Who would win if every finding counted the same (Dawes 1979)."""

    tallies: dict[Approach, int]
    """Findings for minus findings against."""
    winners: list[Approach]
    """More than one if they tie."""
    agrees: bool
    """True if the leading approach is the only winner here, too."""


class FailedTest(Frozen):
    """One part of a condition that is not met, and what would meet it."""

    criterion: str
    found: str
    needed: list[str]
    """Any of these levels."""
    actionable: bool = False
    """True if the answer could be changed, not only learnt."""


class SilentRule(Frozen):
    """A rule that would favour an approach but does not apply."""

    finding: Finding
    db: float
    """Decibans it would win over the leading approach, before damping and capping."""
    failed: list[FailedTest]


class Contrast(Frozen):
    """A rule that fired and speaks for the leading approach against this one."""

    finding: Finding
    db: float
    """Decibans by which it favours the leading approach."""


class WhyNot(Frozen):
    """Why an approach is not in front."""

    approach: Approach
    status: Status
    behind_db: float
    """How far behind the leading approach; negative if only a veto holds it back."""
    vetoes: list[str] = Field(default_factory=list)
    """The vetoes that exclude it."""
    against: list[Contrast]
    """Strongest contrary evidence first."""
    silent: list[SilentRule]
    """What would speak for it if it applied, strongest first."""


class WaitingRule(Frozen):
    """A rule or veto whose condition depends on an open question."""

    finding: Finding
    favours: list[Approach] = Field(default_factory=list)
    """The approaches that gain most if it fires."""
    excludes: list[Approach] = Field(default_factory=list)
    """For a veto: what it would exclude."""


class AnswerEffect(Frozen):
    """What one possible answer to an open question would do."""

    level: str
    probability: float
    """How often projects like these give this answer (prior)."""
    leading: Approach
    support: dict[Approach, float]
    excluded: list[Approach] = Field(default_factory=list)
    wins: dict[Approach, float]
    """How often each approach would win over the remaining open questions."""
    fires: list[str]
    """The waiting rules and vetoes that this answer would make true."""
    changes_leader: bool


class WhyAsk(Frozen):
    """Why a question is worth asking."""

    criterion: str
    bits: float
    """Expected drop of the entropy of the winner distribution."""
    waiting: list[WaitingRule]
    effects: list[AnswerEffect]


class Explanation(Frozen):
    """Why this approach and no other."""

    sufficient: SufficientReason
    n_flips: dict[int, int]
    """How many changes of one, two or three answers have another winner, counting only those of
    which no part is enough; `flips` tells the most useful of them."""
    tipping_points: list[TippingPoint]
    """Nearest first; at most one on each side of 1 per rule, between 0 and 10."""
    n_without_tipping_point: int
    """How many fired rules change nothing, whether they count ten times or not at all."""
    sources_left_out: list[SourceLeftOut]
    """Those that change the winner first, then by how much they narrow the lead."""
    equal_weights: EqualWeights
    why_not: list[WhyNot]
    """In the order of the ranking, without the leading approach."""
    why_ask: list[WhyAsk]
    """The open questions most worth asking."""


class Belief(Frozen):
    """One thing that holds where an approach wins more than it does elsewhere."""

    kind: Literal["weight", "answer", "priority"]
    finding: Finding | None = None
    """The rule whose weight it is about."""
    criterion: str = ""
    levels: list[str] = Field(default_factory=list)
    """For an answer: any of these levels."""
    theme: str = ""
    value: float
    """Mean over the draws that the approach wins: of the multiplier of a weight or theme, or the
    share of an answer."""
    usual: float
    """The same over all draws."""


class Beliefs(Frozen):
    """What one would have to believe for an approach to win (central weights of SMAA-2)."""

    approach: Approach
    first_rank: float
    """Share of the draws in which it comes first."""
    confidence: float | None
    """How often it comes first under its own central weights; None if it hardly ever wins."""
    sentence: str
    beliefs: list[Belief]
    """The most telling first."""


class Robustness(Frozen):
    """How the ranking fares when weights, answers and priorities are as uncertain as they are."""

    n_draws: int
    rank_acceptability: dict[Approach, list[float]]
    """Share of the draws in which an approach takes the first, second, … rank."""
    pairwise: dict[Approach, dict[Approach, float]]
    """Share of the draws in which the first beats the second; ties count half."""
    beliefs: list[Beliefs]
    """In the order of the ranking."""
    priorities: list[str] = Field(default_factory=list)
    """The order of importance that was applied; empty if none was given."""
    theme_weights: dict[str, float] = Field(default_factory=dict)
    """What each theme counts under that order; 1 is neutral."""
