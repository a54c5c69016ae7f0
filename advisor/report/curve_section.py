"""The learning curve, as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.curve_figure import FURTHEST, draw_curve_figure, is_out_of_sight
from advisor.report.trial_tables import NONE, arm_name, metric_cells, metric_name
from advisor.report.wording import roughly
from advisor.schema.exhibits import Column, CurveSection, Table

if TYPE_CHECKING:
    from prototypes.results import CurvePoint, ExperimentResult, Interval, Measured, TrialResult

_HEAD, _NEIGHBOURS, _WORDS = "fine_tune_head", "rag", "baseline_tfidf"
_RANDOM, _UNCERTAINTY, LAW = "random", "uncertainty", "law"
_TITLES = {
    (_RANDOM, _HEAD): "Drawn at random",
    (_UNCERTAINTY, _HEAD): "Chosen by uncertainty",
    (_RANDOM, _NEIGHBOURS): "Nearest samples",
    (_RANDOM, _WORDS): "TF-IDF",
}


def build_curve_section(trial: TrialResult) -> CurveSection | None:
    """Word a learning curve; None if none was drawn."""
    drawn = (one for one in trial.experiments if one.experiment == "learning_curve")
    result = next(drawn, None)
    if result is None:
        return None
    return CurveSection(
        remarks=tuple(_remarks(trial, result)),
        figure=draw_curve_figure(trial, result),
        table=_table(trial, result.curve),
    )


def _remarks(trial: TrialResult, result: ExperimentResult) -> Iterator[str]:
    if result.untested:
        yield f"No learning curve could be drawn: {result.untested}."
        return
    yield (
        "A logistic head on the frozen encoder was trained on growing parts of the training "
        "samples: drawn at random under several seeds, or chosen where it was least certain."
    )
    matches = [one for one in result.measured if one.quantity == "labels_to_match"]
    yield from (_match(trial, one) for one in matches)
    yield from _overtaking(result)
    matched = {one.arm for one in matches}
    for arm in trial.arms:
        if arm.name in ("prompting_few_shot", "rag") and arm.name not in matched:
            yield (
                f"A power law fitted to the random draws does not get as good as "
                f"{arm_name(arm.name)} with a hundred times the labels there are."
            )


def _overtaking(result: ExperimentResult) -> Iterator[str]:
    """Say from how many labels on the head beats retrieval that has as many."""
    if not any(point.arm == _NEIGHBOURS for point in result.curve):
        return
    found = [one for one in result.measured if one.quantity == "labels_to_beat"]
    for one in found:
        if is_out_of_sight(one):
            yield (
                f"With as many labels for both it is not seen to overtake retrieval "
                f"({arm_name(one.arm)}); the 95 % band runs from {_band(one)}."
            )
            continue
        yield (
            f"With as many labels for both it overtakes retrieval ({arm_name(one.arm)}) from about "
            f"{roughly(round(one.value))} labels on (95 % band {_band(one)})."
        )
    if not found:
        yield (
            "With as many labels for both it does not overtake retrieval within a hundred times "
            "the labels there are."
        )


def _match(trial: TrialResult, one: Measured) -> str:
    (quality,) = metric_cells([_metric(trial, one.arm)])
    return (
        f"By a power law fitted to the random draws it is as good as {arm_name(one.arm)} "
        f"({quality}) from about {roughly(round(one.value))} labels on (95 % band {_band(one)})."
    )


def _band(one: Measured) -> str:
    is_cut = one.high >= FURTHEST * one.n
    ends = f"{roughly(round(one.low))} to {'more than ' * is_cut}{roughly(round(one.high))}"
    return f"{ends}; beyond {one.n:,} the law is extrapolated" if one.high > one.n else ends


def _metric(trial: TrialResult, name: str) -> Interval:
    return next(arm.metrics[trial.primary_metric] for arm in trial.arms if arm.name == name)


def _table(trial: TrialResult, curve: Sequence[CurvePoint]) -> Table:
    measured = [point for point in curve if point.sampling != LAW]
    cells = {
        (point.sampling, point.arm, point.n_labels): cell
        for point, cell in zip(measured, metric_cells(_intervals(measured)), strict=True)
    }
    sizes = sorted({point.n_labels for point in measured})
    drawn = {(point.sampling, point.arm) for point in measured}
    shown = [key for key in _TITLES if key in drawn or key[1] == _HEAD]
    return Table(
        caption=f"Learning curve: {metric_name(trial.primary_metric)} with its 95 % interval",
        columns=(
            Column(title="Labels"),
            *(Column(title=_TITLES[key], is_numeric=True) for key in shown),
        ),
        rows=tuple(
            (f"{size:,}", *(cells.get((*key, size), NONE) for key in shown)) for size in sizes
        ),
    )


def _intervals(curve: Sequence[CurvePoint]) -> list[Interval]:
    from prototypes.results import Interval as Measure

    return [Measure(value=one.value, low=one.low, high=one.high) for one in curve]
