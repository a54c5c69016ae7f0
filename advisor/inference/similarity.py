"""Which published cases are most like a project, and whether they contradict the rules.

Likeness is Gower's general coefficient (Biometrics 27, 1971) over the answers that both give: an
ordered criterion counts by the distance between the two levels, an unordered one by equality, each
with the weight that the rules themselves give it. Nothing in it is fitted to the cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from advisor.inference.conditions import criteria_of
from advisor.schema.case import Case, PublishedCase
from advisor.schema.rule import Criterion, RuleBase
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Approach

N_NEAREST: Final = 5

MIN_SHARED: Final = 4
"""Cases that share fewer answers with the project are not compared."""

DOUBT_DB: Final = 10.0
"""A criterion of this weight, half alike, is added to every comparison: few shared answers that
agree by chance do not make a twin."""

MIN_SIMILARITY: Final = 0.7
"""Cases less alike than this are shown but contradict nothing. Of the published cases, one in ten
has to go further down to find five."""

MIN_DISAGREEING: Final = 3
"""So many of the nearest five have to differ before a contradiction is reported."""


AnyCase = TypeVar("AnyCase", bound=Case)


@dataclass(frozen=True, slots=True)
class SimilarCase(Generic[AnyCase]):
    """A published case beside a project."""

    case: AnyCase
    similarity: float
    """0 (opposite in everything that both answer) to 1."""
    agreeing: tuple[str, ...]
    """Criteria on which both give the same level, weightiest first."""
    differing: tuple[str, ...]
    """Criteria on which both give a level, but not the same; weightiest first."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The nearest cases went another way than the rules would."""

    leading: Approach
    """What the rules put first."""
    outcome: Approach
    """The most frequent outcome among the cases that differ."""
    cases: tuple[SimilarCase[PublishedCase], ...]
    """Those that differ, nearest first."""
    n_compared: int

    def __str__(self) -> str:
        titles = "; ".join(f"{s.case.title} ({s.case.outcome.label})" for s in self.cases)
        return (
            f"{len(self.cases)} of the {self.n_compared} most similar published cases did not end "
            f"with {self.leading.label}, which the rules put first: {titles}."
        )


def similar_cases(
    rule_base: RuleBase,
    answers: Mapping[str, str],
    *,
    library: Sequence[AnyCase],
    n: int = N_NEAREST,
) -> tuple[SimilarCase[AnyCase], ...]:
    """Find the published cases that are most like a project, nearest first.

    Args:
        rule_base: The criteria, and the rules that say how much each matters.
        answers: Checked levels by criterion; unknown and not_applicable compare with nothing.
        library: The cases to look among.
        n: How many to return at most; cases with too little in common are left out.
    """
    weights = criterion_weights(rule_base)
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    known = _known(answers)
    found = [_compare(case, known, criteria=criteria, weights=weights) for case in library]
    alike = [similar for similar in found if similar is not None]
    return tuple(sorted(alike, key=lambda s: (-s.similarity, s.case.id))[:n])


def criterion_weights(rule_base: RuleBase) -> dict[str, float]:
    """Measure how much each criterion matters, in decibans.

    It is the widest gap between two approaches that any one rule opens on it; a rule that reads
    several criteria shares its gap among them.
    """
    weights = {criterion.id: 0.0 for criterion in rule_base.criteria}
    for rule in rule_base.rules:
        read = criteria_of(rule.when)
        given = [rule.weights.get(approach, 0.0) for approach in Approach]
        for criterion in read:
            gap = (max(given) - min(given)) / len(read)
            weights[criterion] = max(weights[criterion], gap)
    return weights


def _known(answers: Mapping[str, str]) -> dict[str, str]:
    return {c: level for c, level in answers.items() if level not in (UNKNOWN, NOT_APPLICABLE)}


def _compare(
    case: AnyCase,
    known: Mapping[str, str],
    *,
    criteria: Mapping[str, Criterion],
    weights: Mapping[str, float],
) -> SimilarCase[AnyCase] | None:
    theirs = _known(case.answers)
    shared = sorted((c for c in known if c in theirs), key=lambda c: (-weights[c], c))
    if len(shared) < MIN_SHARED:
        return None
    alike = sum(weights[c] * _likeness(criteria[c], known[c], theirs[c]) for c in shared)
    total = sum(weights[c] for c in shared)
    return SimilarCase(
        case=case,
        similarity=(alike + DOUBT_DB / 2) / (total + DOUBT_DB),
        agreeing=tuple(c for c in shared if known[c] == theirs[c]),
        differing=tuple(c for c in shared if known[c] != theirs[c]),
    )


def _likeness(criterion: Criterion, ours: str, theirs: str) -> float:
    """Compare two levels: 1 if equal; on an ordered scale less by the steps between them."""
    if not criterion.ordered:
        return float(ours == theirs)
    levels = criterion.level_ids
    return 1 - abs(levels.index(ours) - levels.index(theirs)) / (len(levels) - 1)


def vote(similar: Sequence[SimilarCase[AnyCase]]) -> Approach | None:
    """Name the outcome that weighs most among similar cases; None if there are none."""
    votes = dict.fromkeys((s.case.outcome for s in similar), 0.0)
    for neighbour in similar:
        votes[neighbour.case.outcome] += neighbour.similarity
    return max(votes, key=lambda approach: votes[approach]) if votes else None


def find_disagreement(
    similar: Sequence[SimilarCase[PublishedCase]], leading: Approach
) -> Disagreement | None:
    """Report if most of the nearest cases ended with something else than the rules put first.

    A case whose source finds the leading approach acceptable does not differ.

    Returns:
        None if fewer than three of the nearest five that are alike enough differ.
    """
    near = [s for s in similar[:N_NEAREST] if s.similarity >= MIN_SIMILARITY]
    differing = tuple(s for s in near if not s.case.accepts(leading))
    if len(differing) < MIN_DISAGREEING:
        return None
    outcome, _ = Counter(s.case.outcome for s in differing).most_common(1)[0]
    return Disagreement(leading, outcome, differing, len(near))
