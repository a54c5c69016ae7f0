"""Every pair of arms compared on the same samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from prototypes.measure.significance import Resampling, Scores, compare_paired
from prototypes.results import Comparison


def compare_arms(
    scores: Mapping[str, Scores], metric: str, *, resampling: Resampling
) -> list[Comparison]:
    """Compare all pairs of arms, each arm with those before it.

    Args:
        scores: Per arm, one score per test sample, in the same order of samples.
        metric: What the scores measure.
        resampling: How the intervals are drawn.
    """
    return [
        _compare(scores, (later, earlier), metric=metric, resampling=resampling)
        for earlier, later in combinations(scores, 2)
    ]


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


def _compare(
    scores: Mapping[str, Scores], pair: tuple[str, str], *, metric: str, resampling: Resampling
) -> Comparison:
    arm, against = pair
    found = compare_paired(scores[arm], scores[against], resampling)
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
