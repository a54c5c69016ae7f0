"""Experiment 2: how many labels does fine-tuning need, and does choosing them help?

The smallest form of fine-tuning that a task has, its bare retrieval and its baseline learn from
1/16, 1/8, … and all of the training samples, drawn at random. For classification and extraction
that is a head on the frozen encoder, a matter of seconds under several seeds; it also learns from
samples chosen by what it doubts, or by how far apart they lie. For generation it is the tuned
model itself, at four sizes drawn once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from prototypes.contracts import Progress, Split, Task
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.experiments.crossing import Crossing, find_crossing
from prototypes.experiments.curve_points import (
    FRACTIONS,
    N_SEEDS,
    Curves,
    choose_sizes,
    measure_curves,
)
from prototypes.experiments.curve_pools import fill_pool
from prototypes.experiments.curve_samplings import RANDOM
from prototypes.experiments.curve_spreading import spread_points
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.experiments.power_law import (
    MIN_POINTS,
    N_RESAMPLES,
    Curve,
    PowerLaw,
    band_of,
    fit_power_law,
    resample_laws,
)
from prototypes.measure.grouped import grouped_mean
from prototypes.measure.groups import Groups, number_groups
from prototypes.measure.significance import Resampling
from prototypes.results import CurvePoint, ExperimentResult, Measured
from prototypes.workbench import Workbench

__all__ = ["draw_learning_curve", "hold_learning_curve"]

NAME = "learning_curve"
LABELS_TO_MATCH, LABELS_TO_BEAT = "labels_to_match", "labels_to_beat"
LAW = "law"
"""Marks points that are not measured: what the power law of the random draws says."""

FURTHEST = 100
"""Labels beyond this multiple of what there is are not named: the law was not seen there."""

_MATCHED = ("prompting_few_shot", "rag")
_LAW_STEPS, _LAW_REACH = 13, 4.0
_SHARE_OF_FITTING = 0.8


@dataclass(frozen=True, slots=True)
class _Design:
    """How a task's curve is drawn.

    Attributes:
        learner: The form of fine-tuning whose curve gets a law.
        rival: The form of retrieval it is held against.
        fractions: Of the training samples, at each point.
        n_seeds: How often each point is drawn.
    """

    learner: str
    rival: str
    fractions: Sequence[float] = FRACTIONS
    n_seeds: int = N_SEEDS


_DESIGNS = {
    Task.CLASSIFICATION: _Design("fine_tune_head", "rag"),
    Task.EXTRACTION: _Design("fine_tune_head", "rag", n_seeds=2),
    Task.GENERATION: _Design("fine_tune", "rag", fractions=(1 / 8, 1 / 4, 1 / 2, 1.0), n_seeds=1),
}


def _say_nothing(_: float) -> None:
    """Tell nobody."""


def hold_learning_curve(inquiry: Inquiry) -> ExperimentResult:
    """Draw the curve of a trial."""
    return draw_learning_curve(
        inquiry.conditions.split,
        inquiry.bench,
        inquiry.material,
        seed=inquiry.seed,
        progress=inquiry.progress,
    )


def draw_learning_curve(
    split: Split,
    bench: Workbench,
    material: Material,
    *,
    seed: int,
    progress: Progress = _say_nothing,
) -> ExperimentResult:
    """Measure the curves, fit the law to the random ones, and find where they meet.

    Args:
        split: The samples to learn from and the test samples.
        bench: Whose vectors the arms have used already, and whose cache keeps every point.
        material: The arms to be matched: few-shot prompting and retrieval.
        seed: Of the first draw; the others follow it.
        progress: Told how far it is.
    """
    arms, design = [arm.name for arm in material.arms], _DESIGNS.get(split.learning.task)
    sizes = choose_sizes(len(split.learning.train), design.fractions) if design else ()
    if design is None or len(sizes) < MIN_POINTS:
        what = "no labels" if design is None else "too few labels"
        untested = f"there are {what} to learn from"
        return ExperimentResult(experiment=NAME, untested=untested, arms=arms)
    try:
        pool, seeds = (
            fill_pool(split, bench, material, seed=seed),
            range(seed, seed + design.n_seeds),
        )
        spread_points(pool, sizes, seeds=seeds, material=material)
        curves = measure_curves(
            pool,
            sizes,
            seeds=seeds,
            progress=lambda done: progress(_SHARE_OF_FITTING * done),
        )
    except (TooFewSamplesError, ModelUnavailableError) as error:
        return ExperimentResult(experiment=NAME, untested=str(error), arms=arms)
    head = curves[RANDOM, design.learner]
    law = fit_power_law(head.sizes, head.errors)
    groups = number_groups(split.test)
    drawn = _resample(head, material, seed=seed, groups=groups)
    laws = [each for each, _ in drawn]
    progress((1 + _SHARE_OF_FITTING) / 2)
    rival = design.rival, curves[RANDOM, design.rival]
    beaten = _beat(law, laws, rival, seed=seed, groups=groups)
    measured = [*_match(law, drawn, material), *beaten]
    progress(1.0)
    expected = _law_points(law, laws, arm=design.learner, first=sizes[0])
    return ExperimentResult(
        experiment=NAME,
        measured=measured,
        arms=arms,
        curve=[*_points(curves, material.resampling, groups), *expected],
        notes=_notes(design),
    )


def _notes(design: _Design) -> list[str]:
    if design.n_seeds > 1:
        return [
            "the interval of each point tells how the test samples fell; how much the draw of what "
            "is learnt from matters is in the band of the law alone"
        ]
    return ["each size was drawn once, so the band does not know how much the draw matters"]


def _points(curves: Curves, resampling: Resampling, groups: Groups | None) -> Iterator[CurvePoint]:
    for (sampling, arm), curve in curves.items():
        for size, right in zip(curve.sizes, curve.right, strict=True):
            found = grouped_mean(right.mean(axis=0), groups, resampling)
            low, value, high = _within(found.low, found.value, found.high)
            yield CurvePoint(
                sampling=sampling,
                arm=arm,
                n_labels=size,
                n_seeds=right.shape[0],
                value=value,
                low=low,
                high=high,
            )


def _law_points(
    law: PowerLaw, drawn: list[PowerLaw], *, arm: str, first: int
) -> Iterator[CurvePoint]:
    """Say what the law expects up to four times the labels there are, with its band."""
    steps = np.geomspace(first, _LAW_REACH * law.n_most, _LAW_STEPS)
    for n_labels in sorted({math.ceil(step) for step in steps}):
        low, high = band_of([1 - each.error(n_labels) for each in drawn])
        value = 1 - law.error(n_labels)
        low, value, high = _within(min(low, value), value, max(high, value))
        yield CurvePoint(
            sampling=LAW,
            arm=arm,
            n_labels=n_labels,
            n_seeds=0,
            value=value,
            low=low,
            high=high,
        )


def _within(*values: float) -> tuple[float, ...]:
    """Cut what a law or a linearised score says beyond the range that quality can have."""
    return tuple(min(1.0, max(0.0, value)) for value in values)


def _resample(
    head: Curve, material: Material, *, seed: int, groups: Groups | None
) -> list[tuple[PowerLaw, list[float]]]:
    references = [
        np.nan_to_num(material.scores(arm)) for arm in material.arms if arm.name in _MATCHED
    ]
    return resample_laws(head, references, seed=seed, n_resamples=N_RESAMPLES, groups=groups)


def _match(
    law: PowerLaw, drawn: list[tuple[PowerLaw, list[float]]], material: Material
) -> Iterator[Measured]:
    """Find how many labels the law needs to be as good as each arm as it was measured."""
    arms = [arm for arm in material.arms if arm.name in _MATCHED]
    for number, arm in enumerate(arms):
        error = float(1 - np.nan_to_num(material.scores(arm)).mean())
        low, high = band_of([each.labels_for(errors[number]) for each, errors in drawn])
        crossing = Crossing(law.labels_for(error), low, high)
        yield from _state(LABELS_TO_MATCH, arm.name, crossing, n_most=law.n_most)


def _beat(
    law: PowerLaw,
    laws: list[PowerLaw],
    rival: tuple[str, Curve],
    *,
    seed: int,
    groups: Groups | None,
) -> Iterator[Measured]:
    """Find from how many labels on the law beats retrieval that has as many.

    The same seed draws the same resamples for both, as long as both were measured alike.
    """
    name, curve = rival
    resampled = resample_laws(curve, [], seed=seed, n_resamples=N_RESAMPLES, groups=groups)
    rivals = (each for each, _ in resampled)
    crossing = find_crossing(
        (law, fit_power_law(curve.sizes, curve.errors)),
        list(zip(laws, rivals, strict=True)),
        first=curve.sizes[0],
        furthest=FURTHEST * law.n_most,
    )
    yield from _state(LABELS_TO_BEAT, name, crossing, n_most=law.n_most)


def _state(quantity: str, arm: str, found: Crossing, *, n_most: float) -> Iterator[Measured]:
    """State the labels needed, cut at what the law can be trusted for; nothing beyond it."""
    furthest = FURTHEST * n_most
    value, low, high = (min(each, furthest) for each in (found.value, found.low, found.high))
    if low < furthest:
        yield Measured(quantity=quantity, arm=arm, value=value, low=low, high=high, n=int(n_most))
