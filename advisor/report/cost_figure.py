"""The figure of the cost model: dollars a month over requests a day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

from advisor.evidence.costs import (
    DAYS_PER_MONTH,
    ArmCost,
    Usage,
    cost_per_month,
    find_break_even,
)
from advisor.report.trial_tables import arm_name
from advisor.report.wording import dollars, roughly
from advisor.schema.exhibits import Column, Curve, LineFigure, Table

DECADES: Final = (1, 7)
"""The horizontal axis runs from 10 to 10 million requests a day."""

_LEAST, _MOST = (10.0**decade for decade in DECADES)
_STEPS = 6
"""Points per decade: the curve bends where answers begin to cost more than updates."""


def cost_figure(costs: Sequence[ArmCost], usage: Usage, *, recommended: str | None) -> LineFigure:
    """Draw what a month costs at every volume, one curve per arm; they cross where they break even.

    Args:
        costs: At least one arm.
        usage: Volume and update frequency of the project.
        recommended: Name of the arm that stands for the recommendation.
    """
    updates = usage.updates_per_month or 0.0
    volume = usage.answers_per_day
    crossing = _crossing(costs, updates, recommended)
    first, last = DECADES
    volumes = [10 ** (first + step / _STEPS) for step in range((last - first) * _STEPS + 1)]
    curves = tuple(
        Curve(
            label=arm_name(cost.arm),
            points=tuple((each, _month(cost, each, updates)) for each in volumes),
            is_recommended=cost.arm == recommended,
        )
        for cost in costs
    )
    return LineFigure(
        id="cost",
        title="Dollars a month",
        description="By requests a day, one answer at a time; both axes are logarithmic. Curves "
        "are flat where updates cost more than answers, and cross where two arms break even."
        f"{_tell_crossing(crossing)}",
        curves=curves,
        span=(volume.low, volume.high) if volume else None,
        span_text="your volume" if volume else "",
        crossing=crossing[:2] if crossing else None,
        crossing_text="break even" if crossing else "",
        table=_as_table(curves),
    )


def _crossing(
    costs: Sequence[ArmCost], updates: float, recommended: str | None
) -> tuple[float, float, str] | None:
    """Find from how many requests a day on the recommended arm and another change places.

    Returns:
        Both ends of the 95 % interval and which arms meet there; None if no interval has both
        ends on the axis.
    """
    chosen = [cost for cost in costs if cost.arm == recommended]
    for one, other in product(chosen, costs):
        if one is other or updates == 0:
            continue
        pair = find_break_even(one, other)
        low, high = (
            answers * updates / DAYS_PER_MONTH for answers in (pair.answers.low, pair.answers.high)
        )
        if low >= _LEAST and high <= _MOST:
            words = f"{arm_name(one.arm)} and {arm_name(other.arm)} break even"
            return low, high, words
    return None


def _tell_crossing(crossing: tuple[float, float, str] | None) -> str:
    """Say the marked stretch in figures, for who cannot see it."""
    if crossing is None:
        return ""
    low, high, words = crossing
    return f" {words} between {roughly(round(low))} and {roughly(round(high))} requests a day."


def _month(cost: ArmCost, volume: float, updates: float) -> float:
    return cost_per_month(cost, answers_per_day=volume, updates_per_month=updates).value


def _as_table(curves: Sequence[Curve]) -> Table:
    """Repeat the curves at whole powers of ten."""
    heads = (Column(title=curve.label, is_numeric=True) for curve in curves)
    return Table(
        caption="Dollars a month by requests a day",
        columns=(Column(title="Requests a day"), *heads),
        rows=tuple(
            (f"{volume:,.0f}", *(dollars(curve.points[number][1]) for curve in curves))
            for number, (volume, _) in enumerate(curves[0].points)
            if number % _STEPS == 0
        ),
    )
