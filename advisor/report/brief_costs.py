"""What the decision costs, in the words of the page for a manager."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.evidence.costs import price_arms, rates_from, usage_from
from advisor.evidence.prices import MACHINE_HOUR, price_of
from advisor.evidence.winner import winning_arm
from advisor.report.cost_section import (
    describe_month,
    describe_volume,
    waiting_machine,
)
from advisor.report.measurement import Case
from advisor.report.trial_tables import arm_name
from advisor.report.wording import milliseconds, plain_text, seconds, tiny_dollars

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from prototypes.results import ArmResult, TrialResult

MAX_EFFORTS = 2


def state_costs(case: Case, trial: TrialResult | None, *, prices: Sequence[Price]) -> Iterator[str]:
    """Say what the arm to keep takes in time and money, and what the approach asks for."""
    chosen = winning_arm(trial) if trial else None
    if trial is not None and chosen is not None:
        arm = next(one for one in trial.arms if one.name == chosen)
        yield _time(arm)
        yield from _money(case, trial, arm, prices=prices)
    else:
        yield "Not measured yet: `advisor prototype` measures time and prices it."
    for one in case.rule_base.approaches:
        if one.id == case.recommendation.leading:
            yield from (plain_text(cost) for cost in one.costs[:MAX_EFFORTS])
    yield "Working hours are not counted."


def _time(arm: ArmResult) -> str:
    return (
        f"Building {arm_name(arm.name)} took {seconds(arm.fit_seconds)} here; 95 of 100 answers "
        f"come within {milliseconds(arm.latency_ms.p95)}."
    )


def _money(
    case: Case, trial: TrialResult, arm: ArmResult, *, prices: Sequence[Price]
) -> Iterator[str]:
    cost = price_arms(trial, rates_from(prices, trial)).get(arm.name)
    if cost is None:
        yield "There is no price to multiply that with."
        return
    usage = usage_from(case.answers, case.rule_base)
    if usage.answers_per_day is None:
        yield f"1,000 answers use {tiny_dollars(1000 * cost.answer.value)} of machine time."
    else:
        month = describe_month(cost, usage)
        yield f"At {describe_volume(usage)}: {month} of machine time a month."
    hour = price_of(prices, MACHINE_HOUR)
    if hour is not None:
        yield f"A machine of your own that runs around the clock: {waiting_machine(hour)} a month."
