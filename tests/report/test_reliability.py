"""How often advice with some support was right, and when the report does not say."""

from __future__ import annotations

import pytest

from advisor.report.reliability import caution, describe_calibration, state_reliability
from advisor.schema.calibration import Calibration, Estimate
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import Status


@pytest.fixture
def calibration() -> Calibration:
    """A hundred cases at a temperature of 2."""
    return Calibration(
        temperature=2.0,
        date="2026-01-01",
        n_cases=100,
        n_groups=60,
        source="five folds",
        caveat="the authors knew the cases",
        rules_version="0123456789",
        brier=Estimate(value=0.2, low=0.1, high=0.3),
        ece=Estimate(value=0.02, low=0.01, high=0.09),
    )


def _scored(recommendation: Recommendation, *scores: float) -> Recommendation:
    ranking = [
        one.model_copy(update={"score_db": score, "status": Status.ALLOWED})
        for one, score in zip(recommendation.ranking, scores, strict=True)
    ]
    return recommendation.model_copy(update={"ranking": ranking})


def test_temperature_lowers_the_share(
    recommendation: Recommendation, calibration: Calibration
) -> None:
    """10 db are 91 % by the plain formula; at temperature 2 they are sqrt(10) to 1, 76 %."""
    n_rivals = len(recommendation.ranking) - 1
    scored = _scored(recommendation, 10.0, 0.0, *[-400.0] * (n_rivals - 1))

    assert "about 75 %" in state_reliability(scored, calibration)


def test_excluded_approach_takes_no_share(
    recommendation: Recommendation, calibration: Calibration
) -> None:
    """What is out cannot be right, however many decibans it has."""
    scored = _scored(recommendation, *[0.0] * len(recommendation.ranking))
    lone = [
        one if place == 0 else one.model_copy(update={"status": Status.EXCLUDED})
        for place, one in enumerate(scored.ranking)
    ]

    said = state_reliability(scored.model_copy(update={"ranking": lone}), calibration)

    assert "over 95 %" in said


def test_abstaining_advice_claims_no_reliability(
    recommendation: Recommendation, calibration: Calibration
) -> None:
    """The cases were counted for advice that was given."""
    abstaining = recommendation.model_copy(update={"recommended": None})

    assert state_reliability(abstaining, calibration) == ""


def test_calibration_is_told_with_its_intervals(calibration: Calibration) -> None:
    """No figure without its interval, and how it was found."""
    assert describe_calibration(calibration).value == (
        "100 cases in 60 groups, Brier 0.20 (0.10–0.30), ECE 0.02 (0.01–0.09); "
        "temperature 2, five folds"
    )


def test_caution_names_the_number_of_cases(calibration: Calibration) -> None:
    """A reader sees how little it rests on."""
    assert "100 published cases" in caution(calibration)
