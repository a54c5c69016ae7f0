"""What support has been worth on published cases, if that is known for the rules in use."""

from __future__ import annotations

import math

from advisor.inference.calibration import calibrated_support
from advisor.report.wording import plain_text
from advisor.schema.calibration import Calibration, Estimate
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Fact
from advisor.vocabulary import Status


def state_reliability(recommendation: Recommendation, calibration: Calibration) -> str:
    """Say how often advice with this support was right; empty if none is given.

    An advisor that abstains for want of answers was not what the cases were counted for.
    """
    if recommendation.recommended is None:
        return ""
    scores = {
        ranked.approach: -math.inf if ranked.status is Status.EXCLUDED else ranked.score_db
        for ranked in recommendation.ranking
    }
    support = calibrated_support(list(scores.values()), calibration.temperature)
    right = float(support[list(scores).index(recommendation.leading)])
    if right == 0:
        return ""
    figure = "over 95 %" if right >= 0.975 else f"about {round(right * 20) * 5} %"
    return f"In published cases, advice with this support was right in {figure} of them."


def describe_calibration(calibration: Calibration) -> Fact:
    """Name the cases and the cross-validated quality behind that sentence."""
    cases = f"{calibration.n_cases} cases in {calibration.n_groups} groups"
    brier, ece = _estimate(calibration.brier), _estimate(calibration.ece)
    fitted = f"temperature {calibration.temperature:g}, {plain_text(calibration.source)}"
    return Fact(name="Calibration", value=f"{cases}, Brier {brier}, ECE {ece}; {fitted}")


def caution(calibration: Calibration) -> str:
    """Say what that sentence does not cover."""
    return (
        f"How often advice was right is known from {calibration.n_cases} published cases, which "
        "the authors of the rules knew; on others expect support to be less reliable."
    )


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"
