"""All experiments that need nothing but what a trial has measured anyway."""

from __future__ import annotations

import numpy as np

from prototypes.contracts import Approach
from prototypes.experiments.abstention import check_abstention
from prototypes.experiments.citation import check_citations
from prototypes.experiments.hybrid_forecast import forecast_hybrid
from prototypes.experiments.latency_cost import measure_latencies
from prototypes.experiments.material import Material
from prototypes.measure.significance import bootstrap_first
from prototypes.results import ExperimentResult

EXPERIMENTS = (measure_latencies, check_citations, check_abstention, forecast_hybrid)


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
