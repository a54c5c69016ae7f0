"""Turn the curves of a line figure into the geometry of a small SVG drawing.

Horizontal places are percentages of the width, vertical ones pixels, as in `charts`. The curves
themselves lie in a box of 100 by 100 that is stretched to the plot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from advisor.report.charts import Scale, Tick, linear_scale
from advisor.report.wording import tiny_dollars
from advisor.schema.exhibits import Curve, LineFigure

TOP = 36
PLOT_HEIGHT = 240
FOOT = 24
_MOST_DECADES = 9
_LEFT, _WIDTH = 2.0, 96.0


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal grid line with its label; `y` in pixels."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its points in the stretched box, and what it is called below the drawing."""

    label: str
    points: str
    band: str
    """The outline of its interval; empty if it has none."""
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
    """Left edge and width of the project's stretch, in percent."""
    crossing: tuple[float, float] | None
    """The same of the stretch in which two curves cross."""


def draw_lines(figure: LineFigure) -> LineDrawing:
    """Place the curves, the axes and the marked stretch of a line figure."""
    xs = _across(figure)
    ys = _axis(figure.y_unit, [y for curve in figure.curves for y in _heights(curve)])
    y_axis = TOP + PLOT_HEIGHT
    return LineDrawing(
        height=y_axis + FOOT,
        y_top=TOP,
        y_axis=y_axis,
        ticks=tuple(_tick(figure, xs, value) for value in xs.ticks),
        levels=tuple(_level(figure, ys, value) for value in ys.ticks),
        lines=tuple(
            Line(
                label=curve.label,
                points=_points(curve.points, xs, ys),
                band=_points(_outline(curve), xs, ys),
                style=number,
                is_recommended=curve.is_recommended,
            )
            for number, curve in enumerate(figure.curves)
        ),
        span=_stretch(figure.span, xs),
        crossing=_stretch(figure.crossing, xs),
    )


def _heights(curve: Curve) -> Iterator[float]:
    yield from (y for _, y in curve.points)
    for _, low, high in curve.band:
        yield from (low, high)


def _across(figure: LineFigure) -> Scale:
    """Choose the horizontal axis: named steps stand at equal distances."""
    if figure.x_unit == "step":
        ticks = tuple(float(step) for step in range(len(figure.steps)))
        return Scale(low=0.0, high=ticks[-1], ticks=ticks, is_log=False)
    return _axis(figure.x_unit, [x for curve in figure.curves for x, _ in curve.points])


def _axis(unit: str, values: Sequence[float]) -> Scale:
    """Choose the axis that suits a unit."""
    return linear_scale(values) if unit == "percent" else _decades(values)


def _decades(values: Sequence[float]) -> Scale:
    """Choose an axis of whole powers of ten, at most nine of them below the highest value."""
    last = math.ceil(math.log10(max(values)))
    usable = [value for value in values if value > 10.0 ** (last - _MOST_DECADES)]
    first = min(math.floor(math.log10(min(usable))), last - 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], ticks=ticks, is_log=True)


def _share(scale: Scale, value: float) -> float:
    """Where a value lies on its axis, from 0 to 100."""
    return (scale.place(value) - _LEFT) / _WIDTH * 100


def _points(points: Iterable[tuple[float, float]], xs: Scale, ys: Scale) -> str:
    placed = ((_share(xs, x), 100 - _share(ys, y)) for x, y in points)
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in placed)


def _outline(curve: Curve) -> list[tuple[float, float]]:
    """Walk along the upper ends of an interval and back along the lower ones."""
    upper = [(x, high) for x, _, high in curve.band]
    return upper + [(x, low) for x, low, _ in reversed(curve.band)]


def _tick(figure: LineFigure, scale: Scale, value: float) -> Tick:
    anchor = "start" if value == scale.low else "end" if value == scale.high else "middle"
    return Tick(x=scale.place(value), text=_name(figure, value), anchor=anchor)


def _name(figure: LineFigure, value: float) -> str:
    """Say a value on the horizontal axis."""
    if figure.x_unit == "step":
        return figure.steps[round(value)]
    return f"{value:,.0f}" if figure.x_unit == "count" else _percent(value)


def _level(figure: LineFigure, scale: Scale, value: float) -> Level:
    y = TOP + PLOT_HEIGHT * (1 - _share(scale, value) / 100)
    return Level(y=y, text=tiny_dollars(value) if figure.y_unit == "dollars" else _percent(value))


def _percent(value: float) -> str:
    return f"{100 * value:.3g} %"


def _stretch(ends: tuple[float, float] | None, xs: Scale) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = (xs.place(each) for each in ends)
    return low, round(high - low, 2)
