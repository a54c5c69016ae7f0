"""The rule base as frozen values, spelt as the YAML files in `rules/` spell it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from advisor.schema.base import Frozen
from advisor.schema.quantities import ONLY_COMPARED, Quantity
from advisor.vocabulary import Approach, Grade

Theme = Literal["quality", "freshness", "cost", "latency", "traceability", "privacy", "effort"]
"""What a project may put in an order of importance."""

OPERATORS = ("at_least", "at_most", "is", "one_of", "none_of")


class Leaf(Frozen):
    """A test of one criterion: `{criterion: data_volatility, at_least: weekly}`.

    There is no negation of a whole condition on purpose: a leaf on a question that does not apply
    is false whatever its operator, so not_applicable can only ever add 0 decibans.
    """

    criterion: str
    at_least: str | None = None
    at_most: str | None = None
    is_: str | None = Field(default=None, alias="is")
    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _exactly_one_operator(self) -> Leaf:
        given = [name for name in OPERATORS if getattr(self, _field(name)) is not None]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"expected exactly one of {', '.join(OPERATORS)}, found {found}")
        return self

    @property
    def operator(self) -> str:
        """The one operator that is set."""
        return next(name for name in OPERATORS if getattr(self, _field(name)) is not None)

    @property
    def operand(self) -> tuple[str, ...]:
        """The level or levels the operator compares with."""
        value = getattr(self, _field(self.operator))
        return (value,) if isinstance(value, str) else value


class AllOf(Frozen):
    """True if every part is true."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(Frozen):
    """True if at least one part is true."""

    any: tuple[Condition, ...] = Field(min_length=1)


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return next((word for word in ("all", "any") if word in value), "leaf")
    if isinstance(value, AllOf):
        return "all"
    return "any" if isinstance(value, AnyOf) else "leaf"


Condition = Annotated[
    Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")] | Annotated[Leaf, Tag("leaf")],
    Discriminator(_kind),
]


def _field(operator: str) -> str:
    return "is_" if operator == "is" else operator


class Expectation(Frozen):
    """What a rule expects of its experiment: that an approach beats others, or a bound."""

    quantity: Quantity
    approach: Approach
    better_than: tuple[Approach, ...] = ()
    at_least: float | None = None
    """Bound of the 95th percentile in milliseconds (latency) or of a share (the others)."""
    at_most: float | None = None
    language_model: bool = False
    """True if only an arm that asks a language model can tell."""

    @model_validator(mode="after")
    def _compares_or_bounds(self) -> Expectation:
        is_bounded = self.at_least is not None or self.at_most is not None
        if bool(self.better_than) == is_bounded:
            raise ValueError("expected either better_than, or a bound by at_least or at_most")
        if self.approach in self.better_than:
            raise ValueError("an approach cannot be better than itself")
        if is_bounded and self.quantity in ONLY_COMPARED:
            raise ValueError(f"{self.quantity} can only be compared; expected better_than")
        return self


class Statement(Frozen):
    """What rules, vetoes and suggestions have in common."""

    id: str
    name: str
    """Kebab-case; states what was found and reads well after "because"."""
    title: str
    rationale: str
    when: Condition
    sources: tuple[str, ...] = ()
    opposed_by: tuple[str, ...] = ()
    grade: Grade
    claims: tuple[str, ...] = ()
    """Ids of founding claims (claims.yaml) that find a home here."""
    exceptions: str = ""
    experiment: str = ""
    expects: Expectation | None = None
    """What the experiment must show for the statement to hold on the user's data."""
    waiver: str = ""
    """Why a lint check does not apply here; shown by `advisor rules show`."""
    file: str = ""
    line: int = 0


class Rule(Statement):
    """Evidence: when it fires, every approach gains or loses decibans."""

    weights: dict[Approach, float]
    """Decibans as written; centred (sum 0 over the approaches) when the rule base is compiled."""
    derivation: str = ""
    """How a published number became decibans; empty for a judgement."""
    group: str = ""
    """Correlated rules share a group and are damped together (groups.yaml)."""


class Veto(Statement):
    """A constraint: when it is true the approaches are excluded, when unknown conditional."""

    excludes: tuple[Approach, ...] = Field(min_length=1)


class CompanionRule(Statement):
    """Suggests a technique to have beside the approach."""

    technique: str
    for_approaches: tuple[Approach, ...] = ()
    """Only suggested if one of these leads; empty = always."""


class VariantRule(Statement):
    """Chooses a form of an approach, a store or a base model; first match per slot wins."""

    slot: str
    """An approach id, or `store`, or `base_model`."""
    choice: str


class NoticeRule(Statement):
    """Says something that no ranking can: that it is too early to choose, or that less will do."""

    notice: Literal[
        "evaluation_first", "classifier_suffices", "tool_call", "nothing_to_build", "text_only"
    ]
    advice: str
    """What to do instead, or first, in one sentence."""
    while_unanswered: tuple[str, ...] = ()
    """Only said while none of these criteria has an answer."""


class Level(Frozen):
    """One answer a question offers."""

    id: str
    label: str
    example: str
    prior: float | None = None
    """Share of projects at this level, where a source says so; otherwise uniform."""


class NumericScale(Frozen):
    """How a number becomes a level of an ordered criterion."""

    unit: Literal["count", "milliseconds", "per_day", "billions"]
    breaks: tuple[float, ...]
    """Ascending; level i holds numbers below breaks[i] (at or above the one before)."""


class Criterion(Frozen):
    """A question of the interview."""

    id: str
    topic: str
    ordered: bool
    question: str
    help: str
    levels: tuple[Level, ...] = Field(min_length=2)
    numeric: NumericScale | None = None
    actionable: bool = False
    """True if the user could change the answer (buy labels), not only learn it."""
    prior_source: str = ""
    theme: Theme | None = None
    """What its rules weigh more for, if the user puts that first; None = a plain fact."""

    @property
    def level_ids(self) -> tuple[str, ...]:
        """Ids of the levels, in their natural order."""
        return tuple(level.id for level in self.levels)


class ApproachInfo(Frozen):
    """What an approach is, in words."""

    id: Approach
    title: str
    summary: str
    strengths: tuple[str, ...]
    costs: tuple[str, ...]
    base_db: float = 0.0
    base_source: str = ""


class Source(Frozen):
    """Something that can be looked up."""

    id: str
    authors: str
    year: int
    title: str
    where: str
    """Venue with locator: arXiv number, DOI, address, or file of the founding documents."""
    kind: Literal["founding", "paper", "vendor", "case", "book", "expert"]
    note: str = ""


class Group(Frozen):
    """Correlated rules: γ = 1 / (1 + (m - 1) ρ) for m fired rules (decision-model.md)."""

    id: str
    title: str
    rho: float = Field(ge=0, le=1)


class FoundingClaim(Frozen):
    """A claim of the founding documents."""

    id: str
    statement: str
    said_by: tuple[str, ...]
    denied_by: tuple[str, ...] = ()
    disputed: bool = False
    home: str = ""
    """Where it lives if not in a rule: `experiment:…`, `consultation:…` or `disputed:…`."""


class RuleBase(Frozen):
    """Everything in `rules/`, cross-referenced and checked at load."""

    approaches: tuple[ApproachInfo, ...]
    criteria: tuple[Criterion, ...]
    sources: tuple[Source, ...]
    groups: tuple[Group, ...]
    claims: tuple[FoundingClaim, ...]
    rules: tuple[Rule, ...]
    vetoes: tuple[Veto, ...]
    companions: tuple[CompanionRule, ...]
    variants: tuple[VariantRule, ...]
    notices: tuple[NoticeRule, ...] = ()
    version: str
    """Ten hexadecimal digits of the SHA-256 of the content; with additions, `ours+theirs`."""

    def criterion(self, criterion_id: str) -> Criterion:
        """Look a criterion up by id; KeyError if there is none."""
        return _by_id(self.criteria, criterion_id)

    def source(self, source_id: str) -> Source:
        """Look a source up by id; KeyError if there is none."""
        return _by_id(self.sources, source_id)


T = TypeVar("T", Criterion, Source)


def _by_id(values: tuple[T, ...], wanted: str) -> T:
    for value in values:
        if value.id == wanted:
            return value
    raise KeyError(wanted)
