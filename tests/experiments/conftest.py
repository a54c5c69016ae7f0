"""Arms whose every answer is planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from prototypes.contracts import Approach, Split
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.measure.significance import Resampling
from prototypes.measurement import Conditions
from prototypes.plan import TrialSettings
from prototypes.results import ArmResult, Interval, Latency, SampleResult
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

_MARKS = ("silent", "open", "group")

Plant = Callable[..., tuple[ArmResult, tuple[SampleResult, ...]]]


@pytest.fixture
def plant() -> Plant:
    """Make an arm from the scores, silences and times it is to have."""
    return _plant


@pytest.fixture
def lay_out() -> Callable[..., Material]:
    """Make material of planted arms."""

    def lay(*arms: tuple[ArmResult, tuple[SampleResult, ...]]) -> Material:
        return Material(
            metric="correct",
            arms=[arm for arm, _ in arms],
            samples={arm.name: samples for arm, samples in arms},
            resampling=Resampling(n_resamples=2_000),
        )

    return lay


@pytest.fixture
def inquire(tmp_path: Path) -> Callable[..., Inquiry]:
    """Set an experiment up that builds or answers anew."""

    def inquire(split: Split, bench: Workbench, material: Material | None = None) -> Inquiry:
        conditions = Conditions(TrialSettings(n_bootstrap=500), split, bench)
        nothing = Material("correct", [], {})
        return Inquiry(conditions, material or nothing, RunFolder(tmp_path), lambda _: None)

    return inquire


def _plant(
    approach: Approach,
    samples: Sequence[dict[str, Any]],
    *,
    queries_ms: Sequence[float] = (),
    is_feasible: bool = True,
) -> tuple[ArmResult, tuple[SampleResult, ...]]:
    arm = ArmResult(
        name=approach.value,
        approach=approach,
        title="",
        feasible=is_feasible,
        cites=True,
        metrics={"correct": Interval(value=0.5, low=0.4, high=0.6)},
        latency_ms=Latency(p50=1, p95=2, n_queries=len(queries_ms), queries_ms=list(queries_ms)),
        throughput_per_second=1.0,
        fit_seconds=1.0,
        predict_seconds=1.0,
        cost_per_1000=None,
        size_mb=0.0,
    )
    return arm, tuple(_sample(number, each) for number, each in enumerate(samples))


def _sample(number: int, planted: dict[str, Any]) -> SampleResult:
    scores = {name: float(planted[name]) for name in planted if name not in _MARKS}
    return SampleResult(
        id=str(number),
        input="",
        targets=[],
        unanswerable=planted.get("open", False),
        output=None if planted.get("silent") else "said",
        confidence=0.0,
        citations=[],
        retrieved=[],
        scores=scores,
        group=planted.get("group"),
    )
