"""What differs between two consultations: rules that fired, vetoes, answers."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.schema.answers import Answers
from advisor.schema.decision import RuleDrift, ValueDrift
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import UNKNOWN, Approach

TOLERANCE_DB = 0.05
"""Weights closer than this are the same; both are told with one decimal."""

Weights = Mapping[str, Mapping[Approach, float]]


def find_rule_drift(
    before: Recommendation, now: Recommendation, *, pair: tuple[Approach, Approach | None]
) -> list[RuleDrift]:
    """List the rules and vetoes that speak otherwise, the one that moves the decision most first.

    Args:
        before: What was advised.
        now: What is advised today.
        pair: The decision and its strongest rival, for whom the leads are counted.
    """
    old, new = _weights(before), _weights(now)
    words = {**_findings(before), **_findings(now)}
    drifted = [
        RuleDrift(
            rule=rule,
            because=words[rule],
            before=dict(old.get(rule, {})),
            now=dict(new.get(rule, {})),
            lead_before_db=_lead(old.get(rule, {}), pair),
            lead_now_db=_lead(new.get(rule, {}), pair),
        )
        for rule in sorted(old.keys() | new.keys())
        if _differ(old.get(rule, {}), new.get(rule, {}))
    ]
    drifted.sort(key=lambda one: -abs(one.lead_now_db - one.lead_before_db))
    return [*_veto_drift(before, now), *drifted]


def find_answer_drift(before: Recommendation, stored: Answers, today: Answers) -> list[ValueDrift]:
    """List the answers that are no longer those the decision was advised on.

    The recommendation itself says which answers made its rules fire and which questions were
    open, so that a change of `answers.yaml` in the run folder is noticed, too.
    """
    behind = {**stored.answers, **dict.fromkeys(before.unanswered, UNKNOWN)}
    for ranked in before.ranking:
        for reason in (*ranked.reasons, *ranked.against):
            behind |= reason.answers
    drifted = [
        ValueDrift(name=name, before=behind.get(name, UNKNOWN), now=today.level(name))
        for name in sorted(behind.keys() | today.answers.keys())
        if behind.get(name, UNKNOWN) != today.level(name)
    ]
    return [*drifted, *_priority_drift(before, stored, today)]


def _priority_drift(before: Recommendation, stored: Answers, today: Answers) -> list[ValueDrift]:
    applied = before.robustness.priorities if before.robustness else list(stored.priorities)
    if applied == list(today.priorities):
        return []
    old, new = (", ".join(order) or "none" for order in (applied, today.priorities))
    return [ValueDrift(name="priorities", before=old, now=new)]


def _weights(recommendation: Recommendation) -> dict[str, dict[Approach, float]]:
    found: dict[str, dict[Approach, float]] = {}
    for ranked in recommendation.ranking:
        for reason in (*ranked.reasons, *ranked.against):
            found.setdefault(reason.rule, {})[ranked.approach] = reason.db
    return found


def _findings(recommendation: Recommendation) -> dict[str, str]:
    return {
        reason.rule: reason.because
        for ranked in recommendation.ranking
        for reason in (*ranked.reasons, *ranked.against)
    }


def _lead(weights: Mapping[Approach, float], pair: tuple[Approach, Approach | None]) -> float:
    decision, rival = pair
    return weights.get(decision, 0.0) - (weights.get(rival, 0.0) if rival else 0.0)


def _differ(old: Mapping[Approach, float], new: Mapping[Approach, float]) -> bool:
    return any(abs(old.get(one, 0.0) - new.get(one, 0.0)) >= TOLERANCE_DB for one in {*old, *new})


def _veto_drift(before: Recommendation, now: Recommendation) -> list[RuleDrift]:
    old, new = _vetoes(before), _vetoes(now)
    return [
        RuleDrift(
            rule=veto,
            because=because,
            excludes_before=old.get((veto, because), []),
            excludes_now=new.get((veto, because), []),
        )
        for veto, because in sorted(old.keys() | new.keys())
        if old.get((veto, because)) != new.get((veto, because))
    ]


def _vetoes(recommendation: Recommendation) -> dict[tuple[str, str], list[Approach]]:
    found: dict[tuple[str, str], list[Approach]] = {}
    for ranked in sorted(recommendation.ranking, key=lambda one: one.approach):
        for hit in ranked.vetoes:
            if not hit.is_open:
                found.setdefault((hit.veto, hit.because), []).append(ranked.approach)
    return found
