"""A verdict is left open where another training might have turned it."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.contracts import Approach, Claim
from prototypes.measure.case import Evidence
from prototypes.measure.comparisons import find_comparison
from prototypes.measure.trainings import EXPERIMENT
from prototypes.measure.wording import describe_difference, name_arm
from prototypes.results import ArmResult, Comparison, ExperimentResult, Outcome, Verdict


def doubt_training(
    verdict: Verdict, claim: Claim, evidence: Evidence, *, held: Sequence[ExperimentResult]
) -> Verdict:
    """Leave a verdict open that does not hold over several trainings, if they were compared.

    Confirmed stays if over all trainings the claimed arm still beats each baseline and no rival may
    be more than the margin better; contradicted, if the deciding rival still is better, by more
    than the margin. A verdict about limits does not rest on quality, and stays.

    Args:
        verdict: On one training of each arm.
        claim: What was put to the test.
        evidence: What was measured.
        held: The experiments, among which may be the one that trained again.
    """
    champion = next((arm for arm in evidence.arms if arm.name == verdict.arm), None)
    if champion is None or not champion.feasible or verdict.outcome is Outcome.CANNOT_TELL:
        return verdict
    pairs = [pair for each in held if each.experiment == EXPERIMENT for pair in each.differences]
    compared = {frozenset((pair.arm, pair.against)) for pair in pairs}
    for rival in evidence.arms:
        if {rival.name, champion.name} not in compared:
            continue
        found = find_comparison(pairs, rival.name, champion.name)
        if _turns(verdict, claim, rival, found):
            return _leave_open(verdict, rival, champion, found=found)
    return verdict


def _turns(verdict: Verdict, claim: Claim, rival: ArmResult, found: Comparison) -> bool:
    """Tell whether a comparison over all trainings no longer says what the verdict says."""
    if verdict.outcome is Outcome.CONTRADICTED:
        decides = rival.name == verdict.deciding_rival
        return decides and (found.low <= 0 or found.difference <= claim.margin)
    if rival.approach is Approach.BASELINE:
        return found.high >= 0
    return rival.approach is not claim.approach and rival.feasible and found.high > claim.margin


def _leave_open(
    verdict: Verdict, rival: ArmResult, champion: ArmResult, *, found: Comparison
) -> Verdict:
    because = (
        f"One training of each arm would have {verdict.outcome.value} this, but counting what "
        f"differs from training to training, {name_arm(rival)} is {describe_difference(found)} "
        f"than {name_arm(champion)}."
    )
    changes = {"outcome": Outcome.CANNOT_TELL, "because": because, "samples_needed": None}
    return verdict.model_copy(update={**changes, "deciding_rival": rival.name})
