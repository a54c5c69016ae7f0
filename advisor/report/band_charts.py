"""Turn a learning-curve figure into the geometry of a small SVG drawing.

Horizontal places are percentages of the width, vertical ones pixels; lines and bands lie in a box
of 100 by 100 that is stretched to the plot, as in `line_charts`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_uppercase

from advisor.report.charts import Tick
from advisor.report.line_charts import FOOT, Level
from advisor.schema.exhibits import LearnedLine, LearningFigure, Meeting

TOP = 18
PLOT_HEIGHT = 240
_LEFT, _WIDTH = 2.0, 96.0
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class BandLine:
    """One line in the stretched box, with its band as a polygon."""

    label: str
    points: str
    band: str
    style: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A crossing on the fitted law: across in percent with its band, down in pixels."""

    name: str
    """The letter that stands beside it and before its text."""
    x: float
    x_low: float
    x_high: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class BandDrawing:
    """A learning-curve figure with everything placed."""

    height: int
    y_top: int
    y_axis: int
    ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    lines: tuple[BandLine, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Plot:
    """The axes: labels between two numbers, logarithmic; quality between two, linear."""

    first: float
    last: float
    bottom: float
    top: float

    def across(self, n_labels: float) -> float:
        """Where a number of labels lies, from 0 to 100; at the edge if it is beyond."""
        share = math.log(n_labels / self.first) / math.log(self.last / self.first)
        return 100 * min(1.0, max(0.0, share))

    def down(self, quality: float) -> float:
        """Where a quality lies, from 0 at the top to 100."""
        return (
            100 * (self.top - min(self.top, max(self.bottom, quality))) / (self.top - self.bottom)
        )


def draw_bands(figure: LearningFigure) -> BandDrawing:
    """Place lines, bands, axes and crossings; what they are called stands below the drawing."""
    plot = _choose_plot(figure)
    y_axis = TOP + PLOT_HEIGHT
    law = next((line for line in figure.lines if line.band), figure.lines[0])
    return BandDrawing(
        height=y_axis + FOOT,
        y_top=TOP,
        y_axis=y_axis,
        ticks=tuple(_ticks(plot, figure)),
        levels=tuple(_levels(plot)),
        lines=tuple(_place(line, plot, row) for row, line in enumerate(figure.lines)),
        marks=tuple(
            _mark(each, plot, law=law, name=name)
            for name, each in zip(ascii_uppercase, figure.meetings, strict=False)
        ),
    )


def _choose_plot(figure: LearningFigure) -> _Plot:
    xs = [x for line in figure.lines for x, _ in line.points]
    ys = [y for line in figure.lines for _, y in line.points]
    bottom = math.floor(10 * max(0.0, min(ys))) / 10
    return _Plot(
        min(xs), max(xs), bottom, max(bottom + 0.1, math.ceil(10 * min(1.0, max(ys))) / 10)
    )


def _place(line: LearnedLine, plot: _Plot, row: int) -> BandLine:
    low = [(x, each) for x, each, _ in line.band]
    high = [(x, each) for x, _, each in reversed(line.band)]
    return BandLine(
        label=line.label,
        points=_path(line.points, plot),
        band=_path([*low, *high], plot),
        style=row,
    )


def _path(points: Sequence[tuple[float, float]], plot: _Plot) -> str:
    return " ".join(f"{plot.across(x):.2f},{plot.down(y):.2f}" for x, y in points)


def _mark(meeting: Meeting, plot: _Plot, *, law: LearnedLine, name: str) -> Mark:
    x, low, high = (
        round(_LEFT + _WIDTH * plot.across(each) / 100, 2)
        for each in (meeting.value, meeting.low, meeting.high)
    )
    y = round(TOP + PLOT_HEIGHT * plot.down(_quality_at(law, meeting.value)) / 100, 2)
    return Mark(name=name, x=x, x_low=low, x_high=high, y=y, text=meeting.text)


def _quality_at(line: LearnedLine, n_labels: float) -> float:
    """Read a line between its points, on the logarithmic axis; its ends go on level."""
    for (left, before), (right, after) in pairwise(line.points):
        if left <= n_labels <= right:
            share = math.log(n_labels / left) / math.log(right / left)
            return before + share * (after - before)
    first, last = line.points[0], line.points[-1]
    return first[1] if n_labels < first[0] else last[1]


def _ticks(plot: _Plot, figure: LearningFigure) -> Iterable[Tick]:
    """Mark the numbers of labels that were measured, and the end of the axis."""
    measured = sorted({x for line in figure.lines if not line.band for x, _ in line.points})
    shown = [*measured[-(_MOST_TICKS - 1) :], plot.last] if measured else [plot.first, plot.last]
    for value in dict.fromkeys(shown):
        anchor = "start" if value == plot.first else "end" if value == plot.last else "middle"
        x = round(_LEFT + _WIDTH * plot.across(value) / 100, 2)
        yield Tick(x=x, text=f"{value:,.0f}", anchor=anchor)


def _levels(plot: _Plot) -> Iterable[Level]:
    for tenth in range(round(10 * plot.bottom), round(10 * plot.top) + 1):
        y = TOP + PLOT_HEIGHT * plot.down(tenth / 10) / 100
        yield Level(y=round(y, 2), text=f"{10 * tenth} %")
