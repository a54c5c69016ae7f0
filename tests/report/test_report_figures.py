"""The further figures: what is drawn is what was measured, and each is a table as well."""

from __future__ import annotations

import pytest

from advisor.evidence.costs import ArmCost, Band, Usage
from advisor.report.advice_figures import ledger_figure, ranks_figure
from advisor.report.cost_figure import cost_figure
from advisor.report.reliability_figure import group_by_confidence, reliability_figure
from advisor.report.trade_off import draw_spots
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from prototypes.contracts import Task
from prototypes.results import SampleResult, TrialResult


def test_ledger_begins_each_step_where_the_last_one_ended(recommendation: Recommendation) -> None:
    """+6.4, +3.1 and -2.2 add up, in steps that touch."""
    figure = ledger_figure(recommendation.ranking[0])

    assert figure is not None
    assert [(mark.low, mark.high) for mark in figure.marks[:3]] == [
        (0.0, pytest.approx(6.4)),
        (pytest.approx(6.4), pytest.approx(9.5)),
        (pytest.approx(7.3), pytest.approx(9.5)),
    ]
    assert figure.table.rows[2] == ("Every answer waits for a search", "−2.2 db", "+7.3 db")  # noqa: RUF001


def test_ranks_are_shares_of_the_draws(recommendation: Recommendation) -> None:
    """Best approach first, one part per rank."""
    figure = ranks_figure(recommendation)

    assert figure is not None
    assert [(row.label, row.shares[0]) for row in figure.rows] == [
        ("RAG", 0.79),
        ("prompting", 0.2),
    ]
    assert figure.parts == ("first", "second", "third", "fourth")


def test_arm_that_is_slower_and_no_better_is_named(report: Report) -> None:
    """The hybrid takes 33 ms for 69 %, RAG 31 ms for 71 %."""
    assert report.trial is not None
    figure = report.trial.trade_off

    assert figure is not None
    assert figure.description.endswith(
        "by the values alone: hybrid. All arms are within the budget of 500 ms."
    )


def test_numbers_of_spots_close_together_stand_apart(report: Report) -> None:
    """RAG and the hybrid lie on top of each other, the baseline far away."""
    assert report.trial is not None
    assert report.trial.trade_off is not None

    drawing = draw_spots(report.trial.trade_off)

    rag, hybrid, baseline = drawing.labels
    assert [label.number for label in drawing.labels] == [1, 2, 3]
    assert [label.is_apart for label in drawing.labels] == [True, True, False]
    assert rag.x == hybrid.x > max(rag.x_spot, hybrid.x_spot)
    assert hybrid.y - rag.y >= 14
    assert (baseline.x, baseline.y) == (baseline.x_spot, baseline.y_spot)
    assert drawing.line is not None
    assert drawing.line.text == "budget 500 ms"


def _answer(confidence: float, score: float) -> SampleResult:
    return SampleResult(
        id=f"{confidence}",
        input="text",
        targets=["a"],
        unanswerable=False,
        output="a",
        confidence=confidence,
        citations=[],
        retrieved=[],
        scores={"exact_match": score},
    )


def test_reliability_groups_answers_by_confidence() -> None:
    """Twenty unsure answers, half right, and twenty sure ones, all right."""
    answers = [_answer(0.5, n % 2) for n in range(20)] + [_answer(0.9, 1) for _ in range(20)]

    bins = group_by_confidence(answers, "exact_match")

    assert [(round(sure, 2), right, n) for sure, right, _, _, n in bins] == [
        (0.5, 0.5, 10),
        (0.5, 0.5, 10),
        (0.9, 1.0, 10),
        (0.9, 1.0, 10),
    ]
    assert bins[-1][2:4] == pytest.approx((0.722, 1.0), abs=0.001)


@pytest.mark.parametrize("task", [Task.DOCUMENT_QA, Task.CLASSIFICATION])
def test_reliability_is_drawn_of_probabilities_only(trial: TrialResult, task: Task) -> None:
    """How sure a search is of a passage is no probability of being right."""
    answered = {"rag": [_answer(n / 100, n % 2) for n in range(100)]}

    figure = reliability_figure(trial.model_copy(update={"task": task}), answered)

    assert (figure is not None) == (task is Task.CLASSIFICATION)


@pytest.mark.parametrize(("high", "crosses"), [(2e-6, True), (1e-6, False)])
def test_break_even_band_is_drawn_where_both_ends_are_known(high: float, crosses: bool) -> None:
    """The dear arm saves at least a millionth per answer, or perhaps nothing."""
    thrifty = ArmCost("rag", Band(high, 3e-6, 4e-6), in_batches=0, update=0.0)
    dear = ArmCost("fine_tune", Band(1e-6, 1e-6, 1e-6), in_batches=0, update=0.1)
    usage = Usage(answers_per_day=None, updates_per_month=1.0)

    figure = cost_figure([thrifty, dear], usage, recommended="rag")

    assert (figure.crossing is not None) == crosses
