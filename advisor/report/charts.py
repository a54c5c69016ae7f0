"""Turn the numbers of a figure into the geometry of a small SVG drawing.

The drawing is our own template and not matplotlib's, for the reader's sake: it is 3 kB and not 30,
its words stay text (searchable, spoken by a screen reader, never scaled down on a telephone), its
colours follow the light or dark scheme of the page, and no second is spent importing a plotting
library. For that, everything horizontal is a percentage of the width and everything vertical is
in pixels, so that the drawing stretches without its letters stretching.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.report.wording import decibans, milliseconds
from advisor.schema.report import Figure

ROW_HEIGHT = 46
TOP = 26
FOOT = 24
LEFT, RIGHT = 2.0, 98.0
_MAX_STEPS = 5
_TINY = 1e-9
_SMALLEST_MS = 0.01


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line with its label; `x` in percent of the width."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label above a bar; `x…` in percent of the width, `y…` in pixels."""

    label: str
    text: str
    y_text: int
    y: int
    x_low: float
    x_value: float
    x_high: float
    is_recommended: bool
    tone: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with everything placed; heights in pixels."""

    height: int
    y_top: int
    y_axis: int
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    line: Tick | None


def draw(figure: Figure) -> Drawing:
    """Place the marks, the axis and the reference line of a figure."""
    scale = _scale_for(figure)
    top = TOP if figure.line else 0
    y_axis = top + ROW_HEIGHT * len(figure.marks)
    return Drawing(
        height=y_axis + FOOT,
        y_top=top,
        y_axis=y_axis,
        ticks=tuple(place_tick(scale, value, _tick_text(figure, value)) for value in scale.ticks),
        bars=tuple(
            Bar(
                label=mark.label,
                text=mark.text,
                y_text=top + ROW_HEIGHT * row + 17,
                y=top + ROW_HEIGHT * row + 31,
                x_low=scale.place(mark.low),
                x_value=scale.place(mark.value),
                x_high=scale.place(mark.high),
                is_recommended=mark.is_recommended,
                tone=mark.tone or "",
            )
            for row, mark in enumerate(figure.marks)
        ),
        line=place_tick(scale, figure.line.value, figure.line.text) if figure.line else None,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, in the figure's unit."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool

    def place(self, value: float) -> float:
        """Where a value lies, in percent of the drawing's width."""
        inside = min(max(value, self.low), self.high)
        low, high, at = self.low, self.high, inside
        if self.is_log:
            low, high, at = math.log10(low), math.log10(high), math.log10(inside)
        return round(LEFT + (RIGHT - LEFT) * (at - low) / (high - low), 2)


def linear_scale(values: Sequence[float]) -> Scale:
    """Choose a round step and an axis that just holds the values.

    A step is 1, 2 or 5 times a power of ten, so shares between 0 and 1 never get an axis beyond.
    """
    low, high = min(values), max(values)
    step = _round_step((high - low) or abs(high) or 1.0)
    first, last = math.floor(low / step + _TINY), math.ceil(high / step - _TINY)
    if first == last:
        first, last = (first - 1, last) if high > 0 else (first, last + 1)
    ticks = tuple(round(number * step, 10) for number in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], ticks=ticks, is_log=False)


def log_scale(values: Sequence[float]) -> Scale:
    """Choose an axis of whole powers of ten around positive values."""
    usable = [max(value, _SMALLEST_MS) for value in values]
    first, last = math.floor(math.log10(min(usable))), math.ceil(math.log10(max(usable)))
    last = max(last, first + 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], ticks=ticks, is_log=True)


def _scale_for(figure: Figure) -> Scale:
    values = [value for mark in figure.marks for value in (mark.low, mark.value, mark.high)]
    if figure.line:
        values.append(figure.line.value)
    if figure.scale == "log":
        return log_scale(values)
    return linear_scale(values)


def _round_step(span: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that covers the span in few enough steps."""
    power = 10.0 ** math.floor(math.log10(span / _MAX_STEPS))
    fitting = (power * factor for factor in (1, 2, 5) if span <= power * factor * _MAX_STEPS)
    return next(fitting, power * 10)


def place_tick(scale: Scale, value: float, text: str) -> Tick:
    """Place a label on an axis; near an end it reads inwards."""
    x = scale.place(value)
    anchor = "start" if x < 15 else "end" if x > 85 else "middle"
    return Tick(x=x, text=text, anchor=anchor)


def _tick_text(figure: Figure, value: float) -> str:
    if figure.unit == "percent":
        return f"{100 * value:.3g} %"
    if figure.unit == "decibans":
        return decibans(value)
    return milliseconds(value) if figure.unit == "milliseconds" else f"{value:.3g}"
