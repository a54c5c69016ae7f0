"""Numbers become geometry."""

from __future__ import annotations

import pytest

from advisor.report.charts import draw, linear_scale, log_scale
from advisor.schema.report import Report


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.31, 0.92], (0.2, 0.4, 0.6, 0.8, 1.0)),
        ([0.0, 1.0], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([0.5, 0.5], (0.4, 0.5)),
        ([1.0, 1.0], (0.8, 1.0)),
        ([0.0, 0.0], (0.0, 0.2)),
    ],
)
def test_axis_of_shares_has_round_ticks_within_0_and_1(
    values: list[float], ticks: tuple[float, ...]
) -> None:
    """No axis shows an accuracy above 100 %, not even for a single value."""
    assert ticks == linear_scale(values).ticks


def test_log_axis_ends_on_powers_of_ten() -> None:
    """Latencies are spread over their orders of magnitude; a zero does not break the axis."""
    assert log_scale([0.0, 5.0, 400.0]).ticks == (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
    assert log_scale([10.0, 10.0]).ticks == (10.0, 100.0)


def test_equal_steps_on_a_log_axis_are_equal_ratios() -> None:
    """1, 10 and 100 are equally far apart."""
    scale = log_scale([1.0, 100.0])

    assert scale.place(10.0) - scale.place(1.0) == pytest.approx(
        scale.place(100.0) - scale.place(10.0)
    )


def test_marks_keep_their_order_and_interval(report: Report) -> None:
    """Low, value and high lie from left to right, one row below the other."""
    assert report.trial is not None

    bars = draw(report.trial.figures[0]).bars

    assert [bar.label for bar in bars] == ["rag", "hybrid", "baseline"]
    assert all(bar.x_low < bar.x_value < bar.x_high for bar in bars)
    assert bars[0].y < bars[1].y < bars[2].y


def test_budget_is_drawn_on_the_latency_axis(report: Report) -> None:
    """500 ms lies right of a p95 of 33 ms, and the axis reaches it."""
    assert report.trial is not None

    drawing = draw(report.trial.figures[1])

    assert drawing.line is not None
    assert drawing.line.text == "budget 500 ms"
    assert max(bar.x_high for bar in drawing.bars) < drawing.line.x <= 98.0
