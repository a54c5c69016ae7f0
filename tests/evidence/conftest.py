"""A trial made by hand: four arms with round numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from prototypes.contracts import Approach, Task
from prototypes.results import (
    ArmResult,
    DataSummary,
    ExperimentResult,
    Interval,
    Latency,
    TrialProtocol,
    TrialResult,
)

Make = Callable[..., ArmResult]


@pytest.fixture
def make_arm() -> Make:
    """Make an arm that answers 1,000 a second in batches and takes 36 s to fit."""
    return _arm


@pytest.fixture
def make_trial() -> Callable[..., TrialResult]:
    """Make a trial of some arms and experiments."""
    return _trial


def _arm(approach: Approach, **changes: object) -> ArmResult:
    values: dict[str, object] = {
        "name": approach.value,
        "approach": approach,
        "title": "",
        "feasible": True,
        "cites": True,
        "metrics": {"correct": Interval(value=0.5, low=0.4, high=0.6)},
        "latency_ms": Latency(p50=10.0, p95=20.0, n_queries=100),
        "throughput_per_second": 1000.0,
        "fit_seconds": 36.0,
        "predict_seconds": 1.0,
        "cost_per_1000": 0.001,
        "size_mb": 1.0,
    }
    return ArmResult.model_validate({**values, **changes})


def _trial(arms: Sequence[ArmResult], experiments: Sequence[ExperimentResult] = ()) -> TrialResult:
    data = {name: 0 for name, field in DataSummary.model_fields.items() if field.annotation is int}
    return TrialResult(
        task=Task.DOCUMENT_QA,
        primary_metric="correct",
        n_test=100,
        arms=list(arms),
        comparisons=[],
        verdict=None,
        experiments=list(experiments),
        data=DataSummary(**data, test_was_given=False),
        protocol=TrialProtocol(
            seed=0,
            margin=0.02,
            n_bootstrap=100,
            encoder="",
            encoder_sha256=None,
            precision="float32",
            threads=1,
            test_sha256="",
            data_fingerprint="",
            machine_hour_usd=3.6,
            versions={},
            limits={},
        ),
    )
