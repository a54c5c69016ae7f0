"""SMAA-2 against the sample draws of an independent implementation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from advisor.inference.smaa import central_weights, confidence_factors, rank_acceptability
from advisor.inference.unknowns import entropy_bits

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracles" / "smaa" / "thrombo.npz"

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def draws() -> tuple[Array, Array, Array]:
    """Measurements, weights and the values that follow from them."""
    if not ORACLE.exists():
        pytest.skip(f"the SMAA oracle is not beside this checkout: {ORACLE}")
    with np.load(ORACLE, allow_pickle=False) as content:
        measurements, weights = content["measurements"], content["weights"]
    return measurements, weights, np.einsum("dac,dc->da", measurements, weights)


@pytest.mark.shared
def test_rank_acceptability_equals_the_oracle(draws: tuple[Array, Array, Array]) -> None:
    """The shares of ranks are those of the reference on the same draws."""
    ranks = rank_acceptability(draws[2])

    assert ranks == pytest.approx(np.array([[0.3504, 0.6496], [0.6496, 0.3504]]), abs=1e-9)


@pytest.mark.shared
def test_central_weights_equal_the_oracle(draws: tuple[Array, Array, Array]) -> None:
    """The mean favourable weights are those of the reference."""
    expected = [[0.1865097, 0.2772205, 0.5362698], [0.4073100, 0.3641477, 0.2285423]]

    assert central_weights(draws[2], draws[1]) == pytest.approx(np.array(expected), abs=1e-7)


@pytest.mark.shared
def test_confidence_factors_equal_the_oracle(draws: tuple[Array, Array, Array]) -> None:
    """Under its own central weights an alternative wins as often as in the reference."""
    centres = central_weights(draws[2], draws[1])

    assert confidence_factors(draws[0], centres) == pytest.approx([0.6682, 0.8956], abs=1e-9)


@pytest.mark.shared
def test_entropy_of_first_ranks_equals_the_oracle(draws: tuple[Array, Array, Array]) -> None:
    """The entropy of the first-rank acceptabilities is that of the reference."""
    first = rank_acceptability(draws[2])[:, 0]

    assert entropy_bits(first) == pytest.approx(0.9344248, abs=1e-7)


def test_ties_share_their_ranks_equally() -> None:
    """Two equal values take half of the first and half of the second rank each."""
    ranks = rank_acceptability(np.array([[2.0, 2.0, 1.0]]))

    assert ranks.tolist() == [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
