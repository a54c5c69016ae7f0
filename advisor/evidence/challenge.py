"""Argues against a decision already taken: by the rules and, with a run, by what was measured."""

from __future__ import annotations

from advisor.evidence.winner import approach_arms
from advisor.schema.challenge import Challenge, ChallengeOutcome, MeasuredRival
from advisor.schema.explanation import Beliefs, Contrast, Finding
from advisor.schema.recommendation import RankedApproach, Reason, Recommendation
from advisor.vocabulary import Approach, Status
from prototypes.results import ArmResult, TrialResult

MAX_CONTRASTS = 6
"""Rules that are told for the strongest rival."""


def challenge(
    recommendation: Recommendation, chosen: Approach, *, trial: TrialResult | None = None
) -> Challenge:
    """Collect everything that speaks against a decision.

    Args:
        recommendation: What the rules say to the answers.
        chosen: The approach that was decided on.
        trial: What was measured, if anything was.
    """
    entry = next(one for one in recommendation.ranking if one.approach is chosen)
    rival = _rival(recommendation, chosen)
    is_behind = recommendation.leading is not chosen
    arm = _arm_of(chosen, trial) if trial else None
    return Challenge(
        outcome=_outcome(recommendation, entry),
        chosen=chosen,
        leading=recommendation.leading,
        rival=rival.approach if rival else None,
        lead_db=entry.score_db - rival.score_db if rival else None,
        vetoes=entry.vetoes,
        against=sorted(entry.against, key=lambda reason: (reason.db, reason.rule)),
        contrasts=_contrasts(entry, rival) if rival else [],
        overturned_by=[] if is_behind else recommendation.flips,
        rescued_by=[flip for flip in recommendation.flips if is_behind and flip.winner is chosen],
        silent=[
            rule
            for why in (recommendation.explanation.why_not if recommendation.explanation else ())
            if why.approach is chosen
            for rule in why.silent
        ],
        beliefs=_beliefs(recommendation, chosen),
        rival_beliefs=_beliefs(recommendation, rival.approach) if rival else None,
        disputed=recommendation.disputed,
        why_unclear=recommendation.abstention,
        verdict=_verdict(chosen, trial),
        broken_limits=arm.infeasible_because if arm else [],
        measured=_measured(arm, trial) if arm and trial else [],
    )


def _outcome(recommendation: Recommendation, entry: RankedApproach) -> ChallengeOutcome:
    if entry.status is Status.EXCLUDED:
        return "ruled_out"
    if recommendation.leading is not entry.approach:
        return "outranked"
    return "stands" if recommendation.recommended else "disputed"


def _rival(recommendation: Recommendation, chosen: Approach) -> RankedApproach | None:
    allowed = (one for one in recommendation.ranking if one.status is not Status.EXCLUDED)
    return next((one for one in allowed if one.approach is not chosen), None)


def _contrasts(entry: RankedApproach, rival: RankedApproach) -> list[Contrast]:
    """List the rules that speak for the rival against the decision, strongest first."""
    ours, theirs = _by_rule(entry), _by_rule(rival)
    gains = {
        rule: (theirs[rule].db if rule in theirs else 0.0) - (ours[rule].db if rule in ours else 0)
        for rule in {*ours, *theirs}
    }
    words = {**ours, **theirs}
    strongest = sorted(gains, key=lambda rule: (-gains[rule], rule))[:MAX_CONTRASTS]
    return [
        Contrast(finding=_finding(words[rule]), db=gains[rule])
        for rule in strongest
        if gains[rule] > 0
    ]


def _by_rule(entry: RankedApproach) -> dict[str, Reason]:
    return {reason.rule: reason for reason in (*entry.reasons, *entry.against)}


def _finding(reason: Reason) -> Finding:
    return Finding(rule=reason.rule, because=reason.because, sources=reason.sources)


def _beliefs(recommendation: Recommendation, approach: Approach) -> Beliefs | None:
    known = recommendation.robustness.beliefs if recommendation.robustness else ()
    return next((one for one in known if one.approach is approach), None)


def _verdict(chosen: Approach, trial: TrialResult | None) -> str | None:
    verdict = trial.verdict if trial else None
    is_about_it = verdict is not None and verdict.approach.value == chosen.value
    return verdict.outcome.value if verdict and is_about_it else None


def _arm_of(chosen: Approach, trial: TrialResult) -> ArmResult | None:
    """Pick the arm that stands for the decision, as a verdict would."""
    standing = (arm for arm in approach_arms(trial) if arm.approach.value == chosen.value)
    return next(standing, None)


def _measured(arm: ArmResult, trial: TrialResult) -> list[MeasuredRival]:
    from prototypes.measure.comparisons import find_comparison

    found = []
    for rival in trial.arms:
        if rival.approach == arm.approach:
            continue
        try:
            pair = find_comparison(trial.comparisons, rival.name, arm.name)
        except KeyError:  # an interrupted trial has not compared every pair
            continue
        found.append(
            MeasuredRival(
                arm=rival.name,
                approach=rival.approach.value,
                against=arm.name,
                metric=pair.metric,
                difference=pair.difference,
                low=pair.low,
                high=pair.high,
                p_value=pair.p_value,
            )
        )
    return sorted(found, key=lambda one: (-one.difference, one.arm))
