"""Estimates follow the work there is, and the arms that have finished."""

from __future__ import annotations

from prototypes.contracts import Approach, ArmSpec, Task
from prototypes.estimates import FIXED_SECONDS, Forecast, Workload

WORKLOAD = Workload(train=1_000_000, documents=0, test=100_000)


def arm(name: str, approach: Approach) -> ArmSpec:
    """Describe an arm; nothing of it is loaded."""
    return ArmSpec(name, Task.CLASSIFICATION, approach, title=name, factory="")


BASELINE = arm("baseline_majority", Approach.BASELINE)
HEAD = arm("fine_tune_head", Approach.FINE_TUNE)
FULL = arm("fine_tune_full", Approach.FINE_TUNE)


def test_costlier_arms_are_expected_to_take_longer() -> None:
    """What never reads with the encoder is quick; tuning all parameters is slow."""
    forecast = Forecast(WORKLOAD)

    baseline, head, full = (forecast.estimate(each) for each in (BASELINE, HEAD, FULL))

    assert baseline == FIXED_SECONDS
    assert baseline < head < full


def test_finished_arm_corrects_the_others() -> None:
    """If the head took ten times as long as thought, full tuning will take several times that."""
    forecast = Forecast(WORKLOAD)
    before = forecast.estimate(FULL) - FIXED_SECONDS
    forecast.learn(HEAD, 10 * (forecast.estimate(HEAD) - FIXED_SECONDS))

    assert 8 * before < forecast.estimate(FULL) - FIXED_SECONDS < 10 * before


def test_short_arm_hardly_corrects_the_others() -> None:
    """A hiccup of a second in an arm with little to read does not scale up to hours."""
    forecast = Forecast(Workload(train=1_000_000, documents=0, test=100))
    before = forecast.estimate(FULL)
    forecast.learn(arm("prompting_zero_shot", Approach.PROMPTING), 1.0)

    assert forecast.estimate(FULL) < 1.3 * before


def test_arm_without_encoder_teaches_nothing() -> None:
    """The time of a baseline says nothing about the speed of the encoder."""
    forecast = Forecast(WORKLOAD)
    before = forecast.estimate(FULL)
    forecast.learn(BASELINE, 100.0)

    assert forecast.estimate(FULL) == before
