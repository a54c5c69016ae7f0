"""Learning curves become lines, a band and marks inside the plot."""

from __future__ import annotations

import pytest

from advisor.report.band_charts import draw_bands
from advisor.report.curve_figure import draw_curve_figure
from prototypes.results import CurvePoint, ExperimentResult, Measured, TrialResult

SIZES = (100, 200, 400)


def _point(sampling: str, n: int, value: float, *, arm: str = "fine_tune_head") -> CurvePoint:
    return CurvePoint(
        sampling=sampling,
        arm=arm,
        n_labels=n,
        n_seeds=3,
        value=value,
        low=value - 0.05,
        high=value + 0.05,
    )


def _result(**changes: object) -> ExperimentResult:
    points = [
        *(_point("random", n, 0.55 + n / 2000) for n in SIZES),
        *(_point("random", n, 0.5 + n / 2000, arm="rag") for n in SIZES),
        *(_point("law", n, 0.55 + n / 4000) for n in (100, 400, 1600)),
    ]
    found = {"experiment": "learning_curve", "curve": points, **changes}
    return ExperimentResult.model_validate(found)


def test_law_comes_with_its_band_and_measured_curves_without(trial: TrialResult) -> None:
    """Three lines, of which the law has an area from its lower to its upper ends."""
    figure = draw_curve_figure(trial, _result())

    assert figure is not None
    drawing = draw_bands(figure)
    assert [bool(line.band) for line in drawing.lines] == [True, False, False]
    assert drawing.lines[0].band.count(",") == 6
    assert drawing.lines[1].points.startswith("0.00,")


def test_law_stands_in_a_table_too(trial: TrialResult) -> None:
    """Each of its points with the ends of its band; none where no law was fitted."""
    figure = draw_curve_figure(trial, _result())
    measured = [_point("random", n, 0.5) for n in SIZES]
    without = draw_curve_figure(trial, _result(curve=measured))

    assert figure is not None and without is not None
    assert figure.table.rows[0] == ("100", "58 % (52–63)")
    assert [row[0] for row in figure.table.rows] == ["100", "400", "1,600"]
    assert without.table.rows == ()


def test_axis_names_the_sizes_measured_and_ends_where_the_law_does(trial: TrialResult) -> None:
    """Quality runs in whole tenths around what was found."""
    figure = draw_curve_figure(trial, _result())

    assert figure is not None
    drawing = draw_bands(figure)
    assert [tick.text for tick in drawing.ticks] == ["100", "200", "400", "1,600"]
    assert next(level.text for level in drawing.levels) == "50 %"
    assert len({level.y for level in drawing.levels}) == len(drawing.levels)


def test_crossing_is_marked_with_its_band(trial: TrialResult) -> None:
    """A band that leaves the plot ends at its edge."""
    needed = Measured(quantity="labels_to_beat", arm="rag", value=400, low=200, high=9e4, n=400)
    figure = draw_curve_figure(trial, _result(measured=[needed]))

    assert figure is not None
    (mark,) = draw_bands(figure).marks
    assert 2.0 < mark.x_low < mark.x < mark.x_high == 98.0
    assert mark.text == "overtakes rag with as many labels from 400 on (200 to more than 90,000)"


def test_crossing_lies_on_the_fitted_law(trial: TrialResult) -> None:
    """With 400 labels the law says 65 %."""
    needed = Measured(quantity="labels_to_match", arm="rag", value=400, low=200, high=900, n=400)
    figure = draw_curve_figure(trial, _result(measured=[needed]))

    assert figure is not None
    drawing = draw_bands(figure)
    (mark,) = drawing.marks
    heights = {level.text: level.y for level in drawing.levels}
    assert mark.name == "A"
    assert mark.y == pytest.approx((heights["60 %"] + heights["70 %"]) / 2)


def test_without_points_there_is_no_figure(trial: TrialResult) -> None:
    """A curve that could not be drawn says so in words alone."""
    assert draw_curve_figure(trial, _result(curve=[], untested="there are no labels")) is None
