"""Uncertainty: bootstrap intervals, paired comparisons, Holm's correction, sample size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

from prototypes.errors import TooFewSamplesError
from prototypes.measure.exchange import bootstrap_p, few_samples_p
from prototypes.measure.groups import Groups, add_up
from prototypes.results import Interval

Scores = NDArray[np.float64]
"""One score per test sample, in the order of the test split; NaN where it is undefined."""

Labels = NDArray[np.int64]
"""One label number per test sample."""

_MAX_CELLS = 2_000_000
"""Counts held in memory at once while resampling: 16 MB."""

_NO_SCORES = (
    "None of the test samples has a score for this metric; at least one is needed. "
    "Add test samples for which the right answer is known."
)


@dataclass(frozen=True, slots=True)
class Resampling:
    """How a bootstrap is drawn: how often, from which seed, and how wide its interval is."""

    n_resamples: int = 10_000
    seed: int = 0
    confidence: float = 0.95


_DEFAULT = Resampling()


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean of `first - second` over the same samples.

    Attributes:
        interval: The mean difference with its percentile interval.
        p_value: Exact McNemar for 0/1 scores; otherwise bootstrap, and no smaller than the t-test
            and the number of samples allow; two-sided.
        n_first_better: Samples on which the first scores higher.
        n_second_better: Samples on which the second scores higher.
        is_binary: True if both score 0 or 1 on every sample.
    """

    interval: Interval
    p_value: float
    n_first_better: int
    n_second_better: int
    is_binary: bool


def bootstrap_mean(values: Scores, resampling: Resampling = _DEFAULT) -> Interval:
    """Average the defined scores, with a percentile bootstrap interval.

    Raises:
        TooFewSamplesError: If no score is defined.
    """
    defined = _defined(values)
    return _interval(float(defined.mean()), _resampled_means(defined, resampling), resampling)


def bootstrap_macro_f1(
    targets: Labels,
    outputs: Labels,
    resampling: Resampling = _DEFAULT,
    *,
    groups: Groups | None = None,
) -> Interval:
    """Average the F1 of every label with equal weight, with a percentile bootstrap interval.

    A label that occurs neither as a target nor as an output of a resample leaves its mean.

    Args:
        targets: Label numbers, shape (n_samples,).
        outputs: Label numbers, same shape; -1 for an abstention, which only costs recall.
        resampling: How the interval is drawn.
        groups: Which samples are drawn together; None draws each by itself.

    Raises:
        TooFewSamplesError: If there is no sample.
    """
    if not targets.size:
        raise TooFewSamplesError(_NO_SCORES)
    pairs, places, counts = np.unique(
        np.stack([targets, outputs]), axis=1, return_inverse=True, return_counts=True
    )
    membership = _PairMembership(pairs)
    value = float(membership.macro_f1(counts[np.newaxis, :])[0])
    drawn: Iterator[Scores] = _count_chunks(counts, resampling)
    if groups is not None:
        held = add_up(np.eye(len(counts))[places.ravel()], groups)
        drawn = (some @ held for some in _count_chunks(np.ones(len(held), np.int64), resampling))
    chunks = [membership.macro_f1(chunk) for chunk in drawn]
    return _interval(value, np.concatenate(chunks), resampling)


def compare_paired(
    first: Scores, second: Scores, resampling: Resampling = _DEFAULT
) -> PairedDifference:
    """Compare two arms on the samples that both have a score for.

    Two arms that agree on every sample are not thereby proven equal, though every resample says so:
    their interval is `bound_unseen`.

    Raises:
        TooFewSamplesError: If no sample is scored for both.
    """
    differences = _defined(first - second)
    means = _resampled_means(differences, resampling)
    interval = _interval(float(differences.mean()), means, resampling)
    better, worse = int((differences > 0).sum()), int((differences < 0).sum())
    is_binary = _is_binary(first) and _is_binary(second)
    return PairedDifference(
        interval=interval if differences.any() else bound_unseen(differences.size),
        p_value=mcnemar_exact(better, worse)
        if is_binary
        else max(bootstrap_p(means), few_samples_p(differences)),
        n_first_better=better,
        n_second_better=worse,
        is_binary=is_binary,
    )


def bound_unseen(n: int) -> Interval:
    """Bound a mean paired difference of which n samples showed nothing, at 95 %.

    Half a sample of each sign and one tie are added (Agresti and Min 2005).
    """
    reach = float(norm.isf(0.025)) / (n + 2)
    return Interval(value=0.0, low=-reach, high=reach)


def mcnemar_exact(n_only_first: int, n_only_second: int) -> float:
    """Test whether two classifiers err equally often, from the samples only one gets right.

    Under the hypothesis each discordant sample falls to either side like a fair coin
    (McNemar 1947, in its exact binomial form); without a discordant sample there is no evidence.
    """
    n_discordant = n_only_first + n_only_second
    return float(binomtest(n_only_first, n_discordant).pvalue) if n_discordant else 1.0


def non_inferiority_p(differences: Scores, margin: float) -> float:
    """Test whether a mean paired difference stays below a margin; small means that it does.

    One-sided, on differences in [-1, 1] to which half a sample of each sign and one tie are
    added (Agresti and Min 2005): two arms that agree on ten samples out of ten are not thereby
    proven equal, as a plain bootstrap would have it.
    """
    mean, spread, n = _smoothed_moments(differences)
    error = math.sqrt((spread - mean**2) / n)
    return float(norm.sf((margin - mean) / error))


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for testing several hypotheses at once (Holm 1979), in the order given."""
    n = len(p_values)
    adjusted = [0.0] * n
    highest = 0.0
    for step, index in enumerate(sorted(range(n), key=lambda position: p_values[position])):
        highest = max(highest, (n - step) * p_values[index])
        adjusted[index] = min(1.0, highest)
    return adjusted


def samples_to_detect(
    differences: Scores, *, n_tests: int = 1, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Estimate how many samples would show the observed difference to be real.

    n = (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2 / d^2 for a two-sided test of paired
    proportions, with psi the share of discordant samples and d the difference (Connor 1987,
    after Miettinen 1968). For scores that are not 0/1, psi is the mean squared difference.

    Args:
        differences: First minus second, per sample, in [-1, 1].
        n_tests: Tests that share `alpha` (Bonferroni, an upper bound for Holm's step).
        power: The chance to detect a difference that is as large as observed.
        alpha: The two-sided error rate.

    Returns:
        The number of samples in all; infinity if the observed difference is zero.
    """
    _, spread, _ = _smoothed_moments(differences)
    mean = float(_defined(differences).mean())
    if mean == 0:
        return math.inf
    noise = norm.isf(alpha / n_tests / 2) * math.sqrt(spread)
    noise += norm.isf(1 - power) * math.sqrt(max(0.0, spread - mean**2))
    return float((noise / mean) ** 2)


def samples_to_bound(
    differences: Scores,
    margin: float,
    *,
    n_tests: int = 1,
    power: float = 0.8,
    alpha: float = 0.025,
) -> float:
    """Estimate how many samples would show the difference to lie below a margin.

    n = (z_a + z_b)^2 (psi - d^2) / (margin - d)^2, the large-sample size of a one-sided
    non-inferiority test of paired proportions (Liu et al. 2002). The arguments are those of
    `samples_to_detect`.

    Returns:
        The number of samples in all; infinity if the observed difference is not below the margin.
    """
    _, spread, _ = _smoothed_moments(differences)
    mean = float(_defined(differences).mean())
    if mean >= margin:
        return math.inf
    quantiles = norm.isf(alpha / n_tests) + norm.isf(1 - power)
    return float(quantiles**2 * (spread - mean**2) / (margin - mean) ** 2)


def _defined(values: Scores) -> Scores:
    defined = np.asarray(values, dtype=np.float64)
    defined = defined[~np.isnan(defined)]
    if not defined.size:
        raise TooFewSamplesError(_NO_SCORES)
    return defined


def _is_binary(values: Scores) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())


def _smoothed_moments(differences: Scores) -> tuple[float, float, int]:
    """Return mean, mean square and number after adding ½ at +1, ½ at -1 and one tie."""
    defined = _defined(differences)
    n = defined.size + 2
    return float(defined.sum() / n), float(((defined**2).sum() + 1) / n), n


def _count_chunks(counts: NDArray[np.int64], resampling: Resampling) -> Iterator[Scores]:
    """Draw how often each distinct value occurs in a resample; one row per resample.

    That is the same as drawing the samples one by one, and for 0/1 scores it costs two numbers
    per resample instead of thousands.
    """
    generator = np.random.default_rng(resampling.seed)
    n_samples = int(counts.sum())
    rows = max(1, _MAX_CELLS // len(counts))
    for start in range(0, resampling.n_resamples, rows):
        size = min(rows, resampling.n_resamples - start)
        yield generator.multinomial(n_samples, counts / n_samples, size=size).astype(np.float64)


def _resampled_means(defined: Scores, resampling: Resampling) -> Scores:
    distinct, counts = np.unique(defined, return_counts=True)
    chunks = [chunk @ distinct for chunk in _count_chunks(counts, resampling)]
    means: Scores = np.concatenate(chunks) / defined.size
    return means


def _interval(value: float, resampled: Scores, resampling: Resampling) -> Interval:
    tail = (1 - resampling.confidence) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Interval(value=value, low=float(low), high=float(high))


class _PairMembership:
    """Which label each distinct (target, output) pair belongs to, as 0/1 matrices."""

    def __init__(self, pairs: Labels) -> None:
        labels = np.arange(pairs.max() + 1)
        self._of_target = (pairs[0][:, np.newaxis] == labels).astype(np.float64)
        self._of_output = (pairs[1][:, np.newaxis] == labels).astype(np.float64)
        self._of_both = self._of_target * self._of_output

    def macro_f1(self, counts: NDArray[np.int64] | Scores) -> Scores:
        """Return one macro-F1 per row of counts."""
        sizes = counts @ self._of_target + counts @ self._of_output
        with np.errstate(invalid="ignore"):
            per_label = 2 * (counts @ self._of_both) / sizes
        means: Scores = np.nanmean(per_label, axis=1)
        return means
