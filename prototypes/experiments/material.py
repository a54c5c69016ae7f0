"""What a trial has already measured, as far as experiments need it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binomtest, norm

from prototypes.contracts import Approach
from prototypes.measure.grouped import compare_grouped, cover_groups
from prototypes.measure.groups import Groups, number_groups
from prototypes.measure.ratios import is_ratio
from prototypes.measure.significance import Resampling, Scores
from prototypes.measure.summary import collect_scores
from prototypes.measure.verdict import choose_representative
from prototypes.results import ArmResult, Comparison, Measured, SampleResult

EXACT_MATCH = "exact_match"
"""The metric of single samples in tasks whose primary one is a ratio over all of them."""


@dataclass(frozen=True, slots=True)
class Material:
    """The results of a trial.

    Attributes:
        metric: The primary metric.
        arms: The arms that were measured.
        samples: Per arm, its answer to every test sample, in one order.
        resampling: How intervals are drawn.
        limit_ms: What 95 % of the answers may take; None sets no limit.
    """

    metric: str
    arms: Sequence[ArmResult]
    samples: Mapping[str, Sequence[SampleResult]]
    resampling: Resampling = field(default_factory=Resampling)
    limit_ms: float | None = None

    @property
    def groups(self) -> Groups | None:
        """Which of the test samples belong together; None if each stands for itself."""
        return number_groups(next(iter(self.samples.values()), ()))

    def standing_for(self, approach: Approach) -> ArmResult | None:
        """Return the arm that stands for an approach, chosen without its test quality."""
        return choose_representative(approach, self.arms)

    def rivals(self) -> list[ArmResult]:
        """List the arms that stand for the approaches, the baseline aside."""
        approaches = (each for each in Approach if each is not Approach.BASELINE)
        return [arm for each in approaches if (arm := self.standing_for(each)) is not None]

    def scores(self, arm: ArmResult, metric: str | None = None) -> Scores:
        """Line up a metric of an arm, the primary one by default; NaN where it is undefined."""
        return collect_scores(self.samples[arm.name], metric or self.metric)

    def sample_scores(self, arm: ArmResult) -> Scores:
        """Line up what an arm scores on each sample by itself.

        That is the primary metric, or exact matches where that is a ratio over all samples.
        """
        return self.scores(arm, EXACT_MATCH if is_ratio(self.metric) else None)


def measure_share(quantity: str, arm: str, *, count: int, n: int) -> Measured:
    """State a share with its Wilson score interval (Wilson 1927), which holds for few samples."""
    interval = binomtest(count, n).proportion_ci(confidence_level=0.95, method="wilson")
    low, high = float(interval.low), float(interval.high)
    return Measured(quantity=quantity, arm=arm, value=count / n, low=low, high=high, n=n)


def measure_scores(quantity: str, arm: str, scores: Scores, groups: Groups | None) -> Measured:
    """State the share of samples that score 1 instead of 0.

    Its Wilson interval takes samples for independent, so it is made to cover that of the t-test
    over groups where some belong together.
    """
    found = measure_share(quantity, arm, count=int(scores.sum()), n=scores.size)
    if groups is None:
        return found
    low, high = cover_groups((found.low, found.high), scores, groups)
    return found.model_copy(update={"low": max(0.0, low), "high": min(1.0, high)})


def compare_shares(
    quantity: str,
    first: tuple[str, Scores],
    second: tuple[str, Scores],
    *,
    resampling: Resampling,
    limit: float = 1.0,
    groups: Groups | None = None,
) -> Comparison:
    """Compare two arms, each a name with its scores, on the samples that both have a score for.

    Args:
        quantity: What the scores measure, between 0 and 1.
        first: Name and scores of the arm that is subtracted from.
        second: Name and scores of the arm that is subtracted.
        resampling: How the interval is drawn.
        limit: The largest difference there can be; 2 where the scores are differences themselves.
        groups: Which samples belong together; None if each stands for itself.

    Raises:
        TooFewSamplesError: If there is no such sample.
    """
    found = compare_grouped(first[1], second[1], groups, resampling)
    interval, apart = found.interval, first[1] - second[1]
    low, high = widen_interval(interval.low, interval.high, apart, limit=limit)
    return Comparison(
        arm=first[0],
        against=second[0],
        metric=quantity,
        difference=interval.value,
        low=low,
        high=high,
        p_value=found.p_value,
        n_only_arm_right=found.n_first_better if found.is_binary else None,
        n_only_against_right=found.n_second_better if found.is_binary else None,
    )


def widen_interval(
    low: float, high: float, *differences: Scores, limit: float | None = None
) -> tuple[float, float]:
    """Widen a bootstrap interval to what few samples can really tell.

    Two arms that agree on ten samples out of ten are not thereby proven equal, but every resample
    of those ten says so. The interval is made to cover the one that comes of adding half a sample
    of each sign and a tie (Agresti and Min 2005). With very few samples that reaches beyond any
    difference there can be, and is cut there, which leaves its coverage as it is: the truth never
    lies in what is cut off (Newcombe 1998, "Improved confidence intervals for the difference
    between binomial proportions based on paired data", on overshoot).

    Args:
        low: The lower end.
        high: The upper end.
        differences: Per sample; the means of several groups of samples are summed.
        limit: The largest difference there can be; by default 1 for each group.
    """
    limit = float(len(differences)) if limit is None else limit
    moments = [_smoothed(each[~np.isnan(each)]) for each in differences]
    mean = sum(each for each, _ in moments)
    reach = float(norm.isf(0.025)) * math.sqrt(sum(variance for _, variance in moments))
    return max(-limit, min(low, mean - reach)), min(limit, max(high, mean + reach))


def _smoothed(differences: Scores) -> tuple[float, float]:
    """Return the mean and the variance of that mean."""
    n = differences.size + 2
    mean = float(differences.sum()) / n
    return mean, (float((differences**2).sum() + 1) / n - mean**2) / n
