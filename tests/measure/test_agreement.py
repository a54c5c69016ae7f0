"""Cohen's kappa of a rater with several rounds, and its interval."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from prototypes.measure.agreement import bootstrap_kappa
from prototypes.measure.significance import Resampling

FEW = Resampling(n_resamples=2_000)
PEOPLE = np.array([0, 1] * 20)


def test_perfect_agreement_is_one_and_certain() -> None:
    """Nothing is left to chance but the resamples in which all are alike, which are too rare."""
    found = bootstrap_kappa(PEOPLE, np.stack([PEOPLE, PEOPLE], axis=1), FEW)

    assert found is not None
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_value_is_that_over_all_rounds_and_lies_in_its_interval() -> None:
    """The second round errs on a quarter of the items, once unreadably."""
    second = PEOPLE.copy()
    second[::4], second[1] = 1, 2
    rounds = np.stack([PEOPLE, second], axis=1)

    found = bootstrap_kappa(PEOPLE, rounds, FEW)

    assert found is not None
    expected = cohen_kappa_score(np.repeat(PEOPLE, 2), rounds.ravel())
    assert found.value == pytest.approx(expected)
    assert 0.4 < found.low < found.value < found.high < 1


def test_resampled_mean_is_near_the_value() -> None:
    """The tables of the resamples are added up as scikit-learn adds up labels."""
    flipped = PEOPLE.copy()
    flipped[:8] = 1 - flipped[:8]

    found = bootstrap_kappa(PEOPLE, flipped[:, np.newaxis], FEW)

    assert found is not None and found.value == pytest.approx(0.6)
    assert (found.low + found.high) / 2 == pytest.approx(0.6, abs=0.05)


def test_a_rater_with_a_habit_does_not_agree() -> None:
    """Whoever always says right agrees by chance alone."""
    found = bootstrap_kappa(PEOPLE, np.zeros((40, 1), dtype=np.int64), FEW)

    assert found is not None
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_where_all_say_the_same_there_is_no_kappa() -> None:
    """Nothing tells agreement from habit then."""
    same = np.zeros(30, dtype=np.int64)

    assert bootstrap_kappa(same, same[:, np.newaxis], FEW) is None
