"""The cost model agrees with what can be worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from advisor.evidence.costs import (
    DAYS_PER_MONTH,
    ArmCost,
    Band,
    Rates,
    can_keep_up,
    cost_per_month,
    find_break_even,
    price_arm,
    usage_from,
)
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from prototypes.contracts import Approach
from prototypes.results import ArmResult

Make = Callable[..., ArmResult]
A_TENTH_OF_A_CENT_PER_SECOND = Rates(machine_hour=3.6)


def _cost(arm: str, answer: Band, update: float) -> ArmCost:
    return ArmCost(arm=arm, answer=answer, in_batches=answer.low, update=update)


def test_answers_and_updates_are_priced_by_the_second(make_arm: Make) -> None:
    """At $.001 a second 12 ms are $.000012, a batched millisecond $.000001, fitting $.036."""
    cost = price_arm(make_arm(Approach.RAG), A_TENTH_OF_A_CENT_PER_SECOND, mean_ms=Band(11, 12, 13))

    assert cost is not None
    assert (cost.answer.low, cost.answer.value, cost.answer.high) == pytest.approx(
        (1.1e-5, 1.2e-5, 1.3e-5)
    )
    assert (cost.in_batches, cost.update) == pytest.approx((1e-6, 0.036))


def test_without_a_mean_the_median_stands_in(make_arm: Make) -> None:
    """Trials of an older version know the median only, which then has no interval."""
    cost = price_arm(make_arm(Approach.RAG), A_TENTH_OF_A_CENT_PER_SECOND)

    assert cost is not None
    assert cost.answer.low == cost.answer.high == pytest.approx(1e-5)


def test_a_server_is_paid_by_tokens(make_arm: Make) -> None:
    """1,000 tokens read at $2 and 100 written at $10 per million are $.003."""
    arm = make_arm(Approach.PROMPTING, input_tokens=1000, output_tokens=100, cost_per_1000=None)

    cost = price_arm(arm, Rates(machine_hour=3.6, tokens=(2.0, 10.0)))

    assert cost is not None
    assert (cost.answer.value, cost.in_batches) == pytest.approx((0.003, 0.003))


def test_what_has_no_price_is_not_priced(make_arm: Make) -> None:
    """Neither a machine without a price nor a server without one gets a guess."""
    server = make_arm(Approach.PROMPTING, input_tokens=1000, cost_per_1000=None)

    assert price_arm(server, A_TENTH_OF_A_CENT_PER_SECOND) is None
    assert price_arm(make_arm(Approach.RAG), Rates(machine_hour=None)) is None


def test_a_month_is_answers_and_updates() -> None:
    """100 a day are 3,043.75 answers a month; with two updates of $5: $13.04375."""
    month = cost_per_month(
        _cost("rag", Band(0.0005, 0.001, 0.002), 5.0), answers_per_day=100, updates_per_month=2
    )

    assert (month.low, month.value, month.high) == pytest.approx((11.521875, 13.04375, 16.0875))


def test_break_even_is_where_two_months_cost_the_same() -> None:
    """Training costs $10 more and saves $.002 an answer: 5,000 answers between two updates."""
    rag = _cost("rag", Band(0.003, 0.003, 0.003), 1.0)
    tuned = _cost("tuned", Band(0.001, 0.001, 0.001), 11.0)

    found = find_break_even(tuned, rag)

    assert (found.thrifty, found.dear) == ("rag", "tuned")
    assert found.answers == Band(*[pytest.approx(5000)] * 3)
    a_day = found.answers.value / DAYS_PER_MONTH
    months = [
        cost_per_month(each, answers_per_day=a_day, updates_per_month=1) for each in (rag, tuned)
    ]
    assert months[0].value == pytest.approx(months[1].value)


def test_break_even_band_takes_the_intervals_against_each_other() -> None:
    """The saving lies between .001 and .003, so it takes 10,000 to 3,333 answers."""
    rag = _cost("rag", Band(0.0025, 0.003, 0.0035), 0.0)
    tuned = _cost("tuned", Band(0.0005, 0.001, 0.0015), 10.0)

    answers = find_break_even(rag, tuned).answers

    assert (answers.low, answers.value, answers.high) == pytest.approx((10 / 0.003, 5000, 10_000))


def test_dearer_in_both_ways_never_pays() -> None:
    """An arm that costs more per update and per answer has no break-even."""
    cheap, dear = _cost("a", Band(1, 1, 1), 1.0), _cost("b", Band(2, 2, 2), 2.0)

    assert find_break_even(cheap, dear).answers == Band(math.inf, math.inf, math.inf)


def test_a_saving_within_the_noise_may_never_pay() -> None:
    """If the interval of the saving holds 0 the band is open upwards."""
    rag = _cost("rag", Band(0.001, 0.003, 0.005), 0.0)
    tuned = _cost("tuned", Band(0.001, 0.002, 0.003), 4.0)

    answers = find_break_even(rag, tuned).answers

    assert (answers.low, answers.value) == pytest.approx((1000, 4000))
    assert math.isinf(answers.high)


def test_a_slow_update_cannot_keep_up_by_the_minute() -> None:
    """Ninety seconds do not fit into a minute, and fit into an hour."""
    cost = ArmCost("tuned", Band(1, 1, 1), 1.0, update=1.0, update_seconds=90)
    hours = DAYS_PER_MONTH * 24

    assert not can_keep_up(cost, updates_per_month=60 * hours)
    assert can_keep_up(cost, updates_per_month=hours)


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [("under_1k", 10, 1000), ("1k_to_100k", 1000, 100_001), ("over_100k", 100_001, 10_000_100)],
)
def test_volume_is_the_range_of_its_level(level: str, low: float, high: float) -> None:
    """The band of the break-even comes from what the level leaves open."""
    usage = usage_from(Answers(answers={"query_volume_per_day": level}), load_rules())

    assert usage.answers_per_day is not None
    assert (usage.answers_per_day.low, usage.answers_per_day.high) == (low, high)
    assert usage.answers_per_day.value == pytest.approx(math.sqrt(low * high))


@pytest.mark.parametrize(
    ("answers", "updates"),
    [
        ({"data_volatility": "weekly"}, DAYS_PER_MONTH / 7),
        ({"data_volatility": "not_applicable", "requirement_drift": "monthly"}, 1.0),
        ({"data_volatility": "static", "requirement_drift": "monthly"}, 0.0),
        ({}, None),
    ],
)
def test_updates_follow_the_knowledge_then_the_task(
    answers: dict[str, str], updates: float | None
) -> None:
    """Where no knowledge can change, the labels and the policy still can."""
    assert usage_from(Answers(answers=answers), load_rules()).updates_per_month == updates
