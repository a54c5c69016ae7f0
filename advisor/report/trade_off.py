"""Quality against latency: which arm is worth its time, and which one breaks the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.report.charts import Tick, linear_scale, log_scale, place_tick
from advisor.report.figures import tell_budget
from advisor.report.trial_tables import AT_95, arm_name, metric_cells, metric_name
from advisor.report.wording import is_share, milliseconds
from advisor.schema.exhibits import Column, Spot, SpotFigure, Table

if TYPE_CHECKING:
    from prototypes.results import ArmResult

TOP, PLOT_HEIGHT, FOOT = 24, 240, 24
_INWARDS_FROM = 85.0
_NEAR_X, _NEAR_Y = 5.0, 16.0
"""Spots closer than this, in percent across and pixels down, have their numbers beside them all."""
_APART, _NUMBER_HEIGHT = 4.0, 14.0
"""How far these stand to the side, in percent, and above each other, in pixels."""


def trade_off_figure(
    arms: Sequence[ArmResult], metric: str, *, recommended: str | None, budget_ms: float | None
) -> SpotFigure | None:
    """Place arms by the p95 of their latency and by quality; None for fewer than two arms."""
    values = [arm.metrics[metric] for arm in arms]
    if len(arms) < 2 or not is_share(values):
        return None
    cells = metric_cells(values)
    spots = tuple(
        Spot(
            label=arm_name(arm.name),
            x=arm.latency_ms.p95,
            low=value.low,
            y=value.value,
            high=value.high,
            text=f"{cell}, {milliseconds(arm.latency_ms.p95)}",
            is_recommended=arm.name == recommended,
        )
        for arm, value, cell in zip(arms, values, cells, strict=True)
    )
    rows = ((s.label, c, milliseconds(s.x)) for s, c in zip(spots, cells, strict=True))
    name = metric_name(metric)
    beaten = [spot.label for spot in spots if _is_beaten(spot, spots)]
    return SpotFigure(
        id="trade-off",
        title=f"{name} against latency",
        description="Higher is better, further left is faster (95th percentile, logarithmic); "
        f"whiskers are 95 % intervals. {_say_beaten(beaten)} {tell_budget(arms, budget_ms)}",
        spots=spots,
        budget_ms=budget_ms,
        budget_text=f"budget {milliseconds(budget_ms)}" if budget_ms else "",
        table=Table(
            caption=f"{name} and latency",
            columns=(
                Column(title="Arm"),
                Column(title=f"{name} {AT_95}", is_numeric=True),
                Column(title="Latency, p95", is_numeric=True),
            ),
            rows=tuple(rows),
        ),
    )


def _is_beaten(spot: Spot, spots: Sequence[Spot]) -> bool:
    return any(one.y >= spot.y and one.x < spot.x for one in spots if one is not spot)


def _say_beaten(beaten: Sequence[str]) -> str:
    if not beaten:
        return "No arm is both slower and no better than another."
    return f"Slower and no better than another arm, by the values alone: {', '.join(beaten)}."


@dataclass(frozen=True, slots=True)
class PlacedSpot:
    """A spot in the drawing: across in percent, down in pixels."""

    number: int
    label: str
    text: str
    x: float
    y: float
    y_low: float
    y_high: float
    is_recommended: bool


@dataclass(frozen=True, slots=True)
class Label:
    """The number of a spot: beside it, or at the end of a line where spots lie close together."""

    number: int
    x: float
    y: float
    x_spot: float
    y_spot: float
    is_inwards: bool
    """True if it stands to the left, because the right edge is near."""
    is_apart: bool


@dataclass(frozen=True, slots=True)
class SpotDrawing:
    """A figure of spots with everything placed."""

    height: int
    y_top: int
    y_axis: int
    ticks: tuple[Tick, ...]
    levels: tuple[tuple[float, str], ...]
    spots: tuple[PlacedSpot, ...]
    labels: tuple[Label, ...]
    line: Tick | None


def draw_spots(figure: SpotFigure) -> SpotDrawing:
    """Place the spots, their axes and the budget."""
    budget = [figure.budget_ms] if figure.budget_ms else []
    xs = log_scale([spot.x for spot in figure.spots] + budget)
    ys = linear_scale([end for spot in figure.spots for end in (spot.low, spot.high)])
    y_axis = TOP + PLOT_HEIGHT

    def down(value: float) -> float:
        return round(y_axis - PLOT_HEIGHT * (value - ys.low) / (ys.high - ys.low), 1)

    placed = [(spot, xs.place(spot.x), down(spot.y)) for spot in figure.spots]
    return SpotDrawing(
        height=y_axis + FOOT,
        y_top=TOP,
        y_axis=y_axis,
        ticks=tuple(place_tick(xs, value, milliseconds(value)) for value in xs.ticks),
        levels=tuple((down(value), f"{100 * value:.3g} %") for value in ys.ticks),
        spots=tuple(
            PlacedSpot(
                number=number,
                label=spot.label,
                text=spot.text,
                x=x,
                y=y,
                y_low=down(spot.low),
                y_high=down(spot.high),
                is_recommended=spot.is_recommended,
            )
            for number, (spot, x, y) in enumerate(placed, 1)
        ),
        labels=tuple(_labels([(x, y) for _, x, y in placed])),
        line=place_tick(xs, budget[0], figure.budget_text) if budget else None,
    )


def _labels(places: Sequence[tuple[float, float]]) -> Iterator[Label]:
    """Number the spots; the numbers of those close together are stacked beside all of them."""
    for group in _group(places):
        is_inwards = max(places[one][0] for one in group) > _INWARDS_FROM
        is_apart = len(group) > 1
        edge = (min if is_inwards else max)(places[one][0] for one in group)
        x = edge + (-_APART if is_inwards else _APART) * is_apart
        group.sort(key=lambda one: places[one][1])
        heights = _spread([places[one][1] for one in group])
        for one, y in zip(group, heights, strict=True):
            yield Label(
                number=one + 1,
                x=round(x, 2),
                y=y,
                x_spot=places[one][0],
                y_spot=places[one][1],
                is_inwards=is_inwards,
                is_apart=is_apart,
            )


def _group(places: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Put spots together that lie close to each other, directly or by way of others."""
    groups: list[list[int]] = []
    for number, (x, y) in enumerate(places):
        near = [
            group
            for group in groups
            if any(
                abs(places[one][0] - x) < _NEAR_X and abs(places[one][1] - y) < _NEAR_Y
                for one in group
            )
        ]
        groups = [group for group in groups if group not in near]
        groups.append([*(one for group in near for one in group), number])
    return groups


def _spread(heights: Sequence[float]) -> list[float]:
    """Move rising heights apart so that a number fits between any two, around their middle."""
    apart: list[float] = []
    for y in heights:
        apart.append(max(y, apart[-1] + _NUMBER_HEIGHT) if apart else y)
    too_low = (sum(apart) - sum(heights)) / len(apart)
    return [round(y - too_low, 1) for y in apart]
