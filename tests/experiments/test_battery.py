"""All experiments together, and who comes first in the resamples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import binom

from prototypes.budget import Budget
from prototypes.contracts import Approach, LearningData, Split, Task
from prototypes.experiments.battery import hold_on_request, run_experiments, share_first_places
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.plan import TrialSettings
from prototypes.results import ExperimentResult
from prototypes.workbench import Workbench


def _scores(pattern: str) -> list[dict[str, Any]]:
    return [{"correct": float(mark == "1")} for mark in pattern]


def test_every_experiment_answers_or_says_why_not(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """One arm and no times: four results, each with its reason."""
    results = run_experiments(lay_out(plant(Approach.RAG, _scores("10"))))

    assert [one.experiment for one in results] == [
        "latency_cost",
        "citation",
        "abstention",
        "hybrid_forecast",
    ]
    assert all(one.untested for one in results)


def test_what_could_not_be_held_is_tried_again_and_nothing_else(
    plant: Callable[..., Any],
    lay_out: Callable[..., Material],
    inquire: Callable[..., Inquiry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was missing may be there by now: a package that was installed, a server that is back."""
    split = Split(LearningData(Task.CLASSIFICATION, (), ()), test=())
    inquiry = inquire(split, Workbench(), lay_out(plant(Approach.RAG, _scores("10"))))
    settings = TrialSettings(experiments=("freshness", "continual"))
    held: list[str] = []
    conditions, folder = replace(inquiry.conditions, settings=settings), inquiry.folder
    folder.keep_experiment(ExperimentResult(experiment="freshness", untested="no server"))
    folder.keep_experiment(ExperimentResult(experiment="continual", conclusion="found"))

    def hold(name: str, _: Inquiry) -> ExperimentResult:
        held.append(name)
        return ExperimentResult(experiment=name, conclusion="found")

    monkeypatch.setattr("prototypes.experiments.battery._hold", hold)
    monkeypatch.setattr("prototypes.experiments.battery.expect_seconds", lambda *_: 0.0)
    refused = hold_on_request(
        inquiry.material, conditions, folder=folder, budget=Budget(None), tell=lambda _: None
    )

    assert list(refused) == []
    assert held == ["freshness"]
    assert [one.conclusion for one in folder.read_experiments()] == ["found", "found"]


def test_nothing_measured_is_no_experiment(lay_out: Callable[..., Material]) -> None:
    """A trial that was interrupted at once holds none."""
    assert run_experiments(lay_out()) == []
    assert share_first_places(lay_out()) == {}


def test_equal_arms_share_the_first_place(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Two arms that always agree come first in half of the resamples each."""
    scores = _scores("1101")
    arms = [plant(Approach.RAG, scores), plant(Approach.HYBRID, scores)]

    assert share_first_places(lay_out(*arms)) == {Approach.RAG: 0.5, Approach.HYBRID: 0.5}


def test_first_places_follow_the_planted_chance(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """One sample of four only for A, none only for B: B ties unless that sample is drawn."""
    arms = [plant(Approach.RAG, _scores("1110")), plant(Approach.FINE_TUNE, _scores("1100"))]

    shares = share_first_places(lay_out(*arms))

    tie = (3 / 4) ** 4
    assert shares[Approach.RAG] == pytest.approx(1 - tie / 2, abs=0.03)
    assert sum(shares.values()) == pytest.approx(1)


def test_an_arm_that_breaks_a_limit_never_comes_first(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Better on every sample, and not allowed."""
    arms = [
        plant(Approach.RAG, _scores("1111"), is_feasible=False),
        plant(Approach.PROMPTING, _scores("0000")),
    ]

    assert share_first_places(lay_out(*arms)) == {Approach.PROMPTING: 1.0, Approach.RAG: 0.0}


def test_an_arm_at_its_limit_comes_first_in_some_resamples(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Six queries of a hundred are too slow: drawn anew, no more than five are in four of ten."""
    times = [10.0] * 94 + [101.0] * 6
    arm, samples = plant(Approach.RAG, _scores("1111"), queries_ms=times, is_feasible=False)
    slow = arm.model_copy(
        update={
            "infeasible_because": ["5 % of its answers take longer than 101 ms"],
            "latency_ms": arm.latency_ms.model_copy(update={"p95": 101.0}),
        }
    )
    material = lay_out((slow, samples), plant(Approach.PROMPTING, _scores("0000")))

    shares = share_first_places(replace(material, limit_ms=100.0))

    assert shares[Approach.RAG] == pytest.approx(binom.cdf(5, 100, 0.06), abs=0.04)
    assert sum(shares.values()) == pytest.approx(1)
