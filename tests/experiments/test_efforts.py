"""What experiments that train anew will take, said before anything is fitted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prototypes.contracts import LearningData, Sample, Split, Task
from prototypes.estimates import Forecast, Workload
from prototypes.experiments.efforts import plan_experiments
from prototypes.experiments.inquiry import Inquiry
from prototypes.measurement import Conditions
from prototypes.plan import TrialSettings
from prototypes.registry import arms_for
from prototypes.results import ExperimentResult
from prototypes.workbench import Workbench

SAMPLES = tuple(Sample(str(row), f"input {row}", (f"output {row}",)) for row in range(60))
ASKED = ("learning_curve", "noise", "freshness")


def _conditions(task: Task) -> Conditions:
    split = Split(LearningData(task, SAMPLES[:40], ()), SAMPLES[40:])
    return Conditions(TrialSettings(experiments=ASKED), split, Workbench())


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.EXTRACTION, Task.GENERATION])
def test_time_grows_with_that_of_the_arms(task: Task, inquire: Callable[..., Inquiry]) -> None:
    """Ten times as much to read takes longer; what nobody can say has no time."""
    conditions = _conditions(task)
    folder = inquire(conditions.split, conditions.bench).folder
    small, large = (
        plan_experiments(conditions, Forecast(Workload(n, n, n)), folder) for n in (10**5, 10**7)
    )

    assert [one.name for one in small] == list(ASKED)
    assert all(a.seconds < b.seconds for a, b in zip(small[:2], large[:2], strict=True))
    assert small[2].seconds is None


def test_three_models_take_three_times_as_long(inquire: Callable[..., Inquiry]) -> None:
    """The curve of writing is the dearest experiment there is, and says so."""
    conditions = _conditions(Task.GENERATION)
    forecast = Forecast(Workload(10**6, 0, 10**5))
    (tuned,) = (spec for spec in arms_for(Task.GENERATION) if spec.name == "fine_tune")

    curve = plan_experiments(conditions, forecast, inquire(conditions.split, None).folder)[0]

    assert curve.seconds is not None
    assert curve.seconds > 3 * forecast.estimate(tuned)


def test_what_was_held_before_takes_no_time(inquire: Callable[..., Inquiry]) -> None:
    """It is not announced again."""
    conditions = _conditions(Task.EXTRACTION)
    folder = inquire(conditions.split, conditions.bench).folder
    folder.keep_experiment(ExperimentResult(experiment="noise"))

    planned = plan_experiments(conditions, Forecast(Workload(1, 1, 1)), folder)

    assert [one.name for one in planned] == ["learning_curve", "freshness"]
