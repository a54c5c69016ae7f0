"""Why: the ledger of each approach in words, the vetoes, the suggestions and the disputes."""

from __future__ import annotations

from advisor.inference.blocks import Firing
from advisor.inference.compiled import MILLI, CompiledRules
from advisor.inference.conditions import criteria_of, evaluate_condition
from advisor.inference.evidence import Evidence
from advisor.inference.ranking import Ranking
from advisor.inference.wording import reword
from advisor.schema.answers import Answers
from advisor.schema.recommendation import (
    Companion,
    DisputedPoint,
    RankedApproach,
    Reason,
    VariantChoice,
    VetoHit,
)
from advisor.schema.rule import Statement, Veto
from advisor.vocabulary import UNKNOWN, Approach

BASE = "BASE"
"""Stands in a ledger for the decibans that an approach starts with."""


def explain_ranking(
    compiled: CompiledRules,
    answers: Answers,
    *,
    evidence: Evidence,
    ranking: Ranking,
    shares: tuple[tuple[float, ...], tuple[float, ...]],
) -> list[RankedApproach]:
    """Describe the approaches from best to worst, each with all that speaks for and against it.

    Args:
        compiled: The rule base.
        answers: What was answered.
        evidence: What the answers say.
        ranking: The order that follows from it.
        shares: Per approach, first ranks among the robustness draws and wins over completions.
    """
    acceptability, wins = shares
    described = []
    for o in ranking.order:
        ledger = explain_why(compiled, answers, evidence=evidence, approach=o)
        described.append(
            RankedApproach(
                approach=compiled.approaches[o],
                status=ranking.status[o],
                score_db=ranking.scores[o] / MILLI,
                support=ranking.support[o],
                rank_acceptability=acceptability[o],
                wins=wins[o],
                reasons=[reason for reason in ledger if reason.db > 0],
                against=[reason for reason in reversed(ledger) if reason.db < 0],
                vetoes=explain_vetoes(compiled, answers, evidence=evidence, approach=o),
            )
        )
    return described


def explain_why(
    compiled: CompiledRules, answers: Answers, *, evidence: Evidence, approach: int
) -> list[Reason]:
    """List what makes up the score of an approach, from most for it to most against it."""
    ledger = [
        _reason(compiled, answers, firing=firing, approach=approach)
        for firing in evidence.firings
        if firing.worth[approach]
    ]
    if compiled.base[approach]:
        ledger.append(_base_reason(compiled, approach))
    return sorted(ledger, key=lambda reason: (-reason.db, reason.rule))


def _reason(compiled: CompiledRules, answers: Answers, *, firing: Firing, approach: int) -> Reason:
    rule = compiled.rules[firing.rule]
    return Reason(
        rule=rule.id,
        db=firing.worth[approach] / MILLI,
        because=reword(rule.name),
        sources=list(rule.sources),
        opposed_by=list(rule.opposed_by),
        answers=_answers_read(rule, answers),
        grade=rule.grade,
    )


def _base_reason(compiled: CompiledRules, approach: int) -> Reason:
    source = compiled.rule_base.approaches[approach].base_source
    return Reason(
        rule=BASE,
        db=compiled.base[approach] / MILLI,
        because="that is where it starts before any answer",
        sources=[source] if source else [],
    )


def _answers_read(statement: Statement, answers: Answers) -> dict[str, str]:
    read = {criterion: answers.level(criterion) for criterion in criteria_of(statement.when)}
    return {criterion: level for criterion, level in read.items() if level != UNKNOWN}


def explain_vetoes(
    compiled: CompiledRules, answers: Answers, *, evidence: Evidence, approach: int
) -> list[VetoHit]:
    """List the vetoes that exclude an approach, and those that still might."""
    bits = compiled.excluders[approach]
    return [
        _hit(compiled, answers, veto=veto, is_open=bool(evidence.open & compiled.bit[veto.id]))
        for veto in compiled.vetoes
        if (evidence.fired | evidence.open) & bits & compiled.bit[veto.id]
    ]


def _hit(compiled: CompiledRules, answers: Answers, *, veto: Veto, is_open: bool) -> VetoHit:
    missing = evaluate_condition(veto.when, answers.answers, compiled.by_id).missing
    return VetoHit(
        veto=veto.id,
        because=reword(veto.name),
        sources=list(veto.sources),
        is_open=is_open,
        missing=list(missing),
    )


def suggest_companions(
    compiled: CompiledRules, evidence: Evidence, leading: Approach
) -> list[Companion]:
    """Name the techniques worth having beside the leading approach, each once."""
    suggested: dict[str, Companion] = {}
    for rule in compiled.companions:
        is_fitting = not rule.for_approaches or leading in rule.for_approaches
        if is_fitting and evidence.fired & compiled.bit[rule.id]:
            suggestion = Companion(
                technique=rule.technique,
                because=reword(rule.name),
                rule=rule.id,
                sources=list(rule.sources),
            )
            suggested.setdefault(rule.technique, suggestion)
    return list(suggested.values())


def choose_variants(compiled: CompiledRules, evidence: Evidence) -> dict[str, VariantChoice]:
    """Choose the form of each approach, the store and the base model; the first match wins."""
    chosen: dict[str, VariantChoice] = {}
    for rule in compiled.variants:
        if evidence.fired & compiled.bit[rule.id]:
            choice = VariantChoice(
                choice=rule.choice,
                because=reword(rule.name),
                rule=rule.id,
                sources=list(rule.sources),
            )
            chosen.setdefault(rule.slot, choice)
    return chosen


def find_disputes(compiled: CompiledRules, evidence: Evidence) -> list[DisputedPoint]:
    """List the statements behind this advice on which the cited sources contradict each other."""
    return [
        DisputedPoint(
            rule=statement.id,
            statement=statement.title,
            for_sources=list(statement.sources),
            against_sources=list(statement.opposed_by),
        )
        for statement in (*compiled.rules, *compiled.vetoes)
        if statement.opposed_by and evidence.fired & compiled.bit[statement.id]
    ]
