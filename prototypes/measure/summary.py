"""From an arm's predictions to the figures of its result."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototypes.contracts import Limits, Prediction, Sample, Task
from prototypes.measure.grouped import grouped_mean
from prototypes.measure.groups import number_groups
from prototypes.measure.metrics import encode_labels, score_samples
from prototypes.measure.ratios import COUNTS, collect_terms, is_ratio, linearise
from prototypes.measure.significance import (
    Resampling,
    Scores,
    bootstrap_macro_f1,
)
from prototypes.results import Interval, Latency, SampleResult


def score_predictions(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> tuple[SampleResult, ...]:
    """Score each prediction against its sample; a metric that is undefined for it is left out."""
    scores = score_samples(task, samples, predictions)
    return tuple(map(_record, samples, predictions, scores))


def collect_scores(results: Sequence[SampleResult], metric: str) -> Scores:
    """Line up one metric over the samples; NaN where it is undefined.

    A ratio over all samples, such as span F1, gives its linearised values.
    """
    if is_ratio(metric):
        return linearise(collect_terms(results, metric))
    return np.array([result.scores.get(metric, np.nan) for result in results], dtype=np.float64)


def summarise_metrics(
    results: Sequence[SampleResult], *, resampling: Resampling
) -> dict[str, Interval]:
    """Average every metric that is defined for at least one sample, each with its interval."""
    names = dict.fromkeys(name for result in results for name in result.scores)
    means, groups = [name for name in names if name not in COUNTS], number_groups(results)
    return {name: grouped_mean(collect_scores(results, name), groups, resampling) for name in means}


def summarise_labels(
    samples: Sequence[Sample], predictions: Sequence[Prediction], *, resampling: Resampling
) -> dict[str, Interval]:
    """Return the metrics that only exist for many labelled samples together: macro-F1."""
    labels = encode_labels(samples, predictions)
    groups = number_groups(samples)
    return {"macro_f1": bootstrap_macro_f1(*labels, resampling, groups=groups)}


def find_broken_limits(
    limits: Limits,
    latency: Latency,
    *,
    results: Sequence[SampleResult],
    sends_to: str | None = None,
) -> list[str]:
    """Hold an arm against the hard limits, as measured; one phrase per limit it breaks.

    Args:
        limits: What the user demands.
        latency: Of single queries.
        results: The answers to the test samples.
        sends_to: The host beyond this machine that the arm needs, None if it needs none.
    """
    broken = []
    if limits.offline and sends_to is not None:
        broken.append(f"it sends every input to {sends_to}, and nothing may leave the machine")
    if limits.latency_ms is not None and latency.p95 > limits.latency_ms:
        broken.append(
            f"5 % of its answers take longer than {latency.p95:.0f} ms, the limit is "
            f"{limits.latency_ms:g} ms"
        )
    answered = [result for result in results if result.output is not None]
    n_uncited = sum(not result.citations for result in answered)
    if limits.must_cite and n_uncited:
        broken.append(f"{n_uncited} of its {len(answered)} answers name no source")
    return broken


def _record(sample: Sample, prediction: Prediction, scores: dict[str, float]) -> SampleResult:
    return SampleResult(
        id=sample.id,
        input=sample.input,
        targets=list(sample.targets),
        unanswerable=sample.unanswerable,
        output=prediction.output,
        confidence=prediction.confidence,
        citations=[citation.passage_id for citation in prediction.citations],
        retrieved=list(prediction.retrieved),
        scores=scores,
        fault=prediction.fault,
        group=sample.group,
    )
