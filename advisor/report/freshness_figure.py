"""The course of freshness as a figure: right before a change, after it, and once updated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from advisor.report.found import look_up, share_cell
from advisor.schema.exhibits import Column, Curve, LineFigure, Table

if TYPE_CHECKING:
    from advisor.report.found import Found
    from prototypes.results import ExperimentResult

TIMES = {"before": "before", "not_updated": "not updated", "updated": "updated"}
"""The three times, and what they are called on the axis."""

_QUANTITY = "right_on_changed_{}"


def draw_freshness(
    result: ExperimentResult, systems: Mapping[str, str], *, recommended: str | None
) -> LineFigure | None:
    """Draw what is right of the answers that changed, one line per system.

    Args:
        result: Of the freshness experiment.
        systems: What each system is called.
        recommended: The arm that stands for the recommendation.

    Returns:
        None where no system was followed from one time to another.
    """
    found = look_up(result)
    times = [
        time for time in TIMES if all((arm, _QUANTITY.format(time)) in found for arm in systems)
    ]
    if len(times) < 2 or not systems:
        return None
    return LineFigure(
        id="freshness-course",
        title="Right on what has changed, over time",
        description="Before the change, after it without an update, and once updated, with 95 % "
        "intervals: the same test questions, those whose answer has changed.",
        x_unit="step",
        y_unit="percent",
        steps=tuple(TIMES[time] for time in times),
        curves=tuple(
            _curve(found, arm, times, label=name, is_recommended=arm == recommended)
            for arm, name in systems.items()
        ),
        table=_as_table(found, systems, times),
    )


def _curve(
    found: Found, arm: str, times: Sequence[str], *, label: str, is_recommended: bool
) -> Curve:
    shares = [found[arm, _QUANTITY.format(time)] for time in times]
    return Curve(
        label=label,
        points=tuple((float(step), one.value) for step, one in enumerate(shares)),
        band=tuple((float(step), one.low, one.high) for step, one in enumerate(shares)),
        is_recommended=is_recommended,
    )


def _as_table(found: Found, systems: Mapping[str, str], times: Sequence[str]) -> Table:
    return Table(
        caption="Right on what has changed, over time",
        columns=(
            Column(title="Time"),
            *(Column(title=name, is_numeric=True) for name in systems.values()),
        ),
        rows=tuple(
            (TIMES[time], *(share_cell(found, arm, _QUANTITY.format(time)) for arm in systems))
            for time in times
        ),
    )
