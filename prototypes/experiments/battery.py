"""Which experiments there are: those that come with every trial, and those that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module

import numpy as np

from prototypes.contracts import Approach, Task
from prototypes.errors import UnknownExperimentError
from prototypes.events import (
    ExperimentFinished,
    ExperimentProgress,
    ExperimentStarted,
    Listener,
)
from prototypes.experiments.abstention import check_abstention
from prototypes.experiments.citation import check_citations
from prototypes.experiments.hybrid_forecast import forecast_hybrid
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.latency_cost import measure_latencies
from prototypes.experiments.material import Material
from prototypes.measure.significance import bootstrap_first
from prototypes.measurement import Conditions
from prototypes.results import ExperimentResult
from prototypes.run_folder import RunFolder

EXPERIMENTS = (measure_latencies, check_citations, check_abstention, forecast_hybrid)

_ROOM = "prototypes.experiments"

ON_REQUEST = {
    "learning_curve": (f"{_ROOM}.learning_curve", "hold_learning_curve"),
    "freshness": (f"{_ROOM}.freshness", "check_freshness"),
    "noise": (f"{_ROOM}.noise", "check_noise"),
    "compression": (f"{_ROOM}.compression", "check_compression"),
    "distillation": (f"{_ROOM}.distillation", "distil_generator"),
    "injection": (f"{_ROOM}.injection", "hold_injection"),
    "continual": (f"{_ROOM}.continual", "hold_continual"),
}
"""Experiments that train anew, held only where somebody asks for them."""

_BY_OPTION = {"judge": (f"{_ROOM}.judge", "hold_judge")}
"""Held where a model is named for it, each time: what it asked before it keeps by itself."""

_ALWAYS = {
    Task.DOCUMENT_QA: {"knowledge_probe": (f"{_ROOM}.knowledge_probe", "probe_knowledge")},
}
"""Experiments that take seconds once the arms are built, and come with every trial of a task."""

_COMPARE_WITH_ARMS = (
    "learning_curve",
    "compression",
    "distillation",
    "knowledge_probe",
    "injection",
)
"""Those whose result depends on the arms measured."""


def require_experiments(names: Sequence[str]) -> None:
    """Refuse names of experiments that cannot be asked for.

    Raises:
        UnknownExperimentError: If there is no such experiment.
    """
    for name in names:
        if name not in ON_REQUEST:
            raise UnknownExperimentError(
                f"There is no experiment '{name}' that can be asked for; known are "
                f"{', '.join(ON_REQUEST)}. The others come with every trial, and a judge with "
                "--judge MODEL."
            )


def hold_on_request(
    material: Material, conditions: Conditions, *, folder: RunFolder, tell: Listener
) -> None:
    """Hold the experiments that were asked for, and those that come with every trial.

    A result that is there from before an interruption is kept; one that compares with the arms is
    held again if arms were added since.

    Raises:
        UnknownExperimentError: If there is no such experiment.
    """
    require_experiments(conditions.settings.experiments)
    always = _ALWAYS.get(conditions.split.learning.task, {})
    by_option = _BY_OPTION if conditions.judge is not None else {}
    names = (*always, *conditions.settings.experiments, *by_option)
    arms = [arm.name for arm in material.arms]
    kept = {result.experiment: result.arms for result in folder.read_experiments()}
    for name in names if arms else ():
        is_kept = name in kept and name not in _BY_OPTION
        if is_kept and (kept[name] == arms or name not in _COMPARE_WITH_ARMS):
            continue
        tell(ExperimentStarted(name))
        inquiry = Inquiry(conditions, material, folder, partial(_report, name, tell))
        result = _hold(name, inquiry).model_copy(update={"arms": arms})
        folder.keep_experiment(result)
        tell(ExperimentFinished(result))


def _report(name: str, tell: Listener, fraction: float) -> None:
    tell(ExperimentProgress(name, fraction))


def _hold(name: str, inquiry: Inquiry) -> ExperimentResult:
    """Hold one experiment; what it needs is imported only now."""
    rooms = {**ON_REQUEST, **_ALWAYS.get(inquiry.learning.task, {}), **_BY_OPTION}
    module, function = rooms[name]
    held = getattr(import_module(module), function)(inquiry)
    return ExperimentResult.model_validate(held)


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
