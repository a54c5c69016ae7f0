"""Every pair of arms compared on the same samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from prototypes.measure.grouped import compare_grouped
from prototypes.measure.groups import Groups, number_groups
from prototypes.measure.ratios import compare_ratios, is_ratio
from prototypes.measure.significance import PairedDifference, Resampling, Scores
from prototypes.measure.summary import collect_scores
from prototypes.results import Comparison, SampleResult


def compare_arms(
    scores: Mapping[str, Scores],
    metric: str,
    *,
    resampling: Resampling,
    groups: Groups | None = None,
) -> list[Comparison]:
    """Compare all pairs of arms, each arm with those before it.

    Args:
        scores: Per arm, one score per test sample, in the same order of samples.
        metric: What the scores measure.
        resampling: How the intervals are drawn.
        groups: Which samples belong together; None if each stands for itself.
    """
    return [
        describe_pair(
            compare_grouped(scores[later], scores[earlier], groups, resampling),
            (later, earlier),
            metric=metric,
        )
        for earlier, later in combinations(scores, 2)
    ]


def compare_measured(
    samples: Mapping[str, Sequence[SampleResult]], metric: str, *, resampling: Resampling
) -> list[Comparison]:
    """Compare all pairs of arms by their answers, each arm with those before it.

    Args:
        samples: Per arm, its answer to every test sample, in the same order of samples.
        metric: What is compared; one that is a ratio of sums is made anew in every resample.
        resampling: How the intervals are drawn.
    """
    return [
        describe_pair(
            compare_answers(samples[later], samples[earlier], metric, resampling=resampling),
            (later, earlier),
            metric=metric,
        )
        for earlier, later in combinations(samples, 2)
    ]


def compare_answers(
    first: Sequence[SampleResult],
    second: Sequence[SampleResult],
    metric: str,
    *,
    resampling: Resampling,
) -> PairedDifference:
    """Compare two arms, or one arm twice, by their answers to the same samples in one order."""
    if is_ratio(metric):
        return compare_ratios(first, second, metric, resampling=resampling)
    scores = collect_scores(first, metric), collect_scores(second, metric)
    return compare_grouped(*scores, number_groups(first), resampling)


def find_comparison(comparisons: Sequence[Comparison], arm: str, against: str) -> Comparison:
    """Return `arm` minus `against`, whichever way round it was computed.

    Raises:
        KeyError: If the two were not compared.
    """
    for comparison in comparisons:
        if (comparison.arm, comparison.against) == (arm, against):
            return comparison
        if (comparison.arm, comparison.against) == (against, arm):
            return _flip(comparison)
    raise KeyError((arm, against))


def describe_pair(found: PairedDifference, pair: tuple[str, str], *, metric: str) -> Comparison:
    """Name a paired difference: the first arm minus the second one, on a metric."""
    arm, against = pair
    return Comparison(
        arm=arm,
        against=against,
        metric=metric,
        difference=found.interval.value,
        low=found.interval.low,
        high=found.interval.high,
        p_value=found.p_value,
        n_only_arm_right=found.n_first_better if found.is_binary else None,
        n_only_against_right=found.n_second_better if found.is_binary else None,
    )


def _flip(comparison: Comparison) -> Comparison:
    return Comparison(
        arm=comparison.against,
        against=comparison.arm,
        metric=comparison.metric,
        difference=-comparison.difference,
        low=-comparison.high,
        high=-comparison.low,
        p_value=comparison.p_value,
        n_only_arm_right=comparison.n_only_against_right,
        n_only_against_right=comparison.n_only_arm_right,
    )
