"""Turn the curves of a line figure into the geometry of a small SVG drawing.

Horizontal places are percentages of the width, vertical ones pixels, as in `charts`. The curves
themselves lie in a box of 100 by 100 that is stretched to the plot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.report.charts import Scale, Tick
from advisor.report.wording import tiny_dollars
from advisor.schema.exhibits import Curve, LineFigure

TOP = 36
PLOT_HEIGHT = 240
FOOT = 24
LEGEND_ROW = 22
_MOST_DECADES = 6
_LEFT, _WIDTH = 2.0, 96.0


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal grid line with its label; `y` in pixels."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its points in the stretched box, and where its label stands."""

    label: str
    points: str
    y_legend: int
    style: int
    """Which colour and dashes it has, counted from 0."""
    is_recommended: bool


@dataclass(frozen=True, slots=True)
class LineDrawing:
    """A line figure with everything placed."""

    height: int
    y_top: int
    y_axis: int
    ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    lines: tuple[Line, ...]
    span: tuple[float, float] | None
    """Left edge and width of the marked stretch, in percent."""


def draw_lines(figure: LineFigure) -> LineDrawing:
    """Place the curves, the axes and the marked stretch of a line figure."""
    xs = _decades([x for curve in figure.curves for x, _ in curve.points])
    ys = _decades([y for curve in figure.curves for _, y in curve.points])
    y_axis = TOP + PLOT_HEIGHT
    return LineDrawing(
        height=y_axis + FOOT + LEGEND_ROW * len(figure.curves),
        y_top=TOP,
        y_axis=y_axis,
        ticks=tuple(_tick(xs, value) for value in xs.ticks),
        levels=tuple(_level(ys, value) for value in ys.ticks),
        lines=tuple(
            Line(
                label=curve.label,
                points=_points(curve, xs, ys),
                y_legend=y_axis + FOOT + LEGEND_ROW * number + 14,
                style=number,
                is_recommended=curve.is_recommended,
            )
            for number, curve in enumerate(figure.curves)
        ),
        span=_span(figure, xs),
    )


def _decades(values: Sequence[float]) -> Scale:
    """Choose an axis of whole powers of ten, at most six of them below the highest value."""
    last = math.ceil(math.log10(max(values)))
    usable = [value for value in values if value > 10.0 ** (last - _MOST_DECADES)]
    first = min(math.floor(math.log10(min(usable))), last - 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], ticks=ticks, is_log=True)


def _share(scale: Scale, value: float) -> float:
    """Where a value lies on its axis, from 0 to 100."""
    return (scale.place(value) - _LEFT) / _WIDTH * 100


def _points(curve: Curve, xs: Scale, ys: Scale) -> str:
    placed = ((_share(xs, x), 100 - _share(ys, y)) for x, y in curve.points)
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in placed)


def _tick(scale: Scale, value: float) -> Tick:
    x = scale.place(value)
    anchor = "start" if value == scale.low else "end" if value == scale.high else "middle"
    return Tick(x=x, text=f"{value:,.0f}", anchor=anchor)


def _level(scale: Scale, value: float) -> Level:
    return Level(y=TOP + PLOT_HEIGHT * (1 - _share(scale, value) / 100), text=tiny_dollars(value))


def _span(figure: LineFigure, xs: Scale) -> tuple[float, float] | None:
    if figure.span is None:
        return None
    low, high = (xs.place(each) for each in figure.span)
    return low, round(high - low, 2)
