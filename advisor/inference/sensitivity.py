"""What it would take to change the winner: other weights, fewer sources, no weights at all.

Each rule keeps the damping and capping that the ledger shows, so that every score is a straight
line in each weight and the points where the lines cross are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.inference.blocks import Firing
from advisor.inference.compiled import MILLI, CompiledRules
from advisor.inference.evidence import Evidence
from advisor.inference.ranking import Ranking
from advisor.inference.wording import describe
from advisor.schema.explanation import EqualWeights, SourceLeftOut, TippingPoint

MAX_MULTIPLIER = 10.0
"""A rule that would have to count more than ten times is said to tip nothing."""


def find_tipping_points(
    compiled: CompiledRules, evidence: Evidence, ranking: Ranking
) -> list[TippingPoint]:
    """Find the multiplier of each fired rule at which the winner changes, nearest to 1 first."""
    found = [
        TippingPoint(
            finding=describe(compiled.rules[firing.rule]),
            multiplier=multiplier,
            winner=compiled.approaches[rival],
        )
        for firing in evidence.firings
        for multiplier, rival in _crossings(firing, ranking)
    ]
    return sorted(found, key=lambda tip: (abs(tip.multiplier - 1.0), tip.finding.rule))


def _crossings(firing: Firing, ranking: Ranking) -> Iterator[tuple[float, int]]:
    """Yield where a rival overtakes as the rule counts less, and as it counts more.

    Of rivals that draw level at the same point, the one that moves ahead faster is named.
    """
    below: list[tuple[float, int, int]] = []
    above: list[tuple[float, int, int]] = []
    for rival in ranking.feasible[1:]:
        gain = firing.worth[ranking.leader] - firing.worth[rival]
        if gain:
            lead = ranking.scores[ranking.leader] - ranking.scores[rival]
            (below if gain > 0 else above).append((1.0 - lead / gain, gain, rival))
    if below and max(below)[0] >= 0.0:
        multiplier, _, rival = max(below)
        yield multiplier, rival
    if above and min(above)[0] <= MAX_MULTIPLIER:
        multiplier, _, rival = min(above)
        yield multiplier, rival


def leave_sources_out(
    compiled: CompiledRules, evidence: Evidence, ranking: Ranking
) -> list[SourceLeftOut]:
    """Tell who would win without each source of a fired rule or veto.

    A rule loses its source's part of its weight: all of it if it cites no other, half of it if it
    cites one more. A veto falls only if it cites no other.
    """
    fired = [v for v in compiled.vetoes if evidence.fired & compiled.bit[v.id]]
    cited = [compiled.rules[firing.rule].sources for firing in evidence.firings]
    sources = sorted(
        {source for names in (*cited, *(v.sources for v in fired)) for source in names}
    )
    found = [_without(compiled, evidence, ranking=ranking, source=source) for source in sources]
    return sorted(found, key=lambda one: (not one.changes_winner, one.margin_db, one.source))


def _without(
    compiled: CompiledRules, evidence: Evidence, *, ranking: Ranking, source: str
) -> SourceLeftOut:
    scores = [float(score) for score in ranking.scores]
    resting = []
    for firing in evidence.firings:
        cited = compiled.rules[firing.rule].sources
        if source in cited:
            resting.append(compiled.rules[firing.rule].id)
            scores = [s - w / len(cited) for s, w in zip(scores, firing.worth, strict=True)]
    standing = [v for v in compiled.vetoes if evidence.fired & compiled.bit[v.id]]
    falling = [veto for veto in standing if veto.sources == (source,)]
    excluded = {a for veto in standing if veto not in falling for a in veto.excludes}
    order = [
        o
        for o in sorted(ranking.order, key=lambda o: -scores[o])
        if compiled.approaches[o] not in excluded
    ]
    margin = scores[order[0]] - scores[order[1]] if len(order) > 1 else 0.0
    return SourceLeftOut(
        source=source,
        rules=sorted([*resting, *(veto.id for veto in falling)]),
        winner=compiled.approaches[order[0]] if order else None,
        margin_db=margin / MILLI,
        changes_winner=bool(order) and bool(ranking.feasible) and order[0] != ranking.leader,
    )


def weigh_equally(compiled: CompiledRules, evidence: Evidence, ranking: Ranking) -> EqualWeights:
    """Count the findings for and against each approach instead of weighing them (Dawes 1979)."""
    votes = [[_sign(w) for w in compiled.weights[f.rule]] for f in evidence.firings]
    tallies: Sequence[int] = (
        [sum(column) for column in zip(*votes, strict=True)] if votes else [0] * len(ranking.scores)
    )
    most = max((tallies[o] for o in ranking.feasible), default=0)
    winners = [compiled.approaches[o] for o in ranking.feasible if tallies[o] == most]
    return EqualWeights(
        tallies=dict(zip(compiled.approaches, tallies, strict=True)),
        winners=winners,
        agrees=winners == [compiled.approaches[ranking.leader]],
    )


def _sign(weight: int) -> int:
    """Read a weight as for, against, or (below a tenth of a deciban) neither."""
    return (weight > MILLI // 10) - (weight < -MILLI // 10)
