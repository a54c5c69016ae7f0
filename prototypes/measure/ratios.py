"""Metrics that are a ratio of sums over many samples, such as micro-averaged span F1.

The mean of the F1 of single texts is another quantity, and undefined for a text without spans. So
what each sample adds to the sums is kept, and whole samples are drawn anew for an interval or a
difference. Where one number per sample is needed (non-inferiority, sample sizes, first places),
each sample gets its linearised value, F + (a - F b) / mean(b) for the ratio F of the sums of a and
b: their mean is the ratio itself and their variance that of the delta method (Särndal et al. 1992,
"Model assisted survey sampling", 5.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from prototypes.measure.exchange import bootstrap_p, least_p, student_p
from prototypes.measure.grouped import cover_groups, draw_sums
from prototypes.measure.groups import Groups, add_up, number_groups
from prototypes.measure.significance import PairedDifference, Resampling, Scores
from prototypes.results import Interval, SampleResult

RIGHT, GIVEN, EXPECTED = COUNTS = ("spans_right", "spans_given", "spans_expected")
"""What a text adds to the sums; kept among the scores of a sample."""

RATIOS: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]] = {
    "span_f1": ({RIGHT: 2}, {GIVEN: 1, EXPECTED: 1}),
    "span_precision": ({RIGHT: 1}, {GIVEN: 1}),
    "span_recall": ({RIGHT: 1}, {EXPECTED: 1}),
}
"""Numerator and denominator of each metric, as multiples of the counts."""

Terms = NDArray[np.float64]
"""Numerator and denominator per sample, shape (n_samples, 2)."""


def is_ratio(metric: str) -> bool:
    """Tell whether a metric only exists for many samples together, as a ratio of sums."""
    return metric in RATIOS


def collect_terms(results: Sequence[SampleResult], metric: str) -> Terms:
    """Line up what each sample adds to the numerator and the denominator of a metric."""
    rows = [
        [
            sum(times * result.scores[name] for name, times in term.items())
            for term in RATIOS[metric]
        ]
        for result in results
    ]
    return np.array(rows, dtype=np.float64).reshape(len(results), 2)


def linearise(terms: Terms) -> Scores:
    """Return one value per sample whose mean is the ratio; NaN if the ratio is undefined."""
    above, below = terms.T
    if not below.sum():
        return np.full(len(terms), np.nan)
    ratio = above.sum() / below.sum()
    values: Scores = ratio + (above - ratio * below) / below.mean()
    return values


def summarise_ratios(
    results: Sequence[SampleResult], *, resampling: Resampling
) -> dict[str, Interval]:
    """Return every ratio that is defined, with a percentile bootstrap interval over samples."""
    found = {metric: collect_terms(results, metric) for metric in RATIOS}
    groups = number_groups(results)
    return {
        metric: _widen(
            _interval(
                _divide(terms.sum(axis=0)), _resample([terms], groups, resampling)[0], resampling
            ),
            linearise(terms),
            groups,
            least=0.0,
        )
        for metric, terms in found.items()
        if terms[:, 1].any()
    }


def compare_ratios(
    first: Sequence[SampleResult],
    second: Sequence[SampleResult],
    metric: str,
    *,
    resampling: Resampling,
) -> PairedDifference:
    """Compare two arms: the same drawn samples make both ratios of each resample."""
    terms = [collect_terms(results, metric) for results in (first, second)]
    groups = number_groups(first)
    one, two = _resample(terms, groups, resampling)
    value = float(_divide(terms[0].sum(axis=0)) - _divide(terms[1].sum(axis=0)))
    apart = linearise(terms[0]) - linearise(terms[1])
    n_apart = int(add_up(terms[0] - terms[1], groups).any(axis=1).sum())
    return PairedDifference(
        interval=_widen(_interval(value, one - two, resampling), apart, groups, least=-1.0),
        p_value=max(bootstrap_p(one - two), student_p(apart, groups), least_p(n_apart)),
        n_first_better=int((apart > 0).sum()),
        n_second_better=int((apart < 0).sum()),
        is_binary=False,
    )


def _resample(
    terms: Sequence[Terms], groups: Groups | None, resampling: Resampling
) -> list[Scores]:
    """Draw samples, or groups, with replacement; return each arm's ratio in every resample."""
    rows = add_up(np.hstack(terms), groups)
    sums = np.concatenate(list(draw_sums(rows, resampling)))
    return [_divide(sums[:, 2 * arm : 2 * arm + 2]) for arm in range(len(terms))]


def _divide(sums: NDArray[np.float64]) -> Scores:
    with np.errstate(invalid="ignore"):
        ratios: Scores = np.asarray(sums[..., 0] / sums[..., 1])
    return ratios


def _interval(value: float | Scores, resampled: Scores, resampling: Resampling) -> Interval:
    """Read off the percentiles; a resample without any span has no ratio and is left out."""
    tail = (1 - resampling.confidence) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return Interval(value=float(value), low=float(low), high=float(high))


def _widen(interval: Interval, values: Scores, groups: Groups | None, *, least: float) -> Interval:
    """Make an interval over groups cover that of the t-test, which knows how few they are."""
    if groups is None or np.isnan(values).any():
        return interval
    low, high = cover_groups((interval.low, interval.high), values, groups)
    return Interval(value=interval.value, low=max(least, low), high=min(1.0, high))
