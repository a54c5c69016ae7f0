"""Have the points of a learning curve made side by side, where there are machines for it."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.experiments.curve_points import Pool, measure_curves
from prototypes.experiments.curve_pools import fill_pool
from prototypes.experiments.material import Material
from prototypes.measurement import Conditions
from prototypes.spreading import Job


def spread_points(
    pool: Pool, sizes: Sequence[int], *, seeds: Sequence[int], material: Material
) -> None:
    """Make the points of all draws, size by size: each may rest on the one before.

    All samplings begin with the same rows, and all draws end with every row.

    Args:
        pool: What is learnt from; its bench keeps the points, and knows who makes them.
        sizes: Numbers of labels, ascending.
        seeds: Of the first draws.
        material: What the arms answered; one that learnt from every sample gives the last point.
    """
    for n_sizes in range(1, len(sizes) + 1):
        grown = tuple(sizes[:n_sizes])
        samplings = pool.samplings[:1] if n_sizes == 1 else pool.samplings
        draws = [(sampling.name, seed) for sampling in samplings for seed in seeds]
        if grown[-1] == pool.n_train:
            del draws[1:]
        pool.bench.spreader.prepare([Job(make_point, (grown, draw, material)) for draw in draws])


def make_point(
    conditions: Conditions, sizes: Sequence[int], draw: tuple[str, int], material: Material
) -> None:
    """Make the last point of a draw, a sampling and a seed; those before it are found."""
    sampling, seed = draw
    first = conditions.settings.seed
    pool = fill_pool(conditions.split, conditions.bench, material, seed=first)
    measure_curves(pool, sizes, seeds=[seed], only=[sampling], progress=lambda _: None)
