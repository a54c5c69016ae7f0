"""Temperature scaling: what it may change, what it finds, and how it is judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.inference.calibration import assess_calibration, calibrated_support, fit_temperature

DECIBANS = st.floats(-60, 60)


def _simulate(n: int, *, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw scores, and outcomes that come true as often as a temperature says."""
    generator = np.random.default_rng(7)
    scores = generator.normal(0, 8, (n, 4))
    reached = calibrated_support(scores, temperature).cumsum(axis=1)
    return scores, (generator.random(n)[:, None] > reached).sum(axis=1).clip(max=3)


@given(st.lists(DECIBANS, min_size=4, max_size=4), st.floats(0.1, 10))
def test_support_sums_to_one_and_keeps_the_order(scores: list[float], temperature: float) -> None:
    """A temperature makes support surer or less sure, never another leader."""
    support = calibrated_support(scores, temperature)

    assert pytest.approx(1.0) == support.sum()
    assert (np.diff(support[np.argsort(scores, kind="stable")]) >= -1e-12).all()


def test_support_at_temperature_one_is_that_of_the_ranking() -> None:
    """Three decibans double the odds."""
    expected = np.array([10.0**0.3, 1.0, 0.0, 1.0])

    support = calibrated_support([3.0, 0.0, -np.inf, 0.0], 1.0)

    assert support == pytest.approx(expected / expected.sum())


def test_nothing_feasible_has_no_support() -> None:
    """All excluded: zero everywhere, no warning."""
    assert calibrated_support([-np.inf] * 4, 1.3).tolist() == [0.0] * 4


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_fit_finds_the_temperature_that_made_the_outcomes(temperature: float) -> None:
    """Within a tenth, on five thousand cases."""
    scores, outcomes = _simulate(5_000, temperature=temperature)

    assert fit_temperature(scores, outcomes) == pytest.approx(temperature, rel=0.1)


def test_fit_has_the_least_log_loss() -> None:
    """No temperature on a fine grid does better."""
    scores, outcomes = _simulate(200, temperature=1.7)

    def loss(temperature: float) -> float:
        support = calibrated_support(scores, temperature)
        return float(-np.log(support[np.arange(200), outcomes]).mean())

    best = min(loss(t) for t in np.geomspace(0.1, 10, 400))

    assert loss(fit_temperature(scores, outcomes)) <= best + 1e-9


def test_outcome_that_was_excluded_does_not_move_the_fit() -> None:
    """It costs the same at every temperature."""
    scores, outcomes = _simulate(100, temperature=1.0)
    excluded = np.array([[-np.inf, 0.0, 0.0, 0.0]])

    more = fit_temperature(np.vstack([scores, excluded]), np.append(outcomes, 0))

    assert more == pytest.approx(fit_temperature(scores, outcomes))


def test_group_is_judged_by_a_fit_that_has_not_seen_it() -> None:
    """The outcomes of a group change its own support in nothing but the judgement."""
    scores, outcomes = _simulate(60, temperature=1.0)
    groups = ["same"] * 30 + [str(n) for n in range(30)]
    expected = calibrated_support(scores[:30], fit_temperature(scores[30:], outcomes[30:]))

    found = assess_calibration(scores, outcomes, groups=groups)
    brier = ((expected - np.eye(4)[outcomes[:30]]) ** 2).sum()
    rest = sum(_brier_without(scores, outcomes, n) for n in range(30, 60))

    assert found.cross_validated.brier.value == pytest.approx((brier + rest) / 60)


def _brier_without(scores: np.ndarray, outcomes: np.ndarray, n: int) -> float:
    """Judge one case at the temperature of all others."""
    temperature = fit_temperature(np.delete(scores, n, axis=0), np.delete(outcomes, n))
    error = calibrated_support(scores[n], temperature) - np.eye(4)[outcomes[n]]
    return float((error**2).sum())


def test_scores_equal_those_of_scikit_learn() -> None:
    """The references sum over the classes, too; support is kept away from the floor."""
    from sklearn.metrics import brier_score_loss, log_loss

    scores, outcomes = _simulate(300, temperature=1.0)
    mild = scores / 4
    support = calibrated_support(mild, 1.0)

    plain = assess_calibration(mild, outcomes, groups=[str(n) for n in range(300)]).plain

    assert plain.log_loss.value == pytest.approx(log_loss(outcomes, support))
    assert plain.brier.value == pytest.approx(
        brier_score_loss(outcomes, support, scale_by_half=False)
    )
    assert plain.brier.low < plain.brier.value < plain.brier.high


def test_calibration_error_is_small_where_support_is_honest() -> None:
    """And the reliability table accounts for every case."""
    scores, outcomes = _simulate(1_500, temperature=1.0)

    found = assess_calibration(scores, outcomes, groups=[str(n % 50) for n in range(1_500)])

    assert found.plain.ece.value < 0.04
    assert sum(b.n_cases for b in found.bins) == 1_500
    assert all(abs(b.n_right / b.n_cases - b.mean_support) < 0.1 for b in found.bins)


def test_calibration_error_shows_boasting() -> None:
    """Support three times too sure is far from what comes true, and a fit repairs it."""
    scores, outcomes = _simulate(1_000, temperature=3.0)

    found = assess_calibration(scores, outcomes, groups=[str(n % 50) for n in range(1_000)])

    assert found.plain.ece.value > 0.15
    assert found.cross_validated.ece.value < 0.05


def test_same_seed_gives_the_same_intervals() -> None:
    """The resampling is seeded."""
    scores, outcomes = _simulate(60, temperature=1.0)
    groups = [str(n) for n in range(60)]

    first = assess_calibration(scores, outcomes, groups=groups, seed=3)

    assert first == assess_calibration(scores, outcomes, groups=groups, seed=3)
