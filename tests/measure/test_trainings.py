"""The chance of training is counted beside that of sampling."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.errors import TooFewSamplesError
from prototypes.measure.significance import Resampling, compare_paired
from prototypes.measure.trainings import compare_trainings, spread_of

FEW = Resampling(400)


def draw(
    generator: np.random.Generator, *, n: int, difference: float, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """Plant two arms: three trainings each, whose chances to be right vary by training."""
    hardness = generator.uniform(0.5, 0.9, size=n)
    means = generator.normal([[difference], [0.0]], spread, size=(2, 3))
    drawn = generator.uniform(size=(2, 3, n)) < np.clip(hardness + means[..., np.newaxis], 0, 1)
    first, second = drawn.astype(np.float64)
    return first, second


@pytest.mark.parametrize("spread", [0.0, 0.03])
def test_interval_covers_what_was_planted(spread: float) -> None:
    """With and without luck in training, 95 times in a hundred, less what chance allows."""
    generator, n_covered = np.random.default_rng(0), 0
    for _ in range(300):
        first, second = draw(generator, n=300, difference=0.05, spread=spread)
        found = compare_trainings(first, second, None, FEW).interval
        n_covered += found.low <= 0.05 <= found.high

    assert n_covered >= 0.93 * 300


def test_one_training_alone_promises_too_much() -> None:
    """What the trial's own interval leaves out is why arms are trained again."""
    generator, n_covered = np.random.default_rng(0), 0
    for _ in range(300):
        first, second = draw(generator, n=1_000, difference=0.05, spread=0.03)
        found = compare_paired(first[0], second[0], FEW).interval
        n_covered += found.low <= 0.05 <= found.high

    assert n_covered <= 0.75 * 300


def test_nothing_is_found_too_often_where_there_is_nothing() -> None:
    """At most one false alarm in twenty, less what chance allows."""
    generator, n_alarms = np.random.default_rng(1), 0
    for _ in range(300):
        first, second = draw(generator, n=300, difference=0.0, spread=0.03)
        n_alarms += compare_trainings(first, second, None, FEW).p_value <= 0.05

    assert n_alarms <= 0.07 * 300


def test_arms_that_no_seed_changes_are_compared_as_ever() -> None:
    """The same rows three times over tell no more than one."""
    first, second = (np.random.default_rng(seed).integers(2, size=200) * 1.0 for seed in (0, 1))

    found = compare_trainings(np.tile(first, (3, 1)), np.tile(second, (3, 1)), None, FEW)

    alone = compare_paired(first, second, FEW).interval
    assert found.interval.value == pytest.approx(alone.value)
    assert found.interval.low == pytest.approx(alone.low, abs=0.01)
    assert found.interval.high == pytest.approx(alone.high, abs=0.01)


def test_whole_groups_are_counted() -> None:
    """Ten texts of one document tell less than ten documents."""
    generator = np.random.default_rng(0)
    first = np.tile(np.repeat(generator.integers(2, size=20), 10) * 1.0, (3, 1))
    second = np.zeros_like(first)

    by_document = compare_trainings(first, second, np.repeat(np.arange(20), 10), FEW).interval

    alone = compare_trainings(first, second, None, FEW).interval
    assert by_document.high - by_document.low > alone.high - alone.low


def test_one_training_is_refused() -> None:
    """It has no spread."""
    with pytest.raises(TooFewSamplesError, match="tells nothing about another"):
        compare_trainings(np.ones((1, 5)), np.zeros((1, 5)), None, FEW)


def test_spread_is_estimated_with_what_three_trainings_can_tell() -> None:
    """The interval covers what was planted 95 times in a hundred."""
    generator, n_covered = np.random.default_rng(0), 0
    for _ in range(400):
        found = spread_of(generator.normal(0.9, 0.02, size=(3, 1)))
        n_covered += found.low <= 0.02 <= found.high

    assert 0.92 * 400 <= n_covered <= 0.98 * 400
