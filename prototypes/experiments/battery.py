"""Which experiments there are: those that come with every trial, and those that are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototypes.contracts import Approach
from prototypes.errors import UnknownExperimentError
from prototypes.experiments.abstention import check_abstention
from prototypes.experiments.citation import check_citations
from prototypes.experiments.hybrid_forecast import forecast_hybrid
from prototypes.experiments.latency_cost import measure_latencies
from prototypes.experiments.material import Material
from prototypes.measure.significance import bootstrap_first
from prototypes.measurement import Conditions
from prototypes.results import ExperimentResult
from prototypes.run_folder import RunFolder

EXPERIMENTS = (measure_latencies, check_citations, check_abstention, forecast_hybrid)

ON_REQUEST = ("learning_curve", "injection", "continual")
"""Experiments that train anew, held only where somebody asks for them."""


def require_experiments(names: Sequence[str]) -> None:
    """Refuse names of experiments that cannot be asked for.

    Raises:
        UnknownExperimentError: If there is no such experiment.
    """
    for name in names:
        if name not in ON_REQUEST:
            raise UnknownExperimentError(
                f"There is no experiment '{name}' that can be asked for; known are "
                f"{', '.join(ON_REQUEST)}. The others come with every trial."
            )


def hold_on_request(
    names: Sequence[str], material: Material, conditions: Conditions, *, folder: RunFolder
) -> None:
    """Hold the experiments that were asked for.

    A result that is there from before an interruption is kept, unless arms were added since.
    """
    require_experiments(names)
    arms = [arm.name for arm in material.arms]
    kept = {result.experiment: result.arms for result in folder.read_experiments()}
    for name in names:
        if arms and kept.get(name) != arms:
            folder.keep_experiment(_hold(name, material, conditions, folder=folder))


def _hold(
    name: str, material: Material, conditions: Conditions, *, folder: RunFolder
) -> ExperimentResult:
    """Hold one experiment; what it needs is imported only now."""
    seed, split, bench = conditions.settings.seed, conditions.split, conditions.bench
    if name == "injection":
        from prototypes.experiments.injection import measure_injection

        return measure_injection(bench, material, task=split.learning.task, folder=folder)
    if name == "continual":
        from prototypes.experiments.continual import measure_forgetting

        return measure_forgetting(bench, material, learning=split.learning, seed=seed)
    from prototypes.experiments.learning_curve import draw_learning_curve

    return draw_learning_curve(split, bench, material, seed=seed)


def run_experiments(material: Material) -> list[ExperimentResult]:
    """Hold every experiment; one that these data do not allow says why."""
    if not material.arms:
        return []
    return [experiment(material) for experiment in EXPERIMENTS]


def share_first_places(material: Material) -> dict[Approach, float]:
    """Return in how many resamples each measured approach is feasible and best.

    An approach is represented by the arm that stands for it; one that breaks a hard limit never
    comes first. Equal arms share a first place.
    """
    rivals = material.rivals()
    feasible = [arm for arm in rivals if arm.feasible]
    shares = dict.fromkeys((arm.approach for arm in rivals), 0.0)
    if feasible:
        scores = np.stack([material.scores(arm) for arm in feasible])
        won = bootstrap_first(scores, material.resampling)
        shares |= dict(zip((arm.approach for arm in feasible), won, strict=True))
    return shares
