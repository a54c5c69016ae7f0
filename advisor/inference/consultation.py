"""One consultation from answers to recommendation; the steps are in the modules beside it."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.inference.asking import Agenda, plan_questions
from advisor.inference.beliefs import describe_robustness
from advisor.inference.compiled import CompiledRules
from advisor.inference.evidence import Evidence, weigh
from advisor.inference.explanation import (
    choose_variants,
    explain_ranking,
    find_disputes,
    suggest_companions,
)
from advisor.inference.flips import Change, minimal_flips, report_flips
from advisor.inference.notices import find_notices
from advisor.inference.priorities import prioritise
from advisor.inference.ranking import Ranking, rank_approaches, smallest_lifts
from advisor.inference.reasons import explain
from advisor.inference.robustness import Draws, draw_scores
from advisor.inference.unknowns import Prospect, look_ahead
from advisor.inference.wording import reword
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import UNKNOWN, share

MIN_MARGIN_DB = 2.0
MIN_FIRST_RANKS = 0.6
MIN_SAME_DECISION = 0.8
"""Below any of these there is no clear winner."""


@dataclass(frozen=True)
class _Study:
    """Everything that the engine finds out about one set of answers."""

    compiled: CompiledRules
    answers: Answers
    evidence: Evidence
    ranking: Ranking
    prospect: Prospect
    draws: Draws
    agenda: Agenda
    flips: list[tuple[Change, int]]

    @property
    def shares_of_leader(self) -> tuple[float, float]:
        """First ranks among the robustness draws, same-decision probability."""
        leader = self.ranking.leader
        return self.draws.first_ranks[leader], self.prospect.wins[leader]


def consult(
    compiled: CompiledRules, answers: Answers, *, seed: int = 0, is_explained: bool = False
) -> Recommendation:
    """Turn checked answers into a ranked recommendation.

    Args:
        compiled: The rule base.
        answers: What was answered, and what matters most.
        seed: Seed of the draws of weights and of unknown answers.
        is_explained: Whether to fill in `explanation` and `robustness`, which takes a while.
    """
    study = _study(prioritise(compiled, answers.priorities), answers, seed=seed)
    recommendation = _recommend(study)
    return _explain(study, recommendation) if is_explained else recommendation


def _study(compiled: CompiledRules, answers: Answers, *, seed: int) -> _Study:
    codes = compiled.encode(answers.answers)
    evidence = weigh(compiled, codes)
    ranking = rank_approaches(compiled, evidence)
    prospect = look_ahead(compiled, codes, seed=seed)
    return _Study(
        compiled=compiled,
        answers=answers,
        evidence=evidence,
        ranking=ranking,
        prospect=prospect,
        draws=draw_scores(compiled, prospect, seed=seed, priorities=answers.priorities),
        agenda=plan_questions(compiled, evidence, ranking=ranking, prospect=prospect),
        flips=minimal_flips(compiled, codes, ranking),
    )


def _recommend(study: _Study) -> Recommendation:
    compiled, answers, evidence = study.compiled, study.answers, study.evidence
    ranking, prospect = study.ranking, study.prospect
    leading = compiled.approaches[ranking.leader]
    shares = study.shares_of_leader
    abstention = explain_abstention(compiled, evidence, ranking=ranking, shares=shares)
    variants = choose_variants(compiled, evidence)
    return Recommendation(
        recommended=None if abstention else leading,
        leading=leading,
        abstention=abstention,
        ranking=explain_ranking(
            compiled,
            answers,
            evidence=evidence,
            ranking=ranking,
            shares=(study.draws.first_ranks, prospect.wins),
        ),
        companions=suggest_companions(compiled, evidence, leading),
        variants={slot: chosen.choice for slot, chosen in variants.items()},
        variant_reasons=variants,
        notices=find_notices(compiled.rule_base, answers),
        unanswered=[c.id for c in compiled.criteria if answers.level(c.id) == UNKNOWN],
        next_questions=list(study.agenda.questions),
        flips=report_flips(compiled, prospect.codes, study.flips),
        disputed=find_disputes(compiled, evidence),
        same_decision_probability=prospect.wins[ranking.leader],
        winner_distribution_method=prospect.completions.method,
        settled=study.agenda.is_settled,
        rules_version=compiled.rule_base.version,
    )


def _explain(study: _Study, recommendation: Recommendation) -> Recommendation:
    explanation = explain(
        study.compiled,
        study.answers.answers,
        view=(study.evidence, study.ranking, study.prospect),
        flips=study.flips,
        questions=study.agenda.questions,
    )
    robustness = describe_robustness(
        study.compiled,
        study.draws,
        prospect=study.prospect,
        ranking=study.ranking,
        priorities=study.answers.priorities,
    )
    return recommendation.model_copy(update={"explanation": explanation, "robustness": robustness})


def explain_abstention(
    compiled: CompiledRules,
    evidence: Evidence,
    *,
    ranking: Ranking,
    shares: tuple[float, float],
) -> str:
    """Say why there is no clear winner, in a sentence; empty if there is one.

    Args:
        compiled: The rule base.
        evidence: What the answers say.
        ranking: The order that follows from it.
        shares: Of the leader: first ranks among the robustness draws, same-decision probability.
    """
    if not ranking.feasible:
        return _explain_infeasible(compiled, evidence)
    doubts = _doubts(ranking.margin_db, *shares)
    if not doubts:
        return ""
    contenders = [compiled.approaches[o].label for o in ranking.feasible[:2]]
    advice = (
        f"prototype both {contenders[0]} and {contenders[1]}"
        if len(contenders) == 2
        else f"only {contenders[0]} is feasible so far; prototype it"
    )
    return f"No clear winner: {'; '.join(doubts)}; {advice}."


def _doubts(margin_db: float, first_ranks_share: float, same_decision: float) -> list[str]:
    """Name the thresholds that are missed."""
    doubts = []
    if margin_db < MIN_MARGIN_DB:
        doubts.append(f"the first two are only {margin_db:.1f} db apart")
    if first_ranks_share < MIN_FIRST_RANKS:
        doubts.append(
            f"the leader comes first in only {share(first_ranks_share)} of the robustness draws"
        )
    if same_decision < MIN_SAME_DECISION:
        doubts.append(f"the open questions leave it in front with only {share(same_decision)}")
    return doubts


def _explain_infeasible(compiled: CompiledRules, evidence: Evidence) -> str:
    names = {veto.id: reword(veto.name) for veto in compiled.vetoes}
    ways = [
        f"{' and '.join(f'{veto} ({names[veto]})' for veto in lift)} for "
        + " or ".join(approach.label for approach in approaches)
        for lift, approaches in smallest_lifts(compiled, evidence).items()
    ]
    return f"No approach is feasible. Smallest sets of constraints to lift: {'; '.join(ways)}."
