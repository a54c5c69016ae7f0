"""Votes of labelled neighbours."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from prototypes.retrieval.neighbours import LabelledIndex, VoteSettings


def _circle(*degrees: float) -> np.ndarray:
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_nearer_neighbours_count_more() -> None:
    """Shares must follow exp(cosine / temperature)."""
    index = LabelledIndex(_circle(0, 60), np.array([0, 1]), n_labels=2)

    votes, neighbours = index.vote(_circle(0), VoteSettings(k=2, temperature=0.5))

    other = math.exp((0.5 - 1.0) / 0.5)
    assert neighbours.tolist() == [[0, 1]]
    assert votes[0] == pytest.approx([1 / (1 + other), other / (1 + other)], rel=1e-5)


def test_labels_nobody_votes_for_get_nothing() -> None:
    """A label without a neighbour must have a share of zero."""
    index = LabelledIndex(_circle(0, 10), np.array([2, 2]), n_labels=3)

    votes, _ = index.vote(_circle(5), VoteSettings(k=2))

    assert votes[0].tolist() == [0.0, 0.0, 1.0]


def test_k_is_chosen_by_what_is_right_on_the_queries() -> None:
    """Where single neighbours mislead and many are right, many must be asked."""
    crowd, trap = _circle(*np.linspace(20, 30, 30)), _circle(0)
    targets = np.array([0] * 30 + [1])
    index = LabelledIndex(np.vstack([crowd, trap]), targets, n_labels=2)

    settings, score = index.choose_settings(_circle(5), np.array([0]))

    assert settings.k > 1
    assert score == 1.0


def test_settings_without_queries_are_the_defaults() -> None:
    """With no validation sample nothing can be chosen or claimed."""
    index = LabelledIndex(_circle(0), np.array([0]), n_labels=1)

    assert index.choose_settings(_circle()[:0], np.array([], int)) == (VoteSettings(), None)


def test_a_saved_index_votes_alike(tmp_path: Path) -> None:
    """Saving and loading must change no vote."""
    index = LabelledIndex(_circle(0, 40, 80), np.array([0, 1, 1]), n_labels=2)

    index.save(tmp_path)

    before, _ = index.vote(_circle(30), VoteSettings(k=3))
    after, _ = LabelledIndex.load(tmp_path).vote(_circle(30), VoteSettings(k=3))
    assert before.tolist() == after.tolist()
