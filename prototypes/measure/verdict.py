"""Hold a claim against what was measured: confirmed, contradicted, or cannot tell."""

from __future__ import annotations

import math
from collections.abc import Sequence

from prototypes.contracts import Approach, Claim
from prototypes.measure.case import Case, Evidence
from prototypes.measure.significance import adjust_holm
from prototypes.measure.wording import (
    APPROACH_NAMES,
    describe_difference,
    describe_margin,
    describe_score,
    name_arm,
    open_sentence,
)
from prototypes.results import ArmResult, NotRun, Outcome, Verdict

__all__ = ["Case", "Evidence", "choose_representative", "judge_claim"]

SUPERIORITY_ALPHA = 0.05
"""Two-sided; shared by the rivals that might be better."""

NON_INFERIORITY_ALPHA = 0.025
"""One-sided, so that it agrees with the upper end of a 95 % interval."""

CHEAPER_RATIO = 0.8
"""An arm counts as cheaper if it answers in at most this share of the time."""

_MOST_SAMPLES = 1_000_000
"""Beyond this a number of samples is no help to anybody."""


def judge_claim(claim: Claim, evidence: Evidence) -> Verdict:
    """Say whether the measurement confirms that the claimed approach is the right one.

    - *Confirmed*: its arm keeps the hard limits, beats every baseline, and every feasible arm
      of the other approaches is shown to be at most the margin better (non-inferiority).
    - *Contradicted*: such a rival is better, with its interval above 0, its point estimate
      beyond the margin and McNemar's test agreeing; or the arm breaks a limit that a rival keeps,
      and not by a few slow answers such as chance brings.
    - *Cannot tell*: otherwise, with the number of test samples that would tell. Also where an
      interruption left a whole approach unmeasured: it might be the better one. What was left out
      for want of time is named instead.

    Both tests are corrected across rivals (Holm), so that many equal rivals do not contradict
    by luck. The baseline is what has to be beaten, never a rival.

    A rival that was dropped in a race is worse than the claimed arm: it contradicts nothing, and
    is not more than any margin better. It still counts among those that are corrected for.
    """
    champion = choose_representative(claim.approach, evidence.arms)
    if champion is None:
        return _unmeasured(claim, evidence)
    case = Case(claim, evidence, champion)
    steps = (
        _judge_limits,
        _judge_better_rival,
        _judge_doubtful_limit,
        _judge_baseline,
        _judge_close_rival,
        _judge_absent_rival,
    )
    verdicts = (step(case) for step in steps)
    return next((verdict for verdict in verdicts if verdict is not None), None) or _confirm(case)


def choose_representative(approach: Approach, arms: Sequence[ArmResult]) -> ArmResult | None:
    """Choose the arm that stands for an approach, without a look at its test quality.

    Arms that keep the hard limits come first. Among them the highest validation score wins; if
    none has one (an approach that learns nothing), the one that answers fastest.
    """
    own = [arm for arm in arms if arm.approach is approach]
    candidates = [arm for arm in own if arm.feasible] or own
    scored = [arm for arm in candidates if arm.validation_score is not None]
    if scored:
        return max(scored, key=lambda arm: arm.validation_score or 0.0)
    return min(candidates, key=lambda arm: arm.predict_seconds, default=None)


def _decide(
    case: Case,
    outcome: Outcome,
    because: str,
    *,
    rival: ArmResult | None = None,
    samples: float = math.inf,
) -> Verdict:
    return Verdict(
        outcome=outcome,
        approach=case.claim.approach,
        arm=case.champion.name,
        because=open_sentence(because),
        samples_needed=math.ceil(samples) if samples <= _MOST_SAMPLES else None,
        cheaper=None if outcome is Outcome.CONTRADICTED else _find_cheaper(case),
        deciding_rival=rival.name if rival else None,
    )


def _unmeasured(claim: Claim, evidence: Evidence) -> Verdict:
    missing = [arm for arm in evidence.not_run if arm.approach is claim.approach]
    name = APPROACH_NAMES[claim.approach]
    reasons = "; ".join(f"{arm.name}: {arm.reason.rstrip('.')}" for arm in missing)
    because = f"{name} was not measured ({reasons or 'none of its arms was chosen'})"
    return Verdict(
        outcome=Outcome.CANNOT_TELL,
        approach=claim.approach,
        arm=None,
        because=open_sentence(because),
    )


def _judge_limits(case: Case) -> Verdict | None:
    champion, keeping = case.champion, _feasible_rivals(case)
    if champion.feasible or (keeping and case.may_keep_limits(champion)):
        return None
    broken = _describe_broken(champion)
    if not keeping:
        because = f"{broken}; no rival keeps the limits either"
        return _decide(case, Outcome.CANNOT_TELL, because)
    best = max(keeping, key=case.score)
    score = describe_score(best, case.evidence.metric)
    because = f"{broken}; {name_arm(best)} keeps all limits and reaches {score}"
    return _decide(case, Outcome.CONTRADICTED, because, rival=best)


def _judge_doubtful_limit(case: Case) -> Verdict | None:
    if case.champion.feasible:
        return None
    n = len(case.champion.latency_ms.queries_ms)
    because = f"{_describe_broken(case.champion)}, which may be chance in {n} timed queries"
    return _decide(case, Outcome.CANNOT_TELL, because)


def _describe_broken(arm: ArmResult) -> str:
    return f"{name_arm(arm)} breaks a limit: {', '.join(arm.infeasible_because)}"


def _feasible_rivals(case: Case) -> list[ArmResult]:
    return [arm for arm in case.rivals() if arm.feasible]


def _judge_better_rival(case: Case) -> Verdict | None:
    rivals = _feasible_rivals(case)
    found = [case.against(rival) for rival in rivals]
    p_values = case.correct([comparison.p_value for comparison in found], n_sided=2)
    better = [
        (comparison.difference, rival.name, rival)
        for comparison, rival, p_value in zip(found, rivals, p_values, strict=True)
        if comparison.low > 0
        and comparison.difference > case.claim.margin
        and p_value <= SUPERIORITY_ALPHA
    ]
    if not better:
        return None
    rival = max(better)[-1]
    because = (
        f"{name_arm(rival)} is {describe_difference(case.against(rival))} than "
        f"{name_arm(case.champion)}, beyond the {describe_margin(case.claim.margin)} worth having"
    )
    return _decide(case, Outcome.CONTRADICTED, because, rival=rival)


def _judge_baseline(case: Case) -> Verdict | None:
    baselines = [arm for arm in case.evidence.arms if arm.approach is Approach.BASELINE]
    if not baselines:
        return _decide(case, Outcome.CANNOT_TELL, "no baseline was measured to compare with")
    gaps = [(case.against(arm), arm) for arm in baselines]
    unbeaten = [
        (gap.high, arm.name, arm)
        for gap, arm in gaps
        if gap.high >= 0 or gap.p_value > SUPERIORITY_ALPHA
    ]
    if not unbeaten:
        return None
    hardest = max(unbeaten)[-1]
    because = (
        f"{name_arm(case.champion)} is not shown to beat the baseline: {hardest.name} is "
        f"{describe_difference(case.against(hardest))}, at "
        f"{describe_score(hardest, case.evidence.metric)}"
    )
    samples = case.samples_to_beat(hardest)
    return _decide(case, Outcome.CANNOT_TELL, because, rival=hardest, samples=samples)


def _judge_close_rival(case: Case) -> Verdict | None:
    # One that chance alone may have made too slow is not out of the running.
    rivals = [arm for arm in case.rivals() if case.may_keep_limits(arm)]
    if not case.rivals() and not case.evidence.dropped:
        return _decide(case, Outcome.CANNOT_TELL, "no arm of another approach was measured")
    p_values = [case.not_ahead_p(rival) for rival in rivals]
    all_corrected = case.correct(p_values, n_sided=1)
    margin = case.claim.margin
    open_rivals = [
        (p_value, rival.name, rival)
        for p_value, corrected, rival in zip(p_values, all_corrected, rivals, strict=True)
        if corrected > NON_INFERIORITY_ALPHA or case.against(rival).high > margin
    ]
    if not open_rivals:
        return None
    rival = max(open_rivals)[-1]
    is_wide = case.against(rival).high > margin
    open_by = ", which leaves open" if is_wide else "; so few samples still leave open"
    because = (
        f"{name_arm(rival)} is {describe_difference(case.against(rival))} than "
        f"{name_arm(case.champion)}{open_by} whether it is more than the "
        f"{describe_margin(margin)} worth having ahead"
    )
    n_tests = len(rivals) + len(case.evidence.dropped)
    samples = case.samples_to_decide(rival, n_tests=n_tests)
    return _decide(case, Outcome.CANNOT_TELL, because, rival=rival, samples=samples)


def _judge_absent_rival(case: Case) -> Verdict | None:
    """Leave a claim open that an interruption kept from being held against a whole approach."""
    known = {arm.approach for arm in case.evidence.arms}
    known |= {arm.approach for arm in case.evidence.dropped}
    cut_off = [arm for arm in _missing_rivals(case) if arm.pending == "cut_off"]
    absent = [arm for arm in cut_off if arm.approach not in known]
    if not absent:
        return None
    because = (
        f"{name_arm(case.champion)} beats the baseline, and no rival that was measured is more "
        f"than {describe_margin(case.claim.margin)} better, but {_list_missing(absent)}"
    )
    return _decide(case, Outcome.CANNOT_TELL, because)


def _missing_rivals(case: Case) -> list[NotRun]:
    """List the rivals that could have been measured, given time or memory."""
    return [arm for arm in case.evidence.not_run if arm.pending and case.is_rival(arm.approach)]


def _list_missing(arms: Sequence[NotRun]) -> str:
    names = ", ".join(f"{APPROACH_NAMES[arm.approach]} ({arm.name})" for arm in arms)
    return f"{names} {'was' if len(arms) == 1 else 'were'} not measured: {arms[0].reason}"


def _confirm(case: Case) -> Verdict:
    rivals = [arm for arm in case.rivals() if case.may_keep_limits(arm)]
    closest = max(rivals, key=lambda rival: case.against(rival).high, default=None)
    parts = [
        f"{name_arm(case.champion)} reaches {describe_score(case.champion, case.evidence.metric)}",
        "beats the baseline",
        _describe_closest(case, closest),
    ]
    cheaper = _find_cheaper(case)
    if cheaper:
        parts.append(f"though {cheaper} is cheaper to run and at most that margin worse")
    if missing := _missing_rivals(case):
        parts.append(f"but {_list_missing(missing)}")
    return _decide(case, Outcome.CONFIRMED, ", ".join(parts), rival=closest)


def _describe_closest(case: Case, closest: ArmResult | None) -> str:
    if closest is None:
        return _describe_dropped(case) or "and is the only approach that keeps the limits"
    margin = describe_margin(case.claim.margin)
    gap = describe_difference(case.against(closest))
    return f"and no rival is more than {margin} better: {name_arm(closest)} is {gap}"


def _describe_dropped(case: Case) -> str:
    """Say that every rival was dropped; empty if there was none to drop."""
    names = ", ".join(f"{arm.name} after {arm.n_answered}" for arm in case.evidence.dropped)
    return f"and every rival was dropped as worse ({names} samples)" if names else ""


def _find_cheaper(case: Case) -> str | None:
    """Name the cheapest arm, baselines included, that is shown to be at most the margin worse.

    Corrected for how many arms were held against the margin: one of ten passes by luck.
    """
    limit = CHEAPER_RATIO * case.champion.predict_seconds
    fast = [arm for arm in case.evidence.arms if arm.feasible and arm.predict_seconds <= limit]
    p_values = adjust_holm([case.not_behind_p(arm) for arm in fast])
    ties = [
        arm
        for arm, p_value in zip(fast, p_values, strict=True)
        if p_value <= NON_INFERIORITY_ALPHA and case.against(arm).low >= -case.claim.margin
    ]
    return min(ties, key=lambda arm: arm.predict_seconds).name if ties else None
