"""About how long the experiments take that train anew, as multiples of what the arms take."""

from __future__ import annotations

from collections.abc import Mapping

from prototypes.contracts import Task
from prototypes.estimates import Forecast
from prototypes.events import PlannedExperiment
from prototypes.measurement import Conditions
from prototypes.registry import arms_for
from prototypes.run_folder import RunFolder

EFFORTS: Mapping[tuple[Task, str], Mapping[str, float]] = {
    # Heads are fitted on vectors that are there already.
    (Task.CLASSIFICATION, "learning_curve"): {"fine_tune_head": 6},
    (Task.CLASSIFICATION, "noise"): {"fine_tune_head": 2, "rag": 2},
    (Task.CLASSIFICATION, "compression"): {"fine_tune_head": 3},
    (Task.EXTRACTION, "learning_curve"): {"fine_tune_head": 2, "rag": 2},
    (Task.EXTRACTION, "noise"): {"fine_tune_head": 2, "rag": 2},
    (Task.EXTRACTION, "compression"): {"fine_tune_head": 2},
    # Three smaller models; of few pairs each step is shorter.
    (Task.GENERATION, "learning_curve"): {"fine_tune": 3, "rag": 3},
    (Task.GENERATION, "noise"): {"fine_tune": 2, "rag": 2},
    (Task.GENERATION, "compression"): {"rag": 3},
}
"""How often the work of each arm is done again."""


def plan_experiments(
    conditions: Conditions, forecast: Forecast, folder: RunFolder
) -> tuple[PlannedExperiment, ...]:
    """Estimate the experiments asked for; those that need something else have no estimate.

    Args:
        conditions: Of the trial, with the names.
        forecast: Of the arms.
        folder: Where the results lie that are there from before; those take no time.
    """
    task = conditions.split.learning.task
    held = {result.experiment for result in folder.read_experiments() if not result.untested}
    specs = {spec.name: spec for spec in arms_for(task)}

    def estimate(name: str) -> float | None:
        efforts = EFFORTS.get((task, name), {}).items()
        known = [times * forecast.estimate(specs[arm]) for arm, times in efforts if arm in specs]
        return sum(known) if known else None

    asked = conditions.settings.experiments
    return tuple(PlannedExperiment(name, estimate(name)) for name in asked if name not in held)
