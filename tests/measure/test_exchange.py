"""Exact tests count every exchange of two arms; the t-test of groups is that of a regression."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_1samp
from statsmodels.api import OLS

from prototypes.measure.exchange import (
    exchange_p,
    exchange_p_below,
    few_samples_p,
    mean_error,
    student_p,
)
from prototypes.measure.significance import compare_paired, mcnemar_exact

TOTALS = st.lists(st.integers(-4, 4), min_size=1, max_size=8)


@given(TOTALS)
def test_every_exchange_is_counted(totals: list[int]) -> None:
    """Going through all signs one by one gives the same p-values."""
    values = np.array(totals, dtype=np.float64)
    drawn = [np.dot(signs, values) for signs in product((1, -1), repeat=len(totals))]

    found = exchange_p(values), exchange_p_below(values)

    both = np.mean([abs(total) >= abs(values.sum()) for total in drawn])
    below = np.mean([total <= values.sum() for total in drawn])
    assert found == pytest.approx((both, below))


@pytest.mark.parametrize(("first", "second"), [(0, 1), (3, 11), (25, 25), (40, 21), (0, 0)])
def test_groups_of_one_give_the_test_of_mcnemar(first: int, second: int) -> None:
    """Nothing changes where each sample stands for itself."""
    totals = np.r_[np.ones(first), -np.ones(second), np.zeros(7)]

    assert exchange_p(totals) == pytest.approx(mcnemar_exact(first, second))
    if first + second:
        below = binomtest(first, first + second, alternative="less").pvalue
        assert exchange_p_below(totals) == pytest.approx(below)


def test_error_of_a_mean_over_groups_is_that_of_a_clustered_regression() -> None:
    """Statsmodels fits a constant with cluster-robust errors."""
    generator = np.random.default_rng(0)
    groups = generator.integers(0, 12, size=90)
    values = generator.normal(0.1, 1, size=90) + generator.normal(0, 0.5, size=12)[groups]
    model = OLS(values, np.ones(90)).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )

    mean, error, freedom = mean_error(values, groups)

    assert (mean, error, freedom) == pytest.approx((model.params[0], model.bse[0], 11))
    assert student_p(values, groups) == pytest.approx(model.pvalues[0])


def test_alone_it_is_the_t_test() -> None:
    """Of as many groups as samples."""
    values = np.random.default_rng(1).normal(0.2, 1, size=30)

    assert student_p(values) == pytest.approx(ttest_1samp(values, 0).pvalue)


@pytest.mark.parametrize(("n", "least"), [(1, 1.0), (3, 0.25), (5, 0.0625)])
def test_few_samples_that_all_agree_prove_little(n: int, least: float) -> None:
    """The same small lead on each is as likely as a toss of coins."""
    leads = np.full(n, 0.1)

    assert few_samples_p(leads) == least
    assert compare_paired(0.5 + leads, np.full(n, 0.5)).p_value == least


def test_one_group_proves_nothing() -> None:
    """However many samples it has."""
    assert few_samples_p(np.full(100, 0.1), np.zeros(100, dtype=np.int64)) == 1.0
    assert exchange_p(np.array([100.0])) == 1.0


@pytest.mark.parametrize("n", [4, 6, 10, 20])
def test_equal_arms_with_graded_scores_differ_in_one_of_twenty(n: int) -> None:
    """A bootstrap of ten differences alone finds twice as many."""
    generator = np.random.default_rng(n)
    trials = generator.exponential(0.2, size=(2_000, n)) - generator.exponential(
        0.2, size=(2_000, n)
    )

    wrong = np.mean([few_samples_p(differences) <= 0.05 for differences in trials])

    assert wrong <= 0.06
