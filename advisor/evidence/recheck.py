"""Whether a decision still stands under today's rules, answers, data and prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from advisor.evidence.costs import usage_from
from advisor.evidence.drift import find_answer_drift, find_rule_drift
from advisor.evidence.price_drift import find_cheapest, find_token_drift, rates_now, rates_then
from advisor.evidence.prices import Price
from advisor.evidence.run_files import StoredRun
from advisor.schema.answers import Answers
from advisor.schema.decision import Recheck, ValueDrift
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Approach, Status

if TYPE_CHECKING:
    from prototypes.results import TrialResult

RecheckOutcome: TypeAlias = Literal["stands", "weakened", "changed", "infeasible"]


@dataclass(frozen=True, slots=True)
class Today:
    """What the decision is held against.

    Attributes:
        answers: The answers as they are now.
        recommendation: What the rules of today say to them.
        fingerprint: Of the data as they are now; None if none were given.
        prices: The price list of today.
    """

    answers: Answers
    recommendation: Recommendation
    fingerprint: str | None = None
    prices: Sequence[Price] = ()


def recheck(stored: StoredRun, today: Today) -> Recheck:
    """Hold a decision against today's rules, answers, data and prices."""
    before, now = stored.recommendation, today.recommendation
    rival = _rival(before, now)
    trial = stored.trial
    found = Recheck(
        outcome=_outcome(before, now),
        decision=before.leading,
        was_clear=before.recommended is not None,
        leading_now=now.leading,
        is_clear_now=now.recommended is not None,
        why_unclear=now.abstention,
        rival=rival,
        lead_before_db=_lead(before, before.leading, rival),
        lead_now_db=_lead(now, before.leading, rival),
        rules_version=ValueDrift(name="rules", before=before.rules_version, now=now.rules_version),
        rules=find_rule_drift(before, now, pair=(before.leading, rival)),
        answers=find_answer_drift(before, stored.answers, today.answers),
        data=_data(stored, today),
        prices=None,
        verdict=trial.verdict.outcome.value if trial and trial.verdict else None,
    )
    return found if trial is None else found.model_copy(update=_prices(stored, trial, today))


def _prices(stored: StoredRun, trial: TrialResult, today: Today) -> dict[str, object]:
    """Compare what a trial was priced with and what it would cost today."""
    then, now = rates_then(trial, stored.prices), rates_now(trial, today.prices)
    usage = usage_from(today.answers, stored.rule_base)
    return {
        "prices": ValueDrift(
            name="machine hour, US dollars",
            before=trial.protocol.machine_hour_usd,
            now=now.machine_hour,
        ),
        "token_prices": find_token_drift(then, now),
        "cheapest": find_cheapest(trial, usage, before=then, now=now),
    }


def _outcome(before: Recommendation, now: Recommendation) -> RecheckOutcome:
    if _is_infeasible(now):
        return "infeasible"
    if now.leading != before.leading or _is_infeasible(before):
        return "changed"
    is_weaker = before.recommended is not None and now.recommended is None
    return "weakened" if is_weaker else "stands"


def _is_infeasible(recommendation: Recommendation) -> bool:
    return all(one.status is Status.EXCLUDED for one in recommendation.ranking)


def _rival(before: Recommendation, now: Recommendation) -> Approach | None:
    """Name the new leader, or whoever is second where the decision still leads."""
    if now.leading != before.leading:
        return now.leading
    others = (one for one in now.ranking if one.status is not Status.EXCLUDED)
    return next((one.approach for one in others if one.approach != before.leading), None)


def _lead(
    recommendation: Recommendation, decision: Approach, rival: Approach | None
) -> float | None:
    scores = {one.approach: one.score_db for one in recommendation.ranking}
    if rival is None or not {decision, rival} <= scores.keys():
        return None
    return scores[decision] - scores[rival]


def _data(stored: StoredRun, today: Today) -> ValueDrift | None:
    if today.fingerprint is None or stored.trial is None:
        return None
    before = stored.trial.protocol.data_fingerprint
    return ValueDrift(name="data", before=before, now=today.fingerprint)
