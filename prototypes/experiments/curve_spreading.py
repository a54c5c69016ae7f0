"""Have the points of a learning curve made side by side, where there are machines for it."""

from __future__ import annotations

from collections.abc import Sequence

from prototypes.experiments.curve_learners import fill_pool
from prototypes.experiments.curve_points import SAMPLINGS, measure_curves
from prototypes.measurement import Conditions
from prototypes.spreading import Job
from prototypes.workbench import Workbench


def spread_points(bench: Workbench, sizes: Sequence[int], *, seeds: Sequence[int]) -> None:
    """Make the points of all draws, size by size: each rests on the one before.

    Args:
        bench: Whose spreader does it, and whose cache keeps the points.
        sizes: Numbers of labels, ascending.
        seeds: Of the first draws.
    """
    for n_sizes in range(1, len(sizes) + 1):
        grown = tuple(sizes[:n_sizes])
        chains = ((grown, sampling, seed) for sampling in SAMPLINGS for seed in seeds)
        bench.spreader.prepare([Job(make_point, chain) for chain in chains])


def make_point(conditions: Conditions, sizes: Sequence[int], sampling: str, seed: int) -> None:
    """Make the last point of a draw; those before it are found where they are kept."""
    pool = fill_pool(conditions.split, conditions.bench)
    measure_curves(pool, sizes, seeds=[seed], only=[sampling], progress=lambda _: None)
