"""What the learning curve of each task learns from."""

from __future__ import annotations

from prototypes.contracts import Split, Task
from prototypes.experiments.curve_points import Pool
from prototypes.experiments.material import Material
from prototypes.workbench import Workbench


def fill_pool(split: Split, bench: Workbench, material: Material, *, seed: int) -> Pool:
    """Lay out what a task learns from; what one task needs is imported for it alone."""
    if split.learning.task is Task.GENERATION:
        from prototypes.experiments.curve_writers import fill_pool as fill_writers

        return fill_writers(split, bench, material, seed=seed)
    if split.learning.task is Task.EXTRACTION:
        from prototypes.experiments.curve_spans import fill_pool as fill_spans

        return fill_spans(split, bench)
    from prototypes.experiments.curve_learners import fill_pool as fill_labels

    return fill_labels(split, bench)
