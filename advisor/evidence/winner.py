"""Which of the measured arms somebody should keep, and which one stands for an approach."""

from __future__ import annotations

from prototypes.contracts import Approach
from prototypes.results import ArmResult, Outcome, TrialResult


def winning_arm(trial: TrialResult) -> str | None:
    """Name the arm the verdict speaks for; None if no arm was measured.

    That is the arm of the recommended approach, unless a rival contradicted it. Without a
    verdict it is the feasible arm with the best primary metric.
    """
    measured = {arm.name: arm for arm in trial.arms}
    verdict = trial.verdict
    if verdict is not None:
        is_contradicted = verdict.outcome == Outcome.CONTRADICTED
        chosen = verdict.deciding_rival if is_contradicted else verdict.arm
        if chosen in measured:
            return chosen
    return max(measured, key=lambda name: _merit(measured[name], trial), default=None)


def approach_arms(trial: TrialResult) -> list[ArmResult]:
    """List the arm that stands for each measured approach, the baseline aside.

    It is the one the verdict takes, chosen without a look at its test quality.
    """
    from prototypes.measure.verdict import choose_representative

    approaches = (each for each in Approach if each is not Approach.BASELINE)
    return [
        arm for each in approaches if (arm := choose_representative(each, trial.arms)) is not None
    ]


def _merit(arm: ArmResult, trial: TrialResult) -> tuple[bool, float]:
    return arm.feasible, arm.metrics[trial.primary_metric].value
