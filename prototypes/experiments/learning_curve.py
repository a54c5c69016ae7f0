"""Experiment 2: how many labels does fine-tuning need, and does choosing them help?

The logistic head on the frozen encoder, the vote of the nearest samples and TF-IDF are fitted on
1/16, 1/8, … and all of the training samples, drawn at random under several seeds; the head also on
samples chosen where it was least certain (uncertainty sampling, Lewis and Gale 1994). The frozen
encoder makes that a matter of seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from prototypes.contracts import Progress, Split, Task
from prototypes.experiments.crossing import Crossing, find_crossing
from prototypes.experiments.curve_learners import HEAD, NEIGHBOURS, fill_pool
from prototypes.experiments.curve_points import (
    N_SEEDS,
    RANDOM,
    UNCERTAINTY,
    Curves,
    choose_sizes,
    measure_curves,
)
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
from prototypes.measure.significance import bootstrap_mean
from prototypes.results import CurvePoint, ExperimentResult, Measured
from prototypes.workbench import Workbench

__all__ = ["RANDOM", "UNCERTAINTY", "choose_sizes", "draw_learning_curve"]

NAME = "learning_curve"
LABELS_TO_MATCH, LABELS_TO_BEAT = "labels_to_match", "labels_to_beat"
LAW = "law"
"""Marks points that are not measured: what the power law of the random draws says."""

FURTHEST = 100
"""Labels beyond this multiple of what there is are not named: the law was not seen there."""

_MATCHED = ("prompting_few_shot", "rag")
_LAW_STEPS, _LAW_REACH = 13, 4.0
_SHARE_OF_FITTING = 0.8


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
    learning = split.learning
    sizes = choose_sizes(len(learning.train))
    arms = [arm.name for arm in material.arms]
    if learning.task is not Task.CLASSIFICATION or len(sizes) < MIN_POINTS:
        what = "no labels" if learning.task is not Task.CLASSIFICATION else "too few labels"
        untested = f"there are {what} to learn from"
        return ExperimentResult(experiment=NAME, untested=untested, arms=arms)
    seeds = range(seed, seed + N_SEEDS)
    pool = fill_pool(split, bench)
    spread_points(bench, sizes, seeds=seeds)
    curves = measure_curves(
        pool,
        sizes,
        seeds=seeds,
        progress=lambda done: progress(_SHARE_OF_FITTING * done),
    )
    head = curves[RANDOM, HEAD]
    law = fit_power_law(head.sizes, head.errors)
    drawn = _resample(head, material, seed=seed)
    laws = [each for each, _ in drawn]
    progress((1 + _SHARE_OF_FITTING) / 2)
    rival = curves[RANDOM, NEIGHBOURS]
    measured = [*_match(law, drawn, material), *_beat(law, laws, rival, seed=seed)]
    progress(1.0)
    points = [*_points(curves, material), *_law_points(law, laws)]
    return ExperimentResult(experiment=NAME, measured=measured, arms=arms, curve=points)


def _points(curves: Curves, material: Material) -> Iterator[CurvePoint]:
    for (sampling, arm), curve in curves.items():
        for size, right in zip(curve.sizes, curve.right, strict=True):
            yield CurvePoint(
                sampling=sampling,
                arm=arm,
                n_labels=size,
                n_seeds=right.shape[0],
                **bootstrap_mean(right.mean(axis=0), material.resampling).model_dump(),
            )


def _law_points(law: PowerLaw, drawn: list[PowerLaw]) -> Iterator[CurvePoint]:
    """Say what the law expects up to four times the labels there are, with its band."""
    steps = np.geomspace(law.n_most / 16, _LAW_REACH * law.n_most, _LAW_STEPS)
    for n_labels in sorted({math.ceil(step) for step in steps}):
        low, high = band_of([1 - each.error(n_labels) for each in drawn])
        value = 1 - law.error(n_labels)
        yield CurvePoint(
            sampling=LAW,
            n_labels=n_labels,
            n_seeds=0,
            value=value,
            low=min(low, value),
            high=max(high, value),
        )


def _resample(head: Curve, material: Material, *, seed: int) -> list[tuple[PowerLaw, list[float]]]:
    references = [
        np.nan_to_num(material.scores(arm)) for arm in material.arms if arm.name in _MATCHED
    ]
    return resample_laws(head, references, seed=seed, n_resamples=N_RESAMPLES)


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


def _beat(law: PowerLaw, laws: list[PowerLaw], rival: Curve, *, seed: int) -> Iterator[Measured]:
    """Find from how many labels on the head beats retrieval that has as many.

    The same seed draws the same resamples for both, as long as both were measured alike.
    """
    rivals = (each for each, _ in resample_laws(rival, [], seed=seed, n_resamples=N_RESAMPLES))
    crossing = find_crossing(
        (law, fit_power_law(rival.sizes, rival.errors)),
        list(zip(laws, rivals, strict=True)),
        first=rival.sizes[0],
        furthest=FURTHEST * law.n_most,
    )
    yield from _state(LABELS_TO_BEAT, NEIGHBOURS, crossing, n_most=law.n_most)


def _state(quantity: str, arm: str, found: Crossing, *, n_most: float) -> Iterator[Measured]:
    """State the labels needed, cut at what the law can be trusted for; nothing beyond it."""
    furthest = FURTHEST * n_most
    value, low, high = (min(each, furthest) for each in (found.value, found.low, found.high))
    if low < furthest:
        yield Measured(quantity=quantity, arm=arm, value=value, low=low, high=high, n=int(n_most))
