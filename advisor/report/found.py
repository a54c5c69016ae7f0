"""What an experiment measured, looked up and put into cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor.report.trial_tables import NONE, metric_cells
from advisor.report.wording import MINUS, points

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, Measured

Found = Mapping[tuple[str, str], "Measured"]


def look_up(result: ExperimentResult) -> Found:
    """Lay out what was measured by system and quantity."""
    return {(one.arm, one.quantity): one for one in result.measured}


def share_cell(found: Found, arm: str, quantity: str) -> str:
    """Say a share with its interval, or that there is none."""
    from prototypes.results import Interval

    one = found.get((arm, quantity))
    if one is None:
        return NONE
    (cell,) = metric_cells([Interval(value=one.value, low=one.low, high=one.high)])
    return cell


def loss_cell(found: Found, arm: str, quantity: str) -> str:
    """Say a loss in percentage points with its interval; what was gained has a minus sign."""
    one = found.get((arm, quantity))
    if one is None:
        return NONE
    value, low, high = (_signed(each) for each in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"


def _signed(value: float) -> str:
    return f"{MINUS if round(100 * value, 1) < 0 else ''}{points(abs(value)).lstrip('+')}"
