"""The learning curve, as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.curve_figure import (
    FURTHEST,
    as_intervals,
    draw_curve_figure,
    is_out_of_sight,
)
from advisor.report.curve_wording import LAW, CurveWords, words_for
from advisor.report.trial_tables import NONE, arm_name, metric_cells, metric_name
from advisor.report.wording import as_sentence, plain_text, roughly
from advisor.schema.exhibits import Column, CurveSection, Table

if TYPE_CHECKING:
    from prototypes.results import CurvePoint, ExperimentResult, Interval, Measured, TrialResult

_NEIGHBOURS = "rag"


def build_curve_section(trial: TrialResult) -> CurveSection | None:
    """Word a learning curve; None if none was drawn."""
    drawn = (one for one in trial.experiments if one.experiment == "learning_curve")
    result = next(drawn, None)
    if result is None:
        return None
    return CurveSection(
        remarks=tuple(_remarks(trial, result)),
        figure=draw_curve_figure(trial, result),
        table=_table(trial, result.curve, words_for(trial.task)),
    )


def _remarks(trial: TrialResult, result: ExperimentResult) -> Iterator[str]:
    if result.untested:
        yield f"No learning curve could be drawn: {result.untested}."
        return
    words = words_for(trial.task)
    yield words.opening
    matches = [one for one in result.measured if one.quantity == "labels_to_match"]
    yield from (_match(trial, one, words.units) for one in matches)
    yield from _overtaking(result, words.units)
    matched = {one.arm for one in matches}
    for arm in trial.arms:
        if arm.name in ("prompting_few_shot", "rag") and arm.name not in matched:
            yield (
                f"A power law fitted to the random draws does not get as good as "
                f"{arm_name(arm.name)} with a hundred times the {words.units} there are."
            )
    yield from (as_sentence(plain_text(note)) for note in result.notes)


def _overtaking(result: ExperimentResult, units: str) -> Iterator[str]:
    """Say from how many labels on the learner beats retrieval that has as many."""
    if not any(point.arm == _NEIGHBOURS for point in result.curve):
        return
    found = [one for one in result.measured if one.quantity == "labels_to_beat"]
    for one in found:
        if is_out_of_sight(one):
            yield (
                f"With as many {units} for both it is not seen to overtake retrieval "
                f"({arm_name(one.arm)}); the 95 % band runs from {_band(one)}."
            )
            continue
        yield (
            f"With as many {units} for both it overtakes retrieval ({arm_name(one.arm)}) from "
            f"about {roughly(round(one.value))} {units} on (95 % band {_band(one)})."
        )
    if not found:
        yield (
            f"With as many {units} for both it does not overtake retrieval within a hundred times "
            f"the {units} there are."
        )


def _match(trial: TrialResult, one: Measured, units: str) -> str:
    (quality,) = metric_cells([_metric(trial, one.arm)])
    return (
        f"By a power law fitted to the random draws it is as good as {arm_name(one.arm)} "
        f"({quality}) from about {roughly(round(one.value))} {units} on (95 % band {_band(one)})."
    )


def _band(one: Measured) -> str:
    is_cut = one.high >= FURTHEST * one.n
    ends = f"{roughly(round(one.low))} to {'more than ' * is_cut}{roughly(round(one.high))}"
    return f"{ends}; beyond {one.n:,} the law is extrapolated" if one.high > one.n else ends


def _metric(trial: TrialResult, name: str) -> Interval:
    return next(arm.metrics[trial.primary_metric] for arm in trial.arms if arm.name == name)


def _table(trial: TrialResult, curve: Sequence[CurvePoint], words: CurveWords) -> Table:
    measured = [point for point in curve if point.sampling != LAW]
    cells = {
        (point.sampling, point.arm, point.n_labels): cell
        for point, cell in zip(measured, metric_cells(as_intervals(measured)), strict=True)
    }
    sizes = sorted({point.n_labels for point in measured})
    drawn = {(point.sampling, point.arm) for point in measured}
    shown = {
        key: title
        for key in words.order
        if key in drawn and (title := words.title(*key)) is not None
    }
    return Table(
        caption=f"Learning curve: {metric_name(trial.primary_metric)} with its 95 % interval",
        columns=(
            Column(title=words.units.capitalize()),
            *(Column(title=title, is_numeric=True) for title in shown.values()),
        ),
        rows=tuple(
            (f"{size:,}", *(cells.get((*key, size), NONE) for key in shown)) for size in sizes
        ),
    )
