"""Which texts are labelled next, told by what a model doubts or by where texts lie."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.experiments.curve_samplings import (
    CERTAINTIES,
    ENTROPY,
    MARGIN,
    UNCERTAINTY,
    draw_rows,
    spread_out,
)

SHARES = np.array(
    [[0.5, 0.49, 0.01], [0.45, 0.28, 0.27], [0.36, 0.32, 0.32], [0.98, 0.01, 0.01]], np.float32
)
"""Torn between two labels; sure of none; torn between three; certain."""


@pytest.mark.parametrize(
    ("how", "order"),
    [(UNCERTAINTY, [2, 1, 0, 3]), (MARGIN, [0, 2, 1, 3]), (ENTROPY, [2, 1, 0, 3])],
)
def test_each_doubt_has_an_order_of_its_own(how: str, order: list[int]) -> None:
    """Only the margin finds the text torn between two labels the most doubtful."""
    assert np.argsort(CERTAINTIES[how](SHARES), kind="stable").tolist() == order


def test_entropy_and_largest_share_can_disagree() -> None:
    """Two labels that tie are less certain by their share, three shared out are by entropy."""
    shares = np.array([[0.5, 0.5, 0.0, 0.0], [0.52, 0.16, 0.16, 0.16]], np.float32)

    doubted = {how: int(CERTAINTIES[how](shares).argmin()) for how in (UNCERTAINTY, ENTROPY)}

    assert doubted == {UNCERTAINTY: 0, ENTROPY: 1}


def test_farthest_texts_are_taken_first_and_none_twice() -> None:
    """From a corner: the opposite corner, the two others, then what lies between."""
    square = np.array([[0, 0], [0.1, 0], [1, 1], [1, 0], [0, 1.2], [0, 0]], np.float32)

    taken = spread_out(square, np.array([0]), 5)

    assert taken[:3].tolist() == [2, 4, 3]
    assert sorted(taken) == [1, 2, 3, 4, 5]


def test_many_directions_are_cut_to_those_that_matter() -> None:
    """Three far clusters in 200 directions: one text of each is taken first."""
    generator = np.random.default_rng(0)
    centres = 5 * generator.normal(size=(3, 200))
    vectors = (centres[np.arange(60) % 3] + generator.normal(size=(60, 200))).astype(np.float32)

    taken = spread_out(vectors, np.array([0]), 2)

    assert {int(row) % 3 for row in taken} == {1, 2}


def test_lot_is_the_same_again_and_never_takes_what_was_taken() -> None:
    """The rows chosen before decide it."""
    chosen = np.array([7, 1])

    first, again = (draw_rows(10, chosen, 4) for _ in range(2))

    assert first.tolist() == again.tolist()
    assert set(first).isdisjoint(chosen) and len(set(first)) == 4
