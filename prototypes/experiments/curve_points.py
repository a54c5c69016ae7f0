"""The points of a learning curve, each measured once: a resumed trial finds those it has.

A point is kept under the rows that were learnt from. So ways of choosing that end with the same
rows, as all do with every label, share it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from prototypes.contracts import Progress
from prototypes.experiments.curve_samplings import Rows, Sampling, rows_left
from prototypes.experiments.power_law import Curve
from prototypes.measure.significance import Scores
from prototypes.workbench import Workbench

N_SEEDS = 3
FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
FEWEST = 8
"""Labels; fewer teach nothing."""

Curves = Mapping[tuple[str, str], Curve]
"""By sampling and arm."""

_CHOICE, _SCORES = "chosen.npy", "scores.npy"


class Pool(Protocol):
    """What can be learnt from, and how good what was learnt is."""

    @property
    def n_train(self) -> int:
        """How many samples can be learnt from."""

    @property
    def bench(self) -> Workbench:
        """Keeps the points."""

    @property
    def fingerprint(self) -> str:
        """Names the samples that are learnt from and answered."""

    @property
    def samplings(self) -> Sequence[Sampling]:
        """The ways to choose labels, the one by lot first."""

    def learn(self, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
        """Fit an arm on the chosen rows; return its score on each test sample."""


def choose_sizes(n_train: int, fractions: Sequence[float] = FRACTIONS) -> tuple[int, ...]:
    """Return distinct sizes, at least eight samples each."""
    sizes = {math.ceil(n_train * fraction) for fraction in fractions}
    return tuple(sorted(size for size in sizes if size >= FEWEST))


def measure_curves(
    pool: Pool,
    sizes: Sequence[int],
    *,
    seeds: Sequence[int],
    progress: Progress,
    only: Collection[str] | None = None,
) -> dict[tuple[str, str], Curve]:
    """Fit on growing sets, each containing the one before; every seed draws its own first.

    Args:
        pool: What to learn from.
        sizes: Numbers of labels, ascending.
        seeds: Of the first draws.
        progress: Told after every point, and within those that take long.
        only: The samplings that are followed; None follows all.
    """
    samplings = [one for one in pool.samplings if only is None or one.name in only]
    n_done, n_all = 0, len(samplings) * len(seeds) * len(sizes)
    scores: dict[tuple[str, str], list[list[Scores]]] = {}
    for sampling in samplings:
        for seed in seeds:
            rows: dict[str, list[Scores]] = {arm: [] for arm in sampling.arms}
            for chosen in _grow(pool, sizes, sampling=sampling, seed=seed):
                tell = _part_of(progress, n_done, n_all)
                for arm in sampling.arms:
                    rows[arm].append(_learn(pool, arm, chosen, progress=tell))
                n_done += 1
                progress(n_done / n_all)
            for arm, grown in rows.items():
                scores.setdefault((sampling.name, arm), []).append(grown)
    return {
        key: Curve(tuple(sizes), np.stack([np.stack(grown) for grown in drawn], axis=1))
        for key, drawn in scores.items()
    }


def _part_of(progress: Progress, n_done: int, n_all: int) -> Progress:
    """Tell of what is done within a point."""
    return lambda fraction: progress((n_done + min(fraction, 0.99)) / n_all)


def _grow(pool: Pool, sizes: Sequence[int], *, sampling: Sampling, seed: int) -> Iterator[Rows]:
    """Choose ever more rows; each choice is made once and kept."""
    chosen = np.random.default_rng(seed).permutation(pool.n_train)[: sizes[0]]
    yield chosen
    for size in sizes[1:]:
        chosen = _choose(pool, chosen, size, sampling=sampling)
        yield chosen


def _choose(pool: Pool, before: Rows, size: int, *, sampling: Sampling) -> Rows:
    """Add to the rows chosen before; the last set holds every row."""
    left, n_more = rows_left(pool.n_train, before), size - len(before)
    if n_more == len(left):
        return np.concatenate([before, left])

    def build(folder: Path) -> None:
        np.save(folder / _CHOICE, sampling.select(before, n_more))

    ingredients = (pool.fingerprint, sampling.name, _digest(before), str(size))
    name = pool.bench.fingerprint("curve-choice", *ingredients)
    more: Rows = np.load(pool.bench.part(name, build) / _CHOICE, allow_pickle=False)
    return np.concatenate([before, more])


def _learn(pool: Pool, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
    """Return what an arm scores, from the cache if it is there; the order of rows is nothing."""
    rows = np.sort(chosen)

    def build(folder: Path) -> None:
        np.save(folder / _SCORES, pool.learn(arm, rows, progress=progress))

    name = pool.bench.fingerprint("curve-point", pool.fingerprint, arm, _digest(rows))
    scores: Scores = np.load(pool.bench.part(name, build) / _SCORES, allow_pickle=False)
    return scores


def _digest(rows: Rows) -> str:
    return hashlib.sha256(rows.astype(np.int64).tobytes()).hexdigest()
