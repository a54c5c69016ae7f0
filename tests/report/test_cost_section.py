"""What the arms cost, in words, tables and one drawing."""

from __future__ import annotations

from advisor.report.builder import build_report
from advisor.report.line_charts import draw_lines
from advisor.report.terminal import render_plain_text
from advisor.schema.answers import Answers
from advisor.schema.exhibits import CostSection
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase
from prototypes.results import TrialResult


def _costs(report: Report) -> CostSection:
    assert report.trial is not None
    assert report.trial.costs is not None
    return report.trial.costs


def test_price_is_shown_with_source_and_date(report: Report) -> None:
    """No price without somebody who says so and since when."""
    (price,) = _costs(report).prices

    assert price.value == (
        "$0.1. A small cloud machine, per hour. A price list, https://prices.example/machines, "
        "2026-06-17"
    )


def test_thousand_answers_are_the_mean_time_at_the_price_of_the_machine(report: Report) -> None:
    """23 s at $.1 an hour are $.00064, 22.8 to 23.2 s the interval."""
    rows = {row[0]: row for row in _costs(report).tables[0].rows}

    assert rows["rag"][2] == "$0.00064 (0.00063 to 0.00064)"


def test_without_a_price_there_is_no_section(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """Nothing is guessed."""
    report = build_report(rule_base, answers, recommendation, trial=trial)

    assert report.trial is not None
    assert report.trial.costs is None


def test_curves_rise_from_left_to_right(report: Report) -> None:
    """More requests never cost less; in the drawing a smaller y is higher up."""
    figure = _costs(report).figure
    assert figure is not None

    for line in draw_lines(figure).lines:
        points = [tuple(map(float, point.split(","))) for point in line.points.split()]
        assert [x for x, _ in points] == sorted(x for x, _ in points)
        assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
        assert (points[0][0], points[-1][0]) == (0, 100)


def test_span_of_the_project_is_marked(report: Report) -> None:
    """From 1,000 to 100,000 requests a day is the third and fourth of six decades."""
    figure = _costs(report).figure
    assert figure is not None

    drawing = draw_lines(figure.model_copy(update={"span": (1_000.0, 100_000.0)}))

    assert drawing.span == (34.0, 32.0)


def test_terminal_tells_costs_and_checks(report: Report) -> None:
    """Everything measured is in every rendering."""
    text = render_plain_text(report)

    assert "What it costs" in text
    assert "What your data says about the rules used" in text
