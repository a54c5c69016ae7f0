"""Why a question is asked: what waits for it, and what each answer would do."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.inference.clauses import bit_positions
from advisor.inference.compiled import UNKNOWN_CODE, CompiledRules
from advisor.inference.completions import OpenQuestion, prior_of
from advisor.inference.evidence import Evidence, weigh
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.inference.unknowns import Prospect, information, look_ahead, wins_by_level
from advisor.inference.wording import describe
from advisor.schema.explanation import AnswerEffect, WaitingRule, WhyAsk
from advisor.vocabulary import Approach, Status


def explain_question(
    compiled: CompiledRules,
    codes: Sequence[int],
    *,
    criterion: str,
    prospect: Prospect | None = None,
) -> WhyAsk:
    """Say which rules wait for a question and what each possible answer would do to the ranking.

    Args:
        compiled: The rule base.
        codes: The answers so far, one code per criterion.
        criterion: The question; if it has an answer, it is explained as if it had none.
        prospect: What `look_ahead` said, if the question is open and that is already known.
    """
    position = compiled.position[criterion]
    if prospect is None:
        asked = list(codes)
        asked[position] = UNKNOWN_CODE
        prospect = look_ahead(compiled, asked, seed=0)
    question = next((q for q in prospect.questions if q.position == position), None)
    if question is None:
        return WhyAsk(criterion=criterion, bits=0.0, waiting=[], effects=[])
    leader = rank_approaches(compiled, weigh(compiled, prospect.codes)).leader
    return WhyAsk(
        criterion=criterion,
        bits=information(prospect, question),
        waiting=_waiting(compiled, question),
        effects=_effects(compiled, prospect, question=question, leader=leader),
    )


def _waiting(compiled: CompiledRules, question: OpenQuestion) -> list[WaitingRule]:
    """Describe the rules and vetoes that wait for a question; rules come first."""
    positions = bit_positions(question.readers)
    rules = [r for r in positions if r < len(compiled.rules)]
    vetoes = [compiled.vetoes[s - len(compiled.rules)] for s in positions[len(rules) :]]
    return [
        *(
            WaitingRule(finding=describe(compiled.rules[r]), favours=_favours(compiled, r))
            for r in rules
        ),
        *(WaitingRule(finding=describe(v), excludes=list(v.excludes)) for v in vetoes),
    ]


def _favours(compiled: CompiledRules, rule: int) -> list[Approach]:
    weights = compiled.weights[rule]
    return [a for a, w in zip(compiled.approaches, weights, strict=True) if w == max(weights)]


def _effects(
    compiled: CompiledRules, ahead: Prospect, *, question: OpenQuestion, leader: int
) -> list[AnswerEffect]:
    """Try every answer."""
    criterion = compiled.criteria[question.position]
    joint, totals = wins_by_level(ahead, question)
    effects = []
    for code, prior in enumerate(prior_of(criterion)):
        tried = list(ahead.codes)
        tried[question.position] = code
        evidence = weigh(compiled, tried)
        ranking = rank_approaches(compiled, evidence)
        kind = question.kinds[code]
        wins = joint[:, kind] / totals[kind] if totals[kind] else joint[:, kind]
        effects.append(
            AnswerEffect(
                level=criterion.level_ids[code],
                probability=prior,
                leading=compiled.approaches[ranking.leader],
                support=_named(compiled, ranking.support),
                excluded=_excluded(compiled, ranking),
                wins=_named(compiled, wins.tolist()),
                fires=_fires(compiled, evidence, question),
                changes_leader=ranking.leader != leader,
            )
        )
    return effects


def _named(compiled: CompiledRules, values: Sequence[float]) -> dict[Approach, float]:
    return dict(zip(compiled.approaches, values, strict=True))


def _excluded(compiled: CompiledRules, ranking: Ranking) -> list[Approach]:
    return [
        approach
        for approach, status in zip(compiled.approaches, ranking.status, strict=True)
        if status is Status.EXCLUDED
    ]


def _fires(compiled: CompiledRules, evidence: Evidence, question: OpenQuestion) -> list[str]:
    fired = bit_positions(evidence.fired & question.readers)
    return [compiled.statements[s].id for s in fired]
