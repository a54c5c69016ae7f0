"""Intervals, tests and sample sizes agree with reference implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import bootstrap, norm
from sklearn.metrics import f1_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from prototypes.errors import TooFewSamplesError
from prototypes.measure.grouped import compare_grouped
from prototypes.measure.significance import (
    Resampling,
    adjust_holm,
    bootstrap_macro_f1,
    bootstrap_mean,
    compare_paired,
    mcnemar_exact,
    non_inferiority_p,
    samples_to_bound,
    samples_to_detect,
)

RANDOM = np.random.default_rng(7)
BINARY = (RANDOM.random(400) < 0.8).astype(float)
GRADED = RANDOM.beta(4, 2, size=150)


@pytest.mark.parametrize("values", [BINARY, GRADED], ids=["binary", "graded"])
def test_interval_of_a_mean_agrees_with_scipy(values: np.ndarray) -> None:
    """The percentile interval must be the one scipy computes, up to resampling noise."""
    reference = bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile", rng=1
    ).confidence_interval

    found = bootstrap_mean(values)

    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(reference.low, abs=0.003)
    assert found.high == pytest.approx(reference.high, abs=0.003)


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Of many 95 % intervals about 95 % must hold the true mean."""
    generator = np.random.default_rng(11)
    plan = Resampling(n_resamples=1000)
    intervals = [
        bootstrap_mean((generator.random(300) < 0.7).astype(float), plan) for _ in range(400)
    ]

    coverage = np.mean([interval.low <= 0.7 <= interval.high for interval in intervals])

    assert 0.91 <= coverage <= 0.98


def test_undefined_scores_are_left_out() -> None:
    """A NaN neither counts as a sample nor spoils the mean."""
    with_gaps = np.concatenate([BINARY, np.full(50, np.nan)])

    assert bootstrap_mean(with_gaps) == bootstrap_mean(BINARY)


def test_no_defined_score_is_an_error() -> None:
    """A metric that is undefined everywhere has no mean to report."""
    with pytest.raises(TooFewSamplesError, match="None of the test samples"):
        bootstrap_mean(np.full(3, np.nan))


def test_same_seed_gives_the_same_interval() -> None:
    """Two runs with one seed agree to the last digit, and another seed does not."""
    first, again = (bootstrap_mean(GRADED, Resampling(seed=3)) for _ in range(2))

    assert first == again
    assert first != bootstrap_mean(GRADED, Resampling(seed=4))


def test_chunked_resampling_keeps_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounding the memory must not change what is drawn."""
    whole = bootstrap_mean(GRADED)
    monkeypatch.setattr("prototypes.measure.significance._MAX_CELLS", 10_000)

    assert bootstrap_mean(GRADED).model_dump() == pytest.approx(whole.model_dump())


def test_macro_f1_agrees_with_scikit_learn() -> None:
    """The value is scikit-learn's, the interval that of resampling it sample by sample."""
    targets = RANDOM.choice(4, size=200, p=[0.4, 0.3, 0.2, 0.1])
    outputs = np.where(RANDOM.random(200) < 0.7, targets, RANDOM.choice(4, size=200))
    draws = RANDOM.integers(0, 200, size=(1000, 200))
    naive = [f1_score(targets[rows], outputs[rows], average="macro") for rows in draws]

    found = bootstrap_macro_f1(targets, outputs)

    assert found.value == pytest.approx(f1_score(targets, outputs, average="macro"))
    assert (found.low, found.high) == pytest.approx(np.quantile(naive, [0.025, 0.975]), abs=0.01)


def test_abstaining_costs_recall_but_is_no_label() -> None:
    """F1 of label 0 falls to 2/3 when one of its two samples goes unanswered; 1 keeps its own."""
    found = bootstrap_macro_f1(np.array([0, 0, 1]), np.array([0, -1, 1]))

    assert found.value == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (3, 11), (25, 25), (40, 21)])
def test_mcnemar_agrees_with_statsmodels(first: int, second: int) -> None:
    """The exact test must give the reference p-value."""
    reference = mcnemar([[5, first], [second, 9]], exact=True).pvalue

    assert mcnemar_exact(first, second) == pytest.approx(reference)


def test_mcnemar_without_discordant_samples_finds_nothing() -> None:
    """Two arms that always agree differ with p = 1."""
    assert mcnemar_exact(0, 0) == 1.0


def test_holm_agrees_with_statsmodels() -> None:
    """Corrected p-values come back in the order given."""
    p_values = [0.04, 0.001, 0.03, 0.7, 0.012]

    assert adjust_holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_paired_difference_of_binary_scores_uses_mcnemar() -> None:
    """The counts of one-sided successes decide the p-value."""
    first, second = np.array([1.0, 1, 1, 1, 0, 1]), np.array([0.0, 0, 0, 1, 1, 1])

    found = compare_paired(first, second)

    assert (found.n_first_better, found.n_second_better) == (3, 1)
    assert found.p_value == mcnemar_exact(3, 1)
    assert found.interval.value == pytest.approx(2 / 6)


def test_paired_difference_agrees_with_a_paired_scipy_bootstrap() -> None:
    """Resampling differences is resampling pairs."""
    other = np.clip(GRADED + RANDOM.normal(0.02, 0.1, GRADED.size), 0, 1)
    reference = bootstrap(
        (other, GRADED),
        lambda a, b, axis: (a - b).mean(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        rng=1,
    ).confidence_interval

    found = compare_paired(other, GRADED).interval

    assert (found.low, found.high) == pytest.approx(tuple(reference), abs=0.001)


def test_paired_p_value_of_graded_scores_follows_the_t_test() -> None:
    """Where no exact test exists the bootstrap must be close to the normal approximation."""
    differences = np.random.default_rng(2).normal(0.02, 0.15, 250)
    z = differences.mean() / (differences.std() / math.sqrt(250))

    found = compare_paired(0.5 + differences / 2, 0.5 - differences / 2)

    assert found.p_value == pytest.approx(2 * norm.sf(abs(z)), abs=0.01)


def test_ten_agreeing_samples_do_not_prove_equality() -> None:
    """Perfect agreement on few samples leaves the margin open; on many it does not."""
    assert non_inferiority_p(np.zeros(10), 0.02) > 0.025
    assert non_inferiority_p(np.zeros(1000), 0.02) < 0.025


def test_non_inferiority_errs_no_more_than_it_may() -> None:
    """If the rival really is better by the margin, at most 2.5 % of trials may deny it."""
    generator = np.random.default_rng(5)
    steps = generator.choice([1.0, -1.0, 0.0], size=(4000, 300), p=[0.09, 0.07, 0.84])

    errors = np.mean([non_inferiority_p(row, 0.02) <= 0.025 for row in steps])

    assert errors <= 0.032


def _planted(n_better: int, n_worse: int, n: int) -> np.ndarray:
    values = np.zeros(n)
    values[:n_better], values[n_better : n_better + n_worse] = 1, -1
    return values


def test_sample_size_follows_the_formula_of_connor() -> None:
    """Discordance .15 and a difference of .05 need about 468 pairs at 80 % power."""
    by_hand = (1.959964 * math.sqrt(0.15) + 0.841621 * math.sqrt(0.15 - 0.05**2)) ** 2 / 0.05**2

    found = samples_to_detect(_planted(10_000, 5_000, 100_000))

    assert found == pytest.approx(by_hand, rel=0.001)


def test_planned_sample_size_reaches_its_power() -> None:
    """Trials of the size that was asked for detect the difference about 80 % of the time."""
    n = math.ceil(samples_to_detect(_planted(100, 50, 1000)))
    generator = np.random.default_rng(3)
    counts = generator.multinomial(n, [0.10, 0.05, 0.85], size=2000)

    power = np.mean([mcnemar_exact(int(b), int(c)) <= 0.05 for b, c, _ in counts])

    assert 0.74 <= power <= 0.86


def test_bounding_a_difference_beyond_the_margin_takes_for_ever() -> None:
    """No number of samples shows a three-point lead to be under two points."""
    assert samples_to_bound(_planted(6, 3, 100), 0.02) == math.inf


def test_planned_bound_reaches_its_power() -> None:
    """Trials of the size that was asked for bound an equal rival about 80 % of the time."""
    n = math.ceil(samples_to_bound(_planted(60, 60, 1000), 0.03))
    generator = np.random.default_rng(4)
    trials = generator.choice([1.0, -1.0, 0.0], size=(1500, n), p=[0.06, 0.06, 0.88])

    power = np.mean([non_inferiority_p(row, 0.03) <= 0.025 for row in trials])

    assert 0.74 <= power <= 0.86


def test_arm_that_is_worse_on_every_sample_needs_few_more() -> None:
    """The smoothed spread may be below the squared difference; that is no negative variance."""
    assert 0 < samples_to_detect(np.full(12, -1.0)) < 12


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(20), 5)])
def test_arms_that_agree_everywhere_are_not_proven_equal(groups: np.ndarray | None) -> None:
    """A hundred samples bound the difference at two points, twenty groups of them at nine."""
    same = np.ones(100)

    found = compare_grouped(same, same, groups, Resampling(200)).interval

    reach = 1.96 / ((100 if groups is None else 20) + 2)
    assert (found.low, found.value, found.high) == pytest.approx((-reach, 0.0, reach), abs=1e-4)
