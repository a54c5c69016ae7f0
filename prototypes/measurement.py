"""Fit one arm and measure it under the same conditions as every other arm."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prototypes import runtime
from prototypes.contracts import ArmSpec, FitReport, Prediction, Progress, Split, Task
from prototypes.measure.costs import cost_per_1000_answers
from prototypes.measure.latency import measure_latency
from prototypes.measure.significance import Resampling
from prototypes.measure.summary import (
    find_broken_limits,
    score_predictions,
    summarise_labels,
    summarise_metrics,
)
from prototypes.plan import TrialSettings
from prototypes.registry import create_arm
from prototypes.results import ArmResult, Latency
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.workbench import Workbench

T = TypeVar("T")

_N_WARM_UP = 16


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is the same for every arm of a trial."""

    settings: TrialSettings
    split: Split
    bench: Workbench

    @property
    def resampling(self) -> Resampling:
        """How every interval is drawn."""
        return Resampling(self.settings.n_bootstrap, self.settings.seed)


def warm_up(conditions: Conditions) -> None:
    """Use the encoder once, so that the first arm does not pay for its threads and buffers."""
    encoder = conditions.bench.encoder
    if encoder.folder is not None:
        encoder.encode([sample.input for sample in conditions.split.test[:_N_WARM_UP]])


def measure_arm(
    spec: ArmSpec, conditions: Conditions, *, folder: RunFolder, progress: Progress
) -> MeasuredArm:
    """Fit an arm, time it, let it answer the test samples, and put everything on disk.

    Single queries are timed before the test samples are answered in one batch. Fitting and
    answering are charged for every shared part they use, whichever arm made it first.

    Raises:
        LaboratoryError: If the arm cannot be built from these data or models.
    """
    arm, bench, seed = create_arm(spec), conditions.bench, conditions.settings.seed
    inputs = [sample.input for sample in conditions.split.test]
    runtime.seed_everything(seed)
    report, fit_seconds = _time(
        bench, lambda: arm.fit(conditions.split.learning, bench, seed=seed, progress=progress)
    )
    latency = measure_latency(lambda text: arm.predict([text])[0], inputs)
    predictions, predict_seconds = _time(bench, lambda: arm.predict(inputs))
    observed = _Observed(
        report=report,
        fit_seconds=fit_seconds,
        latency=latency,
        predictions=predictions,
        predict_seconds=max(predict_seconds, 1e-9),
        size_mb=folder.keep_arm(spec.name, arm),
    )
    measured = _summarise(spec, conditions, observed)
    folder.keep_result(measured)
    return measured


@dataclass(frozen=True, slots=True)
class _Observed:
    report: FitReport
    fit_seconds: float
    latency: Latency
    predictions: Sequence[Prediction]
    predict_seconds: float
    size_mb: float


def _time(bench: Workbench, step: Callable[[], T]) -> tuple[T, float]:
    """Time a step as if it had made every shared part that it used."""
    charged, spent, started = bench.charged_seconds, bench.spent_seconds, time.perf_counter()
    value = step()
    wall = time.perf_counter() - started
    return value, wall - (bench.spent_seconds - spent) + (bench.charged_seconds - charged)


def _summarise(spec: ArmSpec, conditions: Conditions, observed: _Observed) -> MeasuredArm:
    task, test, settings = spec.task, conditions.split.test, conditions.settings
    samples = score_predictions(task, test, observed.predictions)
    broken = find_broken_limits(settings.limits, observed.latency, samples)
    metrics = summarise_metrics(samples, resampling=conditions.resampling)
    if task is Task.CLASSIFICATION:
        metrics |= summarise_labels(test, observed.predictions, resampling=conditions.resampling)
    seconds_each = observed.predict_seconds / len(test)
    result = ArmResult(
        name=spec.name,
        approach=spec.approach,
        title=spec.title,
        feasible=not broken,
        infeasible_because=broken,
        cites=spec.cites,
        metrics=metrics,
        latency_ms=observed.latency,
        throughput_per_second=1 / seconds_each,
        fit_seconds=observed.fit_seconds,
        predict_seconds=observed.predict_seconds,
        cost_per_1000=cost_per_1000_answers(seconds_each, settings.machine_hour_usd),
        n_trained_parameters=observed.report.n_trained_parameters,
        size_mb=observed.size_mb,
        validation_score=observed.report.validation_score,
        notes=list(observed.report.notes),
    )
    return MeasuredArm(result, samples)
