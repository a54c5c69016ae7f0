"""The learning curve as a figure: measured points, the fitted law with its band, and crossings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.curve_wording import LAW, CurveWords, words_for
from advisor.report.trial_tables import AT_95, arm_name, metric_cells, metric_name
from advisor.report.wording import roughly
from advisor.schema.exhibits import Column, LearnedLine, LearningFigure, Meeting, Table

if TYPE_CHECKING:
    from prototypes.results import CurvePoint, ExperimentResult, Interval, Measured, TrialResult

_MEETINGS = {
    "labels_to_match": "equals {arm} as measured from {value} {units} on",
    "labels_to_beat": "overtakes {arm} with as many {units} from {value} on",
}


FURTHEST = 100
"""The laboratory cuts a number of labels at this multiple of those at hand."""


def is_out_of_sight(one: Measured) -> bool:
    """Tell whether a number of labels was cut, so that it only says: not seen."""
    return one.value >= FURTHEST * one.n


def draw_curve_figure(trial: TrialResult, result: ExperimentResult) -> LearningFigure | None:
    """Lay a learning curve out; None if there are not two points to join."""
    words = words_for(trial.task)
    lines = tuple(_lines(result.curve, words))
    if not lines:
        return None
    metric = metric_name(trial.primary_metric)
    return LearningFigure(
        id="learning",
        title=f"Learning curve: {metric} by number of {words.units}",
        description=(
            f"Number of {words.units} from left to right on a logarithmic axis, "
            f"{metric} upwards. The measured points stand in the table below."
        ),
        lines=lines,
        meetings=tuple(
            _meeting(one, words.units)
            for one in result.measured
            if one.quantity in _MEETINGS and not is_out_of_sight(one)
        ),
        table=_law_table(result.curve, words, metric),
    )


def as_intervals(curve: Sequence[CurvePoint]) -> list[Interval]:
    """Read points of a curve as measured values."""
    from prototypes.results import Interval as Measure

    return [Measure(value=one.value, low=one.low, high=one.high) for one in curve]


def _law_table(curve: Sequence[CurvePoint], words: CurveWords, metric: str) -> Table:
    """Repeat the fitted law in figures; the table has no row where no law could be fitted."""
    law = sorted((one for one in curve if one.sampling == LAW), key=lambda one: one.n_labels)
    cells = metric_cells(as_intervals(law)) if law else []
    titles = (words.units.capitalize(), f"{metric} {AT_95}")
    return Table(
        caption=f"Power law of the {words.names[words.learner]}",
        columns=tuple(Column(title=title, is_numeric=True) for title in titles),
        rows=tuple((f"{p.n_labels:,}", cell) for p, cell in zip(law, cells, strict=True)),
    )


def _lines(curve: Sequence[CurvePoint], words: CurveWords) -> Iterator[LearnedLine]:
    for sampling, arm in words.order:
        own = [point for point in curve if (point.sampling, point.arm) == (sampling, arm)]
        own.sort(key=lambda point: point.n_labels)
        label = words.label(sampling, arm)
        if len(own) > 1 and label is not None:
            is_law = sampling == LAW
            yield LearnedLine(
                label=label,
                points=tuple((point.n_labels, point.value) for point in own),
                band=tuple((p.n_labels, p.low, p.high) for p in own) if is_law else (),
            )


def _meeting(one: Measured, units: str) -> Meeting:
    words = _MEETINGS[one.quantity].format(
        arm=arm_name(one.arm), value=roughly(round(one.value)), units=units
    )
    is_cut = one.high >= FURTHEST * one.n
    ends = f"{roughly(round(one.low))} to {'more than ' * is_cut}{roughly(round(one.high))}"
    return Meeting(text=f"{words} ({ends})", low=one.low, value=one.value, high=one.high)
