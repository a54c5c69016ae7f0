"""The points of a learning curve, each measured once: a resumed trial finds those it has."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from prototypes.contracts import Progress
from prototypes.experiments.curve_learners import HEAD, LEARNERS, Pool, Rows, learn
from prototypes.experiments.power_law import Curve
from prototypes.measure.significance import Scores

RANDOM, UNCERTAINTY = "random", "uncertainty"
N_SEEDS = 3
FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)

Select = Callable[[Pool, Rows, int], Rows]
Curves = Mapping[tuple[str, str], Curve]
"""By sampling and arm."""

_FILE = "point.npz"


@dataclass(frozen=True, slots=True)
class _Sampling:
    """A way to choose labels, and the arms that are fitted on what it chose."""

    name: str
    select: Select
    arms: tuple[str, ...]


def choose_sizes(n_train: int) -> tuple[int, ...]:
    """Return distinct sizes, at least eight samples each."""
    sizes = {math.ceil(n_train * fraction) for fraction in FRACTIONS}
    return tuple(sorted(size for size in sizes if size >= 8))


def measure_curves(
    pool: Pool,
    sizes: Sequence[int],
    *,
    seeds: Sequence[int],
    progress: Progress,
    only: Collection[str] | None = None,
) -> dict[tuple[str, str], Curve]:
    """Fit on growing sets, each containing the one before; every seed draws its own first.

    Each point is a part of the bench's cache, so it is there after an interruption.

    Args:
        pool: What to learn from.
        sizes: Numbers of labels, ascending.
        seeds: Of the first draws.
        progress: Told after every point.
        only: The samplings that are followed; None follows all.
    """
    samplings = [one for one in _SAMPLINGS if only is None or one.name in only]
    n_done, n_all = 0, len(samplings) * len(seeds) * len(sizes)
    right: dict[tuple[str, str], list[list[Scores]]] = {}
    for sampling in samplings:
        for seed in seeds:
            rows: dict[str, list[Scores]] = {arm: [] for arm in sampling.arms}
            chosen = np.random.default_rng(seed).permutation(len(pool.targets))[: sizes[0]]
            for size in sizes:
                chosen, found = _point(pool, chosen, size, sampling=sampling, seed=seed)
                for arm, scores in found.items():
                    rows[arm].append(scores)
                n_done += 1
                progress(n_done / n_all)
            for arm, grown in rows.items():
                right.setdefault((sampling.name, arm), []).append(grown)
    return {
        key: Curve(tuple(sizes), np.stack([np.stack(grown) for grown in drawn], axis=1))
        for key, drawn in right.items()
    }


def _point(
    pool: Pool, before: Rows, size: int, *, sampling: _Sampling, seed: int
) -> tuple[Rows, dict[str, Scores]]:
    """Return the rows chosen and what each arm got right, from the cache if they are there."""

    def build(folder: Path) -> None:
        chosen = _choose(pool, before, size, select=sampling.select)
        found = {arm: learn(arm, pool, chosen) for arm in sampling.arms}
        np.savez(folder / _FILE, chosen=chosen, **found)  # type: ignore[arg-type]

    ingredients = (pool.fingerprint, sampling.name, *sampling.arms, str(seed), str(size))
    name = pool.bench.fingerprint("curve-point", *ingredients, *map(str, before))
    with np.load(pool.bench.part(name, build) / _FILE, allow_pickle=False) as content:
        return content["chosen"], {arm: content[arm] for arm in sampling.arms}


def _choose(pool: Pool, before: Rows, size: int, *, select: Select) -> Rows:
    """Add to the rows chosen before; the last set holds every row in one order."""
    n_more = size - len(before)
    left = np.setdiff1d(np.arange(len(pool.targets)), before)
    if n_more == 0:
        return before
    added = select(pool, before, n_more) if n_more < len(left) else left
    return np.concatenate([before, added])


def _select_random(pool: Pool, chosen: Rows, n: int) -> Rows:
    """Take rows by lot, decided by those chosen before."""
    left = np.setdiff1d(np.arange(len(pool.targets)), chosen)
    return np.random.default_rng([int(chosen[0]), n]).choice(left, size=n, replace=False)


def _select_uncertain(pool: Pool, chosen: Rows, n: int) -> Rows:
    """Take the rows whose two likeliest labels are closest (Lewis and Gale 1994)."""
    left = np.setdiff1d(np.arange(len(pool.targets)), chosen)
    two = np.partition(pool.head_scores(chosen, pool.vectors[left]), -2, axis=1)[:, -2:]
    return left[np.argsort(two[:, 1] - two[:, 0], kind="stable")[:n]]


_SAMPLINGS = (
    _Sampling(RANDOM, _select_random, LEARNERS),
    _Sampling(UNCERTAINTY, _select_uncertain, (HEAD,)),
)
SAMPLINGS = tuple(sampling.name for sampling in _SAMPLINGS)
