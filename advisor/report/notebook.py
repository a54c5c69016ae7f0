"""What a notebook shows of a recommendation: the ranking, and why."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.report.advice import is_infeasible, summarise
from advisor.report.references import by_weight
from advisor.report.wording import as_sentence, decibans, inside_sentence, join_words, share
from advisor.schema.recommendation import RankedApproach, Recommendation
from advisor.vocabulary import Status
from prototypes.display import Card

MAX_REASONS = 3


def recommendation_card(recommendation: Recommendation) -> Card:
    """Lay out a recommendation, the best approach first."""
    badge = "Recommended" if recommendation.recommended else "No clear winner"
    return Card(
        badge="Nothing feasible" if is_infeasible(recommendation) else badge,
        sentence=summarise(recommendation),
        columns=("Approach", "Support", "Evidence", "First in the draws", "Status"),
        rows=tuple(_row(ranked) for ranked in recommendation.ranking),
        remarks=tuple(_remarks(recommendation)),
    )


def _row(ranked: RankedApproach) -> tuple[str, ...]:
    is_out = ranked.status is Status.EXCLUDED
    return (
        ranked.approach.label,
        "none" if is_out else share(ranked.support),
        decibans(ranked.score_db),
        "never" if is_out else share(ranked.rank_acceptability),
        ranked.status.value,
    )


def _remarks(recommendation: Recommendation) -> Iterator[str]:
    leader = recommendation.ranking[0]
    for title, findings in (("For it", leader.reasons), ("Against it", leader.against)):
        if findings:
            weightiest = by_weight(findings)[:MAX_REASONS]
            said = (f"{inside_sentence(one.because)} ({one.rule})" for one in weightiest)
            yield as_sentence(f"{title}: {join_words(said)}")
    if recommendation.flips:
        flip = recommendation.flips[0]
        change = ", ".join(f"{criterion}={level}" for criterion, level in flip.change.items())
        yield f"Smallest change with another winner: {change} puts {flip.winner.label} first."
    if recommendation.next_questions:
        asked = ", ".join(recommendation.next_questions[:MAX_REASONS])
        yield f"Most worth answering next: {asked}."
