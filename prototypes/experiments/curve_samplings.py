"""Ways to choose which texts get a label next, for learning curves (active learning).

Beside drawing by lot there are three doubts of the model so far, and one choice without a model:
the texts that lie farthest from all that were chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Places of training samples."""

Shares = NDArray[np.float32]
"""The probability of each label, one row per sample."""

RANDOM, DIVERSITY = "random", "diversity"
UNCERTAINTY, MARGIN, ENTROPY = "uncertainty", "margin", "entropy"
_N_DIRECTIONS = 64
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Sampling:
    """A way to choose labels, and the arms that are fitted on what it chose.

    Attributes:
        name: As in `trial.json`.
        select: Takes the rows chosen before and how many more are wanted; returns those.
        arms: Fitted on each choice.
    """

    name: str
    select: Callable[[Rows, int], Rows]
    arms: tuple[str, ...]


def rows_left(n_all: int, chosen: Rows) -> Rows:
    """List the rows that were not chosen."""
    return np.setdiff1d(np.arange(n_all), chosen)


def draw_rows(n_all: int, chosen: Rows, n: int) -> Rows:
    """Take rows by lot, decided by those chosen before."""
    lot = np.random.default_rng([int(chosen[0]), n])
    return lot.choice(rows_left(n_all, chosen), size=n, replace=False)


def _least_sure(shares: Shares) -> Shares:
    """The probability of the likeliest label (Lewis and Gale 1994)."""
    best: Shares = shares.max(axis=1)
    return best


def _margin(shares: Shares) -> Shares:
    """How far the two likeliest labels are apart (Scheffer et al. 2001)."""
    two = np.partition(shares, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def _order(shares: Shares) -> Shares:
    """The negative entropy of all labels (Settles 2009, "Active learning literature survey")."""
    certain: Shares = (shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1)
    return certain


CERTAINTIES: Mapping[str, Callable[[Shares], Shares]] = {
    UNCERTAINTY: _least_sure,
    MARGIN: _margin,
    ENTROPY: _order,
}
"""How sure a model is of each sample; those of which it is least sure are chosen."""


def spread_out(vectors: NDArray[np.float32], chosen: Rows, n: int) -> Rows:
    """Take n rows, each the farthest from all taken so far (k-center; Sener and Savarese 2018).

    Distances are taken in the 64 directions in which the vectors differ most: on thousands of
    vectors several times faster, and what is left out is mostly noise.
    """
    flat = _flatten(vectors)
    norms = (flat**2).sum(axis=1)
    nearest = np.full(len(flat), np.inf, dtype=np.float32)
    for at in range(0, len(chosen), _CHUNK):
        some = chosen[at : at + _CHUNK]
        apart = norms[:, None] + norms[some] - 2 * flat @ flat[some].T
        np.minimum(nearest, apart.min(axis=1), out=nearest)
    nearest[chosen] = -np.inf
    taken = np.empty(n, dtype=np.int64)
    for place in range(n):
        row = taken[place] = int(nearest.argmax())
        np.minimum(nearest, norms + norms[row] - 2 * flat @ flat[row], out=nearest)
        nearest[row] = -np.inf
    return taken


def _flatten(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    if vectors.shape[1] <= _N_DIRECTIONS:
        return vectors
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    flat: NDArray[np.float32] = centred @ directions[:, -_N_DIRECTIONS:]
    return flat
