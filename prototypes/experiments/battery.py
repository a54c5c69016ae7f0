"""Which experiments there are: those that come with every trial, and those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module

import numpy as np

from prototypes.budget import Budget, BudgetSpentError
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
from prototypes.experiments.durations import expect_seconds
from prototypes.experiments.hybrid_forecast import forecast_hybrid
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.latency_cost import measure_latencies
from prototypes.experiments.material import Material
from prototypes.measure.grouped import grouped_first
from prototypes.measure.keeping import draw_keeping
from prototypes.measurement import Conditions
from prototypes.results import DroppedArm, ExperimentResult
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
    "quantisation": (f"{_ROOM}.quantisation", "hold_quantisation"),
    "training_seeds": (f"{_ROOM}.training_seeds", "hold_training_seeds"),
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
    "quantisation",
    "training_seeds",
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
    material: Material,
    conditions: Conditions,
    *,
    folder: RunFolder,
    budget: Budget,
    tell: Listener,
) -> Iterator[ExperimentResult]:
    """Hold the experiments that were asked for, and those that come with every trial.

    A result that is there from before an interruption is kept; one that compares with the arms is
    held again if arms were added since, and one that could not be held is tried again.

    Yields:
        What was not held since the budget has no time for it; nothing of that is kept.

    Raises:
        UnknownExperimentError: If there is no such experiment.
    """
    require_experiments(conditions.settings.experiments)
    always = _ALWAYS.get(conditions.split.learning.task, {})
    by_option = _BY_OPTION if conditions.judge is not None else {}
    names = (*always, *conditions.settings.experiments, *by_option)
    arms = [arm.name for arm in material.arms]
    kept = {result.experiment: result for result in folder.read_experiments()}
    for name in names if arms else ():
        is_kept = name in kept and not kept[name].untested and name not in _BY_OPTION
        if is_kept and (kept[name].arms == arms or name not in _COMPARE_WITH_ARMS):
            continue
        own = budget if name not in always or _asks_a_model(conditions) else Budget(None)
        progress = own.guard(name, partial(_report, name, tell))
        inquiry = Inquiry(conditions, material, folder, progress)
        refused = own.refuse_experiment(name, expect_seconds(name, inquiry))
        refused = refused or _hold_in_time(name, inquiry, budget=own, tell=tell)
        if refused is not None:
            tell(ExperimentFinished(refused))
            if name not in kept:
                yield refused


def _asks_a_model(conditions: Conditions) -> bool:
    """Tell whether what comes with every trial takes more than seconds."""
    return conditions.bench.generator_supply is not None


def _hold_in_time(
    name: str, inquiry: Inquiry, *, budget: Budget, tell: Listener
) -> ExperimentResult | None:
    """Hold an experiment and keep what it found; return what is said if the time was up."""
    tell(ExperimentStarted(name))
    try:
        held = _hold(name, inquiry)
    except BudgetSpentError:
        return budget.cut_experiment(name)
    arms = [arm.name for arm in inquiry.material.arms]
    result = held.model_copy(update={"arms": arms})
    inquiry.folder.keep_experiment(result)
    tell(ExperimentFinished(result))
    return None


def list_cut_off(names: Sequence[str], held: Sequence[ExperimentResult]) -> list[ExperimentResult]:
    """Say of each experiment that was asked for and is missing that the trial was interrupted."""
    known = [result.experiment for result in held]
    why = "the trial was interrupted before it was over; --resume holds it"
    return [ExperimentResult(experiment=n, untested=why) for n in names if n not in known]


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


def share_first_places(
    material: Material, dropped: Sequence[DroppedArm] = ()
) -> dict[Approach, float]:
    """Return in how many resamples each measured approach is feasible and best.

    An approach is represented by the arm that stands for it; one that breaks a hard limit never
    comes first, nor does one of which every arm was dropped for being worse than the claimed arm.
    Where a limit on time is near, it is kept in some resamples of the queries and broken in others.
    Equal arms share a first place.
    """
    rivals, resampling = material.rivals(), material.resampling
    raced = [arm.approach for arm in dropped]
    shares = dict.fromkeys([*(arm.approach for arm in rivals), *raced], 0.0)
    if rivals:
        scores = np.stack([material.scores(arm) for arm in rivals])
        kept = np.stack([draw_keeping(arm, material.limit_ms, resampling) for arm in rivals])
        won = grouped_first(scores, material.groups, resampling, allowed=kept)
        shares |= dict(zip((arm.approach for arm in rivals), won, strict=True))
    return shares
