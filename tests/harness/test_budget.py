"""A budget holds for the experiments, too, and says what it left out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.contracts import Dataset
from prototypes.events import Event, ExperimentFinished, ExperimentStarted
from prototypes.experiments import learning_curve
from prototypes.results import ExperimentResult, TrialResult

CURVE = ("learning_curve",)


@pytest.fixture(autouse=True)
def _quick_arms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the arms cost nothing, so that the budget is about the experiments."""
    monkeypatch.setattr("prototypes.estimates.FIXED_SECONDS", 0.0)


def settings(**changes: Any) -> TrialSettings:  # noqa: ANN401 # of settings
    """Ask for a curve and draw few resamples."""
    return TrialSettings(**{"n_bootstrap": 200, "experiments": CURVE} | changes)


def curve_of(trial: TrialResult) -> ExperimentResult:
    """Return what became of the curve, of which there is one record."""
    (found,) = (one for one in trial.experiments if one.experiment == "learning_curve")
    return found


def expect(seconds: float) -> Callable[..., float]:
    """Take an experiment to last so long."""
    return lambda *_: seconds


def test_experiment_that_does_not_fit_is_not_held_and_listed(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is listed with what would hold it; nothing of it is kept as if it had been held."""
    monkeypatch.setattr("prototypes.experiments.battery.expect_seconds", expect(1000.0))
    events: list[Event] = []
    out = tmp_path / "run"

    trial = run_trial(
        dataset, settings=settings(budget_seconds=60, out=out), on_event=events.append
    )

    assert len(trial.arms) == 3
    assert curve_of(trial).untested.startswith("the budget of 60 s has ")
    assert curve_of(trial).untested.endswith(
        "and it takes about 1000 s; a larger --budget with --resume holds it"
    )
    assert not any(isinstance(event, ExperimentStarted) for event in events)
    assert ExperimentFinished(curve_of(trial)) in events
    assert not list((out / "experiments").glob("*"))


def test_experiment_left_out_is_held_once_there_is_time(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag that was named does what was said of it."""
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr("prototypes.experiments.battery.expect_seconds", expect(1000.0))
        run_trial(dataset, settings=settings(budget_seconds=60, out=out))

    trial = run_trial(dataset, settings=settings(budget_seconds=600, out=out, resume=True))

    assert curve_of(trial).untested == "there are too few labels to learn from"
    assert (out / "experiments" / "learning_curve.json").is_file()


def test_budget_ends_an_experiment_at_its_next_sign_of_progress(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes longer than was thought is not waited for."""
    skipped = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + skipped[0])

    def hold(inquiry: Any) -> ExperimentResult:  # noqa: ANN401 # an inquiry
        skipped[0] = 1000.0
        inquiry.progress(0.5)
        raise AssertionError("it went on")

    monkeypatch.setattr("prototypes.budget.time", clock)
    monkeypatch.setattr(learning_curve, "hold_learning_curve", hold)

    trial = run_trial(dataset, settings=settings(budget_seconds=60))

    assert len(trial.arms) == 3 and not trial.interrupted
    assert curve_of(trial).untested == (
        "the budget of 60 s was spent before it was over; a larger --budget with --resume holds it"
    )


def test_interrupted_experiment_is_listed(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in an experiment leaves a whole result that says how to go on."""

    def press(_: object) -> ExperimentResult:
        raise KeyboardInterrupt

    monkeypatch.setattr(learning_curve, "hold_learning_curve", press)

    trial = run_trial(dataset, settings=settings())

    assert trial.interrupted and len(trial.arms) == 3
    assert curve_of(trial).untested.endswith("--resume holds it")
