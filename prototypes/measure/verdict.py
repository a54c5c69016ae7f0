"""Hold a claim against what was measured: confirmed, contradicted, or cannot tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prototypes.contracts import Approach, Claim
from prototypes.measure.comparisons import find_comparison
from prototypes.measure.significance import (
    Scores,
    adjust_holm,
    non_inferiority_p,
    samples_to_bound,
    samples_to_detect,
)
from prototypes.measure.wording import (
    APPROACH_NAMES,
    describe_difference,
    describe_margin,
    describe_score,
    name_arm,
    open_sentence,
)
from prototypes.results import ArmResult, Comparison, DroppedArm, NotRun, Outcome, Verdict

SUPERIORITY_ALPHA = 0.05
"""Two-sided; shared by the rivals that might be better."""

NON_INFERIORITY_ALPHA = 0.025
"""One-sided, so that it agrees with the upper end of a 95 % interval."""

CHEAPER_RATIO = 0.8
"""An arm counts as cheaper if it answers in at most this share of the time."""

_MOST_SAMPLES = 1_000_000
"""Beyond this a number of samples is no help to anybody."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a trial measured, as far as a verdict needs it.

    Attributes:
        metric: The primary metric, in [0, 1], larger is better.
        arms: The arms that were measured.
        scores: Per arm, the primary metric of each test sample in one order.
        comparisons: All pairs of arms on the primary metric.
        not_run: The arms that were not measured.
        dropped: Rivals that were left halfway, being shown to be worse than the claimed arm.
    """

    metric: str
    arms: Sequence[ArmResult]
    scores: Mapping[str, Scores]
    comparisons: Sequence[Comparison]
    not_run: Sequence[NotRun] = ()
    dropped: Sequence[DroppedArm] = ()


def judge_claim(claim: Claim, evidence: Evidence) -> Verdict:
    """Say whether the measurement confirms that the claimed approach is the right one.

    - *Confirmed*: its arm keeps the hard limits, beats the best baseline, and every feasible arm
      of the other approaches is shown to be at most the margin better (non-inferiority).
    - *Contradicted*: such a rival is better, with its interval above 0, its point estimate
      beyond the margin and McNemar's test agreeing; or the arm breaks a limit that a rival keeps.
    - *Cannot tell*: otherwise, with the number of test samples that would tell.

    Both tests are corrected across rivals (Holm), so that many equal rivals do not contradict
    by luck. The baseline is what has to be beaten, never a rival.

    A rival that was dropped in a race is worse than the claimed arm: it contradicts nothing, and
    is not more than any margin better. It still counts among those that are corrected for.
    """
    champion = choose_representative(claim.approach, evidence.arms)
    if champion is None:
        return _unmeasured(claim, evidence)
    case = _Case(claim, evidence, champion)
    steps = (_judge_limits, _judge_better_rival, _judge_baseline, _judge_close_rival)
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


@dataclass(frozen=True, slots=True)
class _Case:
    claim: Claim
    evidence: Evidence
    champion: ArmResult

    def others(self, *, feasible: bool) -> list[ArmResult]:
        """List the rivals: arms of other approaches, the baseline aside."""
        outside = (self.claim.approach, Approach.BASELINE)
        arms = [arm for arm in self.evidence.arms if arm.approach not in outside]
        return [arm for arm in arms if arm.feasible] if feasible else arms

    def against(self, arm: ArmResult) -> Comparison:
        """Compare an arm with the champion; positive means that the arm is better."""
        return find_comparison(self.evidence.comparisons, arm.name, self.champion.name)

    def differences(self, arm: ArmResult) -> Scores:
        return self.evidence.scores[arm.name] - self.evidence.scores[self.champion.name]

    def correct(self, p_values: Sequence[float], *, n_sided: int) -> list[float]:
        """Correct the p-values of the rivals for each other and for those that were dropped."""
        dropped = [min(1.0, n_sided * arm.corrected_p) for arm in self.evidence.dropped]
        return adjust_holm([*p_values, *dropped])[: len(p_values)]

    @property
    def best_baseline(self) -> ArmResult | None:
        """The baseline with the highest test score: the hardest one to beat."""
        baselines = [arm for arm in self.evidence.arms if arm.approach is Approach.BASELINE]
        return max(baselines, key=self.score, default=None)

    def score(self, arm: ArmResult) -> float:
        return arm.metrics[self.evidence.metric].value

    def decide(
        self,
        outcome: Outcome,
        because: str,
        *,
        rival: ArmResult | None = None,
        samples: float = math.inf,
    ) -> Verdict:
        return Verdict(
            outcome=outcome,
            approach=self.claim.approach,
            arm=self.champion.name,
            because=open_sentence(because),
            samples_needed=math.ceil(samples) if samples <= _MOST_SAMPLES else None,
            cheaper=None if outcome is Outcome.CONTRADICTED else _find_cheaper(self),
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


def _judge_limits(case: _Case) -> Verdict | None:
    champion = case.champion
    if champion.feasible:
        return None
    broken = f"{name_arm(champion)} breaks a limit: {', '.join(champion.infeasible_because)}"
    rivals = case.others(feasible=True)
    if not rivals:
        return case.decide(Outcome.CANNOT_TELL, f"{broken}; no rival keeps the limits either")
    best = max(rivals, key=case.score)
    score = describe_score(best, case.evidence.metric)
    because = f"{broken}; {name_arm(best)} keeps all limits and reaches {score}"
    return case.decide(Outcome.CONTRADICTED, because, rival=best)


def _judge_better_rival(case: _Case) -> Verdict | None:
    rivals = case.others(feasible=True)
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
    return case.decide(Outcome.CONTRADICTED, because, rival=rival)


def _judge_baseline(case: _Case) -> Verdict | None:
    best = case.best_baseline
    if best is None:
        return case.decide(Outcome.CANNOT_TELL, "no baseline was measured to compare with")
    gap = case.against(best)
    if gap.high < 0:
        return None
    because = (
        f"{name_arm(case.champion)} is not shown to beat the baseline: {best.name} is "
        f"{describe_difference(gap)}, at {describe_score(best, case.evidence.metric)}"
    )
    samples = _at_least_more(samples_to_detect(case.differences(best)), case, best)
    return case.decide(Outcome.CANNOT_TELL, because, rival=best, samples=samples)


def _judge_close_rival(case: _Case) -> Verdict | None:
    rivals = case.others(feasible=True)
    if not case.others(feasible=False) and not case.evidence.dropped:
        return case.decide(Outcome.CANNOT_TELL, "no arm of another approach was measured")
    margin = case.claim.margin
    p_values = [non_inferiority_p(case.differences(rival), margin) for rival in rivals]
    all_corrected = case.correct(p_values, n_sided=1)
    open_rivals = [
        (p_value, rival.name, rival)
        for p_value, corrected, rival in zip(p_values, all_corrected, rivals, strict=True)
        if corrected > NON_INFERIORITY_ALPHA or case.against(rival).high > margin
    ]
    if not open_rivals:
        return None
    rival = max(open_rivals)[-1]
    because = (
        f"{name_arm(rival)} is {describe_difference(case.against(rival))} than "
        f"{name_arm(case.champion)}, which leaves open whether it is more than the "
        f"{describe_margin(margin)} worth having ahead"
    )
    n_tests = len(rivals) + len(case.evidence.dropped)
    samples = _samples_to_decide(case, rival, n_tests=n_tests)
    return case.decide(Outcome.CANNOT_TELL, because, rival=rival, samples=samples)


def _confirm(case: _Case) -> Verdict:
    champion = case.champion
    rivals = case.others(feasible=True)
    closest = max(rivals, key=lambda rival: case.against(rival).high, default=None)
    parts = [
        f"{name_arm(champion)} reaches {describe_score(champion, case.evidence.metric)}",
        "beats the baseline",
        _describe_closest(case, closest),
    ]
    cheaper = _find_cheaper(case)
    if cheaper:
        parts.append(f"though {cheaper} is cheaper to run and at most that margin worse")
    return case.decide(Outcome.CONFIRMED, ", ".join(parts), rival=closest)


def _describe_closest(case: _Case, closest: ArmResult | None) -> str:
    if closest is None:
        return _describe_dropped(case) or "and is the only approach that keeps the limits"
    margin = describe_margin(case.claim.margin)
    gap = describe_difference(case.against(closest))
    return f"and no rival is more than {margin} better: {name_arm(closest)} is {gap}"


def _describe_dropped(case: _Case) -> str:
    """Say that every rival was dropped; empty if there was none to drop."""
    names = ", ".join(f"{arm.name} after {arm.n_answered}" for arm in case.evidence.dropped)
    return f"and every rival was dropped as worse ({names} samples)" if names else ""


def _samples_to_decide(case: _Case, rival: ArmResult, *, n_tests: int) -> float:
    """Estimate how many samples would settle on which side of the margin a rival stands."""
    differences, margin = case.differences(rival), case.claim.margin
    if case.against(rival).difference > margin:
        needed = samples_to_detect(differences, n_tests=n_tests)
    else:
        needed = samples_to_bound(differences, margin, n_tests=n_tests)
    return _at_least_more(needed, case, rival)


def _at_least_more(needed: float, case: _Case, arm: ArmResult) -> float:
    """Never ask for fewer samples than there were: those did not tell."""
    return max(needed, case.differences(arm).size + 1)


def _find_cheaper(case: _Case) -> str | None:
    """Name the cheapest arm, baselines included, that is shown to be at most the margin worse."""
    limit = CHEAPER_RATIO * case.champion.predict_seconds
    ties = [
        arm
        for arm in case.evidence.arms
        if arm.feasible and arm.predict_seconds <= limit and _is_within_margin(case, arm)
    ]
    return min(ties, key=lambda arm: arm.predict_seconds).name if ties else None


def _is_within_margin(case: _Case, arm: ArmResult) -> bool:
    margin = case.claim.margin
    p_value = non_inferiority_p(-case.differences(arm), margin)
    return p_value <= NON_INFERIORITY_ALPHA and case.against(arm).low >= -margin
