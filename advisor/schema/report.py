"""What a reader sees: every word, figure and order of a report, settled before it is rendered.

Terminal, Markdown, HTML and JSON are functions of one `Report`. Its strings are plain text in
which control and direction marks have been made visible; each renderer escapes them for its own
format. Figures keep their numbers, because a drawing needs them; everything else is worded.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from advisor.schema.base import Frozen
from advisor.schema.exhibits import (
    Brief,
    CostSection,
    CurveSection,
    ExperimentSection,
    LineFigure,
    RuleCheckSection,
    ShareFigure,
    SpotFigure,
)
from advisor.schema.exhibits import Column as Column
from advisor.schema.exhibits import Fact as Fact
from advisor.schema.exhibits import Table as Table
from advisor.schema.samples import SampleSection
from advisor.vocabulary import Approach, Status

Tone: TypeAlias = Literal["good", "bad", "open"]
"""How an outcome is coloured; the badge says the same in words."""


class CitedSource(Frozen):
    """An entry of the list of sources; `[number]` in the text refers to it."""

    number: int
    id: str
    text: str
    """Authors, year, title and venue, in one line."""
    url: str = ""
    """An http(s) address if the venue has one."""


class Evidence(Frozen):
    """One rule that fired, as a reader sees it."""

    rule: str
    text: str
    weight: str
    """Signed decibans and the word for them: "+6 db, substantial"."""
    grade: str
    answers: tuple[str, ...]
    """The answers that made it fire, each as "question answer"."""
    sources: tuple[int, ...]
    """Numbers of the sources that say so."""
    opposed_by: tuple[int, ...]
    """Numbers of the sources that say otherwise."""


class Constraint(Frozen):
    """A veto that excludes an approach, or would if an open question were answered so."""

    rule: str
    text: str
    sources: tuple[int, ...]


class ApproachEntry(Frozen):
    """One row of the ranking with everything that speaks for and against it."""

    approach: Approach
    label: str
    heading: str
    """Name, status and support in one line."""
    summary: str
    """What the approach is, in a sentence; empty if the rule base has none."""
    status: Status
    status_text: str
    score: str
    support: str
    first: str
    """In how many of the robustness draws it comes first."""
    reasons: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    constraints: tuple[Constraint, ...]
    why_not: str
    """The strongest thing that speaks against it, in a sentence; empty for the leader."""
    silent: tuple[str, ...] = ()
    """Rules that would speak for it, each with the answers it lacks; strongest first."""


class Suggestion(Frozen):
    """A companion technique, or the form an approach should take."""

    subject: str
    because: str
    sources: tuple[int, ...]


class Dispute(Frozen):
    """A point on which the sources contradict each other."""

    rule: str
    statement: str
    for_sources: tuple[int, ...]
    against_sources: tuple[int, ...]


class Heed(Frozen):
    """What has to be said before any ranking, such as that it is too early to choose."""

    rule: str
    title: str
    text: str
    """What to do and why, in whole sentences."""
    sources: tuple[int, ...]
    opposed_by: tuple[int, ...]


class Precedent(Frozen):
    """A published project much like this one."""

    title: str
    outcome: str
    """What happened there, in a sentence."""
    likeness: str
    source: str
    url: str = ""
    """An http(s) address if the source has one."""


class Mark(Frozen):
    """One value of a figure with the range drawn around it."""

    label: str
    low: float
    value: float
    high: float
    text: str
    """The same in words, with its unit."""
    is_recommended: bool = False
    tone: Tone | None = None
    """How it is coloured; the text says the same."""


class ReferenceLine(Frozen):
    """A value that the marks are held against, such as a budget."""

    value: float
    text: str


class Figure(Frozen):
    """The numbers of a chart and the words that stand for it where it cannot be seen."""

    kind: Literal["marks"] = "marks"
    id: str
    title: str
    description: str
    legend: str
    """What a special mark means; empty if there is none."""
    unit: Literal["percent", "number", "milliseconds", "decibans"]
    scale: Literal["linear", "log"]
    marks: tuple[Mark, ...] = Field(min_length=1)
    line: ReferenceLine | None = None
    table: Table


class AdviceSection(Frozen):
    """What is recommended and what would change it."""

    recommended: Approach | None
    leading: Approach
    summary: str
    """The recommendation, or why there is none, in one sentence; empty if it is the headline."""
    confidence: tuple[str, ...]
    """How firm it is, in whole sentences."""
    notices: tuple[Heed, ...] = ()
    """What comes before the ranking."""
    ranking: tuple[ApproachEntry, ...]
    """Best first; the first entry is the leading approach."""
    ranking_table: Table
    companions: tuple[Suggestion, ...]
    variants: tuple[Suggestion, ...]
    flips: tuple[str, ...]
    """Smallest changes of the answers with another winner, in whole sentences."""
    flips_note: str
    """What the list of flips leaves out; empty if nothing."""
    grounds: tuple[str, ...] = ()
    """Which answers, weights and sources it rests on, in whole sentences."""
    decisive_sources: tuple[int, ...] = ()
    """Numbers of the sources without which another approach would come first."""
    ledger: Figure | None = None
    """How the findings add up to the score of the leading approach."""
    ranks: ShareFigure | None = None
    """How often each approach takes which rank; None if the weights were not varied."""
    robustness: tuple[str, ...] = ()
    """How often the leading approach beats each other one."""
    beliefs: tuple[str, ...] = ()
    """What one would have to believe for each rival to win, best rival first."""
    precedents: tuple[Precedent, ...] = ()
    """The published cases most like the project, nearest first."""
    precedents_note: str = ""
    """That the nearest cases ended differently; empty if they did not, or none was looked up."""
    disputed: tuple[Dispute, ...]
    unanswered: tuple[str, ...]
    unanswered_heading: str
    next_questions: tuple[str, ...]
    """The open questions most worth answering, best first."""


class TrialSection(Frozen):
    """What was measured and what it says about the recommendation."""

    outcome: Literal["confirmed", "contradicted", "cannot_tell", "none"]
    verdict: str
    """The verdict with its figures, and what would settle it if it is open."""
    remarks: tuple[str, ...]
    """What a reader must know before trusting the figures; empty if nothing."""
    figures: tuple[Figure, ...]
    trade_off: SpotFigure | None = None
    """Quality against latency; None if fewer than two arms ended."""
    reliability: LineFigure | None = None
    """How often answers are right that an arm was so and so sure of."""
    arms: Table
    comparisons: Table
    dropped: Table
    """Rivals that were left halfway because they were behind."""
    not_run: Table
    details: tuple[Table, ...]
    """Effort and further metrics. A table without rows is not shown."""
    costs: CostSection | None = None
    rule_checks: RuleCheckSection | None = None
    learning_curve: CurveSection | None = None
    experiments: tuple[ExperimentSection, ...] = ()
    arm_notes: tuple[Fact, ...]
    samples: SampleSection | None = None
    """What the arms answered, side by side; None if it is not to be shown."""
    data: tuple[Fact, ...]
    protocol: tuple[Fact, ...]


class Report(Frozen):
    """One consultation, worded."""

    schema_version: Literal[1] = 1
    headline: str
    """The verdict in one sentence; without a trial, the recommendation."""
    badge: str
    """The outcome in one or two words."""
    tone: Tone
    project: str
    description: str
    glance: tuple[Fact, ...]
    """The handful of figures that somebody in a hurry wants."""
    brief: Brief
    """The page for a manager."""
    advice: AdviceSection
    trial: TrialSection | None
    limits: tuple[str, ...]
    """What the report does not tell."""
    sources: tuple[CitedSource, ...]
    reproduce: tuple[str, ...]
    """Commands, one per line."""
    versions: tuple[Fact, ...]
