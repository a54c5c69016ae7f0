"""The learning curve, as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.trial_tables import NONE, arm_name, metric_cells, metric_name
from advisor.report.wording import roughly
from advisor.schema.exhibits import Column, CurveSection, Table

if TYPE_CHECKING:
    from prototypes.results import CurvePoint, ExperimentResult, Interval, Measured, TrialResult

_SAMPLINGS = ("random", "uncertainty")


def build_curve_section(trial: TrialResult) -> CurveSection | None:
    """Word a learning curve; None if none was drawn."""
    drawn = (one for one in trial.experiments if one.experiment == "learning_curve")
    result = next(drawn, None)
    if result is None:
        return None
    return CurveSection(remarks=tuple(_remarks(trial, result)), table=_table(trial, result.curve))


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
    titles = ("Drawn at random", "Chosen by uncertainty")
    return Table(
        caption=f"Learning curve: {metric_name(trial.primary_metric)} with its 95 % interval",
        columns=(
            Column(title="Labels"),
            *(Column(title=title, is_numeric=True) for title in titles),
        ),
        rows=tuple(
            (f"{size:,}", *(cells.get((sampling, size), NONE) for sampling in _SAMPLINGS))
            for size in sizes
        ),
    )


def _intervals(curve: Sequence[CurvePoint]) -> list[Interval]:
    from prototypes.results import Interval as Measure

    return [Measure(value=one.value, low=one.low, high=one.high) for one in curve]
