"""Which of the measured arms somebody should keep."""

from __future__ import annotations

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


def _merit(arm: ArmResult, trial: TrialResult) -> tuple[bool, float]:
    return arm.feasible, arm.metrics[trial.primary_metric].value
