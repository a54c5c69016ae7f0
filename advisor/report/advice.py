"""The recommendation in words: who leads, why, how firmly, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.report.advice_figures import ledger_figure, ranks_figure
from advisor.report.grounds import (
    count_flips,
    decisive_sources,
    state_beliefs,
    state_grounds,
    state_measured,
    state_robustness,
    state_silent,
)
from advisor.report.phrasebook import Phrasebook
from advisor.report.references import Bibliography, by_weight
from advisor.report.wording import (
    as_sentence,
    count_of,
    inside_sentence,
    plain_text,
    share,
    strength,
)
from advisor.schema.answers import Answers
from advisor.schema.recommendation import RankedApproach, Recommendation
from advisor.schema.report import AdviceSection, ApproachEntry, Column, Table
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Status

MAX_FLIPS = 8


def build_advice(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    *,
    bibliography: Bibliography,
    is_headline: bool,
) -> AdviceSection:
    """Word a recommendation.

    Args:
        rule_base: Questions and levels are spelt as it spells them.
        answers: What the recommendation was made from.
        recommendation: What is recommended and why.
        bibliography: The numbers that stand for the sources.
        is_headline: True if the recommendation is the headline, which is then not repeated.
    """
    words = Phrasebook(rule_base, bibliography, answers.measured)
    entries = _entries(words, recommendation)
    return AdviceSection(
        recommended=recommendation.recommended,
        leading=recommendation.leading,
        summary="" if is_headline else summarise(recommendation),
        confidence=_confidence(recommendation),
        notices=tuple(words.notice(one) for one in recommendation.notices),
        ranking=entries,
        ranking_table=_ranking_table(entries),
        companions=tuple(words.companion(one) for one in recommendation.companions),
        variants=words.variants(recommendation),
        flips=tuple(words.flip(one, answers) for one in recommendation.flips[:MAX_FLIPS]),
        flips_note=_flips_note(recommendation),
        grounds=(*state_measured(answers), *state_grounds(recommendation, bibliography)),
        decisive_sources=decisive_sources(recommendation, bibliography),
        ledger=ledger_figure(recommendation.ranking[0]),
        ranks=ranks_figure(recommendation),
        robustness=tuple(state_robustness(recommendation)),
        beliefs=tuple(state_beliefs(recommendation)),
        disputed=tuple(words.dispute(point) for point in recommendation.disputed),
        unanswered=tuple(words.question(one) for one in recommendation.unanswered),
        unanswered_heading=f"{count_of(len(recommendation.unanswered), 'question')} left open",
        next_questions=words.next_questions(recommendation),
    )


def summarise(recommendation: Recommendation) -> str:
    """Say in one sentence what is recommended, or why nothing is."""
    leader = recommendation.leading.label
    if recommendation.recommended is None:
        abstention = plain_text(recommendation.abstention)
        return as_sentence(abstention or f"No clear winner: {leader} leads too narrowly")
    why = f"{_lead(recommendation)}{_main_reason(recommendation)}"
    return as_sentence(f"{leader} is recommended: {why}")


def is_infeasible(recommendation: Recommendation) -> bool:
    """True if every approach is ruled out."""
    return all(ranked.status is Status.EXCLUDED for ranked in recommendation.ranking)


def _leader(recommendation: Recommendation) -> RankedApproach:
    return next(one for one in recommendation.ranking if one.approach == recommendation.leading)


def _rivals(recommendation: Recommendation) -> list[RankedApproach]:
    """The approaches that could still be chosen instead, best first."""
    return [
        ranked
        for ranked in recommendation.ranking
        if ranked.approach != recommendation.leading and ranked.status is not Status.EXCLUDED
    ]


def _lead(recommendation: Recommendation) -> str:
    rivals = _rivals(recommendation)
    if not rivals:
        return "every other approach is ruled out"
    lead = _leader(recommendation).score_db - rivals[0].score_db
    return f"it leads {rivals[0].approach.label} by {round(lead)} db ({strength(lead)})"


def _main_reason(recommendation: Recommendation) -> str:
    reasons = by_weight(_leader(recommendation).reasons)
    if not reasons:
        return ""
    return f", above all because {inside_sentence(plain_text(reasons[0].because))}"


def _confidence(recommendation: Recommendation) -> tuple[str, ...]:
    leader = _leader(recommendation)
    name = leader.approach.label
    return (
        f"Support for {name} is {share(leader.support)}: its share of the cited evidence, "
        "not a probability of success.",
        f"It comes first in {share(leader.rank_acceptability)} of the draws in which the weights "
        "of the rules and the open answers were varied.",
        _same_decision(recommendation, name),
    )


def _same_decision(recommendation: Recommendation, name: str) -> str:
    n_open = len(recommendation.unanswered)
    if n_open == 0:
        return "Every question is answered."
    if recommendation.settled:
        return f"{count_of(n_open, 'question')} left open; no answer could change who leads."
    method = recommendation.winner_distribution_method
    counted = "counted exactly" if method == "exact" else plain_text(method, limit=60)
    return (
        f"{count_of(n_open, 'question')} left open; {name} leads in "
        f"{share(recommendation.same_decision_probability)} of the ways to answer them ({counted})."
    )


def _flips_note(recommendation: Recommendation) -> str:
    if not recommendation.flips:
        return "No change of up to three answers would put another approach first."
    n_left_out = len(recommendation.flips) - MAX_FLIPS
    listed = "listed by `advisor recommend answers.yaml --format json`"
    more = f"{count_of(n_left_out, 'more change')} of the same size are {listed}."
    counted = count_flips(recommendation.explanation) if recommendation.explanation else ""
    return " ".join(part for part in (more if n_left_out > 0 else "", counted) if part)


def _entries(words: Phrasebook, recommendation: Recommendation) -> tuple[ApproachEntry, ...]:
    leader, *others = (
        words.entry(ranked).model_copy(
            update={"silent": tuple(state_silent(recommendation, ranked.approach))}
        )
        for ranked in recommendation.ranking
    )
    return leader.model_copy(update={"why_not": ""}), *others


def _ranking_table(entries: Sequence[ApproachEntry]) -> Table:
    columns = (
        Column(title="Approach"),
        *(Column(title=title, is_numeric=True) for title in ("Evidence", "Support", "First")),
        Column(title="Status"),
    )
    return Table(
        caption="Approaches, best first. Evidence in decibans (db); First: its share of the draws.",
        columns=columns,
        rows=tuple(
            (entry.label, entry.score, entry.support, entry.first, entry.status_text)
            for entry in entries
        ),
    )
