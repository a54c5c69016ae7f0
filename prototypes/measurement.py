"""Fit one arm and measure it under the same conditions as every other arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prototypes import runtime
from prototypes.contracts import Arm, ArmSpec, FitReport, Prediction, Progress, Sample, Split, Task
from prototypes.measure.costs import cost_of_tokens, cost_per_1000_answers
from prototypes.measure.generation import summarise_bleu
from prototypes.measure.latency import measure_latency
from prototypes.measure.ratios import summarise_ratios
from prototypes.measure.significance import Resampling
from prototypes.measure.summary import (
    find_broken_limits,
    score_predictions,
    summarise_labels,
    summarise_metrics,
)
from prototypes.models.generator_source import GeneratorSupply
from prototypes.plan import TrialSettings
from prototypes.registry import create_arm
from prototypes.results import ArmResult, Interval, Latency, SampleResult
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.workbench import Workbench

T = TypeVar("T")

_N_WARM_UP = 16
_N_PROMPTS = 32
"""Prompts that are sent together before the budget is looked at again."""
FITTING = 0.3
"""What share of the progress of an arm that answers slowly its fitting is taken for."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is the same for every arm of a trial.

    Attributes:
        settings: How it is run.
        split: What may be learnt from, and the test samples.
        bench: The parts that the arms share.
        judge: Where the language model comes from that judges free text; None has none.
    """

    settings: TrialSettings
    split: Split
    bench: Workbench
    judge: GeneratorSupply | None = None

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
    is_prompted = "generator" in spec.needs
    while_fitting = _part_of(progress, 0.0, FITTING) if is_prompted else progress
    runtime.seed_everything(seed)
    runtime.take_peak_gpu_gb()  # what came before, and may have failed, is not this arm's
    report, fit_seconds = time_step(
        bench, lambda: arm.fit(conditions.split.learning, bench, seed=seed, progress=while_fitting)
    )
    latency = measure_latency(
        lambda text: arm.predict([text])[0],
        inputs,
        clock=bench.clock,
        before_each=(lambda: while_fitting(1.0)) if is_prompted else (lambda: None),
    )
    step = _N_PROMPTS if is_prompted else len(inputs)
    predictions, predict_seconds = time_step(
        bench,
        lambda: _answer(arm, inputs, step=step, progress=_part_of(progress, FITTING, 1.0)),
    )
    observed = Observed(
        report=report,
        fit_seconds=fit_seconds,
        latency=latency,
        predictions=predictions,
        predict_seconds=max(predict_seconds, 1e-9),
        size_mb=folder.keep_arm(spec.name, arm),
    )
    measured = summarise_arm(spec, conditions, observed)
    folder.keep_result(measured)
    return measured


def _answer(arm: Arm, inputs: Sequence[str], *, step: int, progress: Progress) -> list[Prediction]:
    """Answer all inputs, some at a time, so that a budget can end what takes hours."""
    if step >= len(inputs):
        return arm.predict(inputs)
    predictions: list[Prediction] = []
    for start in range(0, len(inputs), step):
        progress(start / len(inputs))
        predictions += arm.predict(inputs[start : start + step])
    return predictions


def _part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Tell of a part of what is done, from one fraction to another."""
    return lambda fraction: progress(begin + (end - begin) * fraction)


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of an arm, before it is summed up.

    Attributes:
        report: What it said of its fitting.
        fit_seconds: What that took.
        latency: Of single queries.
        predictions: Its answers to all test samples, in their order.
        predict_seconds: What they took together.
        size_mb: Of what it learnt, on disk.
    """

    report: FitReport
    fit_seconds: float
    latency: Latency
    predictions: Sequence[Prediction]
    predict_seconds: float
    size_mb: float


def time_step(bench: Workbench, step: Callable[[], T]) -> tuple[T, float]:
    """Time a step as if it had made every shared part that it used."""
    started = bench.clock()
    value = step()
    return value, bench.clock() - started


def summarise_arm(spec: ArmSpec, conditions: Conditions, observed: Observed) -> MeasuredArm:
    """Score the answers of an arm and hold it against the limits."""
    task, test, settings = spec.task, conditions.split.test, conditions.settings
    samples = score_predictions(task, test, observed.predictions)
    broken = find_broken_limits(
        settings.limits,
        observed.latency,
        results=samples,
        sends_to=_find_receiver(spec, conditions.bench),
    )
    metrics = summarise_quality(
        samples, test, observed.predictions, resampling=conditions.resampling, task=task
    )
    n_read, n_written = (
        _mean_tokens(observed.predictions) if "generator" in spec.needs else (None, None)
    )
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
        cost_per_1000=_price(spec, conditions, observed),
        n_trained_parameters=observed.report.n_trained_parameters,
        size_mb=observed.size_mb,
        validation_score=observed.report.validation_score,
        input_tokens=n_read,
        output_tokens=n_written,
        notes=[
            *observed.report.notes,
            *_count_faults(observed.predictions),
            *_tell_gpu_memory(),
        ],
    )
    return MeasuredArm(result, samples)


def summarise_quality(
    results: Sequence[SampleResult],
    samples: Sequence[Sample],
    predictions: Sequence[Prediction],
    *,
    resampling: Resampling,
    task: Task,
) -> dict[str, Interval]:
    """State every metric that a task has, each with its interval.

    Args:
        results: The answers, scored.
        samples: What was asked, in the same order.
        predictions: What was answered.
        resampling: How the intervals are drawn.
        task: What the arm had to do.
    """
    metrics = summarise_metrics(results, resampling=resampling)
    if task is Task.EXTRACTION:
        metrics = summarise_ratios(results, resampling=resampling) | metrics
    if task is Task.CLASSIFICATION:
        metrics |= summarise_labels(samples, predictions, resampling=resampling)
    if task is Task.GENERATION:
        metrics |= summarise_bleu(samples, predictions, resampling=resampling)
    return metrics


def _mean_tokens(predictions: Sequence[Prediction]) -> tuple[float, float]:
    """Average what a language model read and wrote per answer."""
    n_read = sum(prediction.n_input_tokens for prediction in predictions)
    n_written = sum(prediction.n_output_tokens for prediction in predictions)
    return n_read / len(predictions), n_written / len(predictions)


def _find_receiver(spec: ArmSpec, bench: Workbench) -> str | None:
    """Name the host beyond this machine that an arm sends its inputs to, None if there is none."""
    supply = bench.generator_supply
    return supply.source.sends_to if supply and "generator" in spec.needs else None


def _tell_gpu_memory() -> list[str]:
    """Say how much memory of GPUs an arm took, where there are any."""
    peak = runtime.take_peak_gpu_gb()
    return [] if peak is None else [f"at most {peak:.1f} GB of GPU memory in use"]


def _count_faults(predictions: Sequence[Prediction]) -> list[str]:
    """Say how often which fault was found in what a language model said."""
    faults = Counter(prediction.fault for prediction in predictions if prediction.fault)
    return [f"{n} of {len(predictions)}: {fault}" for fault, n in faults.most_common()]


def _price(spec: ArmSpec, conditions: Conditions, observed: Observed) -> float | None:
    """Price a thousand answers: by tokens where those have a price, else by machine time.

    A server elsewhere has no machine time that could be priced here.
    """
    settings, answers = conditions.settings, observed.predictions
    if "generator" in spec.needs:
        if settings.token_prices_usd is not None:
            return 1000 * cost_of_tokens(*_mean_tokens(answers), settings.token_prices_usd)
        if _find_receiver(spec, conditions.bench) is not None:
            return None
    return cost_per_1000_answers(observed.predict_seconds / len(answers), settings.machine_hour_usd)
