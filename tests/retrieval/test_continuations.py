"""What followed which state: the memory of a nearest-neighbour language model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototypes.retrieval.continuations import Continuations
from prototypes.retrieval.neighbours import VoteSettings

STATES = np.array([[2, 0], [1.9, 0.1], [0, 3], [-1, 0]], np.float32)
PIECES = np.array([4, 4, 1, 0])
SETTINGS = VoteSettings(k=3, temperature=0.05)


@pytest.fixture
def memory() -> Continuations:
    """Four states of any length, three different pieces after them."""
    return Continuations(STATES, PIECES, n_pieces=6)


def test_piece_that_followed_the_nearest_states_gets_most(memory: Continuations) -> None:
    """Length is nothing, and all shares add up to one."""
    shares = memory.shares(np.array([[0.1, 0], [0, 50]], np.float32), SETTINGS)

    assert shares.shape == (2, 6)
    assert shares.argmax(axis=1).tolist() == [4, 1]
    assert shares.sum(axis=1) == pytest.approx([1, 1])


def test_share_of_one_piece_is_that_of_all_pieces(memory: Continuations) -> None:
    """Whether asked for one or for all, also in several chunks."""
    states = np.random.default_rng(0).normal(size=(600, 2)).astype(np.float32)
    pieces = np.arange(600) % 6

    shares = memory.shares_of(states, pieces, SETTINGS)

    assert np.array_equal(shares, memory.shares(states, SETTINGS)[np.arange(600), pieces])


def test_loaded_memory_says_the_same(memory: Continuations, tmp_path: Path) -> None:
    """It is one safetensors file, in half precision from the start."""
    memory.save(tmp_path)

    loaded = Continuations.load(tmp_path)

    assert [path.suffix for path in tmp_path.iterdir()] == [".safetensors"]
    assert len(loaded) == 4
    assert np.array_equal(loaded.shares(STATES, SETTINGS), memory.shares(STATES, SETTINGS))
