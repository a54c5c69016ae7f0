"""The learning curve, as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.trial_tables import NONE, arm_name, metric_cells, metric_name
from advisor.report.wording import roughly
from advisor.schema.exhibits import Column, Curve, CurveSection, LineFigure, Table

if TYPE_CHECKING:
    from prototypes.results import CurvePoint, ExperimentResult, Interval, Measured, TrialResult

_TITLES = {"random": "Drawn at random", "uncertainty": "Chosen by uncertainty"}
_SAMPLINGS = tuple(_TITLES)


def build_curve_section(trial: TrialResult) -> CurveSection | None:
    """Word a learning curve; None if none was drawn."""
    drawn = (one for one in trial.experiments if one.experiment == "learning_curve")
    result = next(drawn, None)
    if result is None:
        return None
    table = _table(trial, result.curve)
    return CurveSection(
        remarks=tuple(_remarks(trial, result)),
        table=table,
        figure=_figure(trial, result, table),
    )


def _remarks(trial: TrialResult, result: ExperimentResult) -> Iterator[str]:
    if result.untested:
        yield f"No learning curve could be drawn: {result.untested}."
        return
    yield (
        "A logistic head on the frozen encoder was trained on growing parts of the training "
        "samples: drawn at random under several seeds, or chosen where it was least certain."
    )
    yield from (_match(trial, one) for one in result.measured)
    matched = {one.arm for one in result.measured}
    for arm in trial.arms:
        if arm.name in ("prompting_few_shot", "rag") and arm.name not in matched:
            yield (
                f"A power law fitted to the random draws does not get as good as "
                f"{arm_name(arm.name)} with a hundred times the labels there are."
            )


def _figure(trial: TrialResult, result: ExperimentResult, table: Table) -> LineFigure | None:
    """Draw the curve with its band, the arms to be matched, and where it meets the first."""
    curves = [curve for each in _SAMPLINGS if (curve := _curve(result.curve, each))]
    if not curves:
        return None
    sizes = [point.n_labels for point in result.curve]
    met = [one for one in result.measured if one.arm in {arm.name for arm in trial.arms}]
    ends = (float(min(sizes)), max([float(max(sizes)), *(one.high for one in met)]))
    first = met[0] if met else None
    return LineFigure(
        id="learning-curve-figure",
        title=f"{metric_name(trial.primary_metric)} by the number of labels",
        description="The band is the 95 % interval under several seeds; flat lines are the arms "
        "to be matched. Labels are spread logarithmically.",
        y_unit="percent",
        curves=(*curves, *(_flat(trial, one.arm, ends) for one in met)),
        crossing=(first.low, first.high) if first else None,
        crossing_text=f"meets {arm_name(first.arm)}" if first else "",
        table=table,
    )


def _curve(points: Sequence[CurvePoint], sampling: str) -> Curve | None:
    drawn = sorted(
        (one for one in points if one.sampling == sampling), key=lambda one: one.n_labels
    )
    if len(drawn) < 2:
        return None
    return Curve(
        label=_TITLES[sampling],
        points=tuple((one.n_labels, one.value) for one in drawn),
        band=tuple((one.n_labels, one.low, one.high) for one in drawn),
    )


def _flat(trial: TrialResult, arm: str, ends: tuple[float, float]) -> Curve:
    quality = _metric(trial, arm).value
    chosen = trial.verdict.arm if trial.verdict else None
    return Curve(
        label=arm_name(arm), points=tuple((x, quality) for x in ends), is_recommended=arm == chosen
    )


def _match(trial: TrialResult, one: Measured) -> str:
    (quality,) = metric_cells([_metric(trial, one.arm)])
    ends = f"{roughly(round(one.low))} to {roughly(round(one.high))}"
    beyond = f"; beyond {one.n:,} the law is extrapolated" if one.high > one.n else ""
    return (
        f"By a power law fitted to the random draws it is as good as {arm_name(one.arm)} "
        f"({quality}) from about {roughly(round(one.value))} labels on (95 % band {ends}{beyond})."
    )


def _metric(trial: TrialResult, name: str) -> Interval:
    return next(arm.metrics[trial.primary_metric] for arm in trial.arms if arm.name == name)


def _table(trial: TrialResult, curve: Sequence[CurvePoint]) -> Table:
    cells = {
        (point.sampling, point.n_labels): cell
        for point, cell in zip(curve, metric_cells(_intervals(curve)), strict=True)
    }
    sizes = sorted({point.n_labels for point in curve})
    return Table(
        caption=f"Learning curve: {metric_name(trial.primary_metric)} with its 95 % interval",
        columns=(
            Column(title="Labels"),
            *(Column(title=title, is_numeric=True) for title in _TITLES.values()),
        ),
        rows=tuple(
            (f"{size:,}", *(cells.get((sampling, size), NONE) for sampling in _SAMPLINGS))
            for size in sizes
        ),
    )


def _intervals(curve: Sequence[CurvePoint]) -> list[Interval]:
    from prototypes.results import Interval as Measure

    return [Measure(value=one.value, low=one.low, high=one.high) for one in curve]
