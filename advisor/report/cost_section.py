"""What the arms cost, as a section of the report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.evidence.costs import (
    DAYS_PER_MONTH,
    UPDATES_PER_MONTH,
    ArmCost,
    Band,
    BreakEven,
    Usage,
    can_keep_up,
    cost_per_month,
    find_break_even,
    find_mean_ms,
    price_arms,
    rates_from,
    usage_from,
)
from advisor.evidence.prices import MACHINE_HOUR, Price, price_of
from advisor.evidence.winner import approach_arms
from advisor.report.cost_figure import cost_figure
from advisor.report.trial_tables import arm_name
from advisor.report.wording import plain_text, tiny_dollars
from advisor.schema.answers import Answers
from advisor.schema.exhibits import Column, CostSection, Fact, Table
from advisor.schema.rule import RuleBase

if TYPE_CHECKING:
    from prototypes.results import TrialResult

VOLUMES = (100, 1_000, 10_000, 100_000, 1_000_000)
"""Requests a day that the table shows."""

_UPDATES = {
    "static": "no updates",
    "yearly": "one update a year",
    "monthly": "one update a month",
    "weekly": "one update a week",
    "daily": "one update a day",
    "realtime": "one update a minute",
}
_HOURS_PER_MONTH = 24 * DAYS_PER_MONTH
_MANY = 1e9
_SMALLEST = 1e-6
_TOO_SLOW = "cannot keep up"


def build_cost_section(
    trial: TrialResult, answers: Answers, rule_base: RuleBase, *, prices: Sequence[Price]
) -> CostSection | None:
    """Price every arm; None if there is no price for any.

    Args:
        trial: What was measured.
        answers: Where volume and update frequency come from.
        rule_base: Which ranges the levels of the volume stand for.
        prices: The dated price list.
    """
    costs = price_arms(trial, rates_from(prices, trial))
    if not costs:
        return None
    rivals = [costs[arm.name] for arm in approach_arms(trial) if arm.name in costs]
    usage = usage_from(answers, rule_base)
    tables = (
        _per_arm(list(costs.values()), usage),
        _by_volume(rivals, usage),
        _by_updates(rivals, usage),
        _break_even(rivals, usage),
    )
    recommended = trial.verdict.arm if trial.verdict else None
    return CostSection(
        remarks=tuple(_remarks(prices, trial)),
        tables=tuple(table for table in tables if table.rows),
        figure=cost_figure(rivals, usage, recommended=recommended) if rivals else None,
        prices=tuple(_prices(prices, trial)),
    )


def describe_month(cost: ArmCost, usage: Usage) -> str:
    """Say what an arm costs in a month of the project's volume, which must be known."""
    volume = usage.answers_per_day
    return _month(cost, volume, usage.updates_per_month or 0.0) if volume else "not known"


def describe_volume(usage: Usage) -> str:
    """Say how much a project is used; empty if its volume is not known."""
    volume = usage.answers_per_day
    return f"{_days(volume)}, {_updates(usage)}" if volume else ""


def waiting_machine(hour: float) -> str:
    """Say what a machine costs in a month around the clock at a price per hour."""
    return tiny_dollars(hour * _HOURS_PER_MONTH)


def _per_arm(costs: Sequence[ArmCost], usage: Usage) -> Table:
    volume, updates = usage.answers_per_day, usage.updates_per_month or 0.0
    month = ("A month",) if volume else ()
    months = f"; a month of {_days(volume)}, {_updates(usage)}" if volume else ""
    return Table(
        caption=f"What answers and updates cost, with the 95 % interval of one query{months}",
        columns=_columns("Arm", "1,000 in batches", "1,000 one at a time", "One update", *month),
        rows=tuple(
            (
                arm_name(cost.arm),
                tiny_dollars(1000 * cost.in_batches),
                _band(cost.answer, times=1000),
                tiny_dollars(cost.update),
                *((_month(cost, volume, updates),) if volume else ()),
            )
            for cost in costs
        ),
    )


def _by_volume(rivals: Sequence[ArmCost], usage: Usage) -> Table:
    updates = usage.updates_per_month or 0.0
    return Table(
        caption=f"Dollars a month by volume, one answer at a time, {_updates(usage)}",
        columns=_columns("Requests a day", *(arm_name(cost.arm) for cost in rivals)),
        rows=tuple(
            (f"{volume:,}", *(_at(cost, volume, updates) for cost in rivals))
            for volume in VOLUMES
            if rivals
        ),
    )


def _by_updates(rivals: Sequence[ArmCost], usage: Usage) -> Table:
    volume = usage.answers_per_day.value if usage.answers_per_day else 1_000.0
    return Table(
        caption=f"Dollars a month by updates, at {volume:,.0f} requests a day",
        columns=_columns("Updates", *(arm_name(cost.arm) for cost in rivals)),
        rows=tuple(
            (words, *(_at(cost, volume, UPDATES_PER_MONTH[level]) for cost in rivals))
            for level, words in _UPDATES.items()
            if rivals
        ),
    )


def _break_even(rivals: Sequence[ArmCost], usage: Usage) -> Table:
    pairs = [
        find_break_even(first, second)
        for position, first in enumerate(rivals)
        for second in rivals[position + 1 :]
    ]
    return Table(
        caption="From how many answers on the dearer update pays; 95 % interval",
        columns=tuple(
            Column(title=title)
            for title in ("Dearer to update", "Answers between two updates", "At your volume")
        ),
        rows=tuple(
            (
                f"{arm_name(pair.dear)} against {arm_name(pair.thrifty)}",
                _when(pair),
                _at_your_volume(pair, usage),
            )
            for pair in pairs
        ),
    )


def _when(pair: BreakEven) -> str:
    low, value, high = pair.answers.low, pair.answers.value, pair.answers.high
    if math.isinf(low):
        return "never: each answer costs no less"
    if math.isinf(value):
        return f"not shown to pay; not before {_count(low)}"
    return f"{_count(value)} ({_count(low)} to {_count(high)})"


def _at_your_volume(pair: BreakEven, usage: Usage) -> str:
    """Say which arm is cheaper over the whole range of the user's volume, if one is."""
    volume, updates = usage.answers_per_day, usage.updates_per_month
    if math.isinf(pair.answers.low):
        return f"{arm_name(pair.thrifty)} is cheaper"
    if volume is None or updates is None:
        return "volume or updates not answered"
    if updates == 0:
        return f"{arm_name(pair.dear)} pays once that many are answered"
    between = Band(*(each * DAYS_PER_MONTH / updates for each in _ends(volume)))
    if between.low >= pair.answers.high:
        return f"{arm_name(pair.dear)} is cheaper"
    if between.high <= pair.answers.low:
        return f"{arm_name(pair.thrifty)} is cheaper"
    if math.isinf(pair.answers.value):
        return "cannot tell"
    days = DAYS_PER_MONTH / updates
    low, value, high = (_count(each / days) for each in _ends(pair.answers))
    return f"turns at {value} ({low} to {high}) requests a day"


def _remarks(prices: Sequence[Price], trial: TrialResult) -> Iterator[str]:
    yield (
        "Priced are the seconds that the machine works and the tokens that a server charges; "
        "working hours, storage and traffic are not."
    )
    hour = price_of(prices, MACHINE_HOUR)
    if hour is not None:
        yield (
            "A machine that waits for requests around the clock costs "
            f"{waiting_machine(hour)} a month, "
            "whatever it answers, so the figures hold where the machine is shared or paid by the "
            "second."
        )
    if any(find_mean_ms(trial, arm) is None for arm in trial.arms):
        yield "Single query times were not kept, so medians stand in for means without interval."


def _prices(prices: Sequence[Price], trial: TrialResult) -> Iterator[Fact]:
    for price in prices:
        source = f"{plain_text(price.source)}, {plain_text(price.where)}"
        value = f"${price.usd:g}. {plain_text(price.what)}. {source}, {price.date.isoformat()}"
        yield Fact(name=plain_text(price.id.replace("_", " ").capitalize(), limit=60), value=value)
    given = trial.protocol.token_prices_usd
    if given:
        each = " and ".join(f"${one:g}" for one in given)
        value = f"{each} per million read and written, as given for this trial"
        yield Fact(name="Tokens", value=value)


def _month(cost: ArmCost, volume: Band, updates: float) -> str:
    if not can_keep_up(cost, updates_per_month=updates):
        return _TOO_SLOW
    low, high = (
        cost_per_month(cost, answers_per_day=each, updates_per_month=updates)
        for each in (volume.low, volume.high)
    )
    return f"{tiny_dollars(low.low)} to {tiny_dollars(high.high).removeprefix('$')}"


def _at(cost: ArmCost, volume: float, updates: float) -> str:
    if not can_keep_up(cost, updates_per_month=updates):
        return _TOO_SLOW
    month = cost_per_month(cost, answers_per_day=volume, updates_per_month=updates)
    return tiny_dollars(month.value)


def _band(band: Band, *, times: float) -> str:
    if band.low == band.high or times * band.low < _SMALLEST:
        return tiny_dollars(times * band.value)
    low, value, high = (tiny_dollars(times * each) for each in _ends(band))
    return f"{value} ({low.removeprefix('$')} to {high.removeprefix('$')})"


def _ends(band: Band) -> tuple[float, float, float]:
    return band.low, band.value, band.high


def _days(volume: Band) -> str:
    return f"{_count(volume.low)} to {_count(volume.high)} requests a day"


def _updates(usage: Usage) -> str:
    if usage.updates_per_month is None:
        return "updates left out (not answered)"
    levels = (level for level in _UPDATES if UPDATES_PER_MONTH[level] == usage.updates_per_month)
    return _UPDATES[next(levels, "static")]


def _count(number: float) -> str:
    """Say a number of answers in two digits; beyond a thousand million it is never."""
    if number > _MANY:
        return "never"
    if number < 1:
        return f"{number:.1g}"
    step = max(1, 10 ** (math.floor(math.log10(number)) - 1))
    return f"{round(number / step) * step:,}"


def _columns(first: str, *others: str) -> tuple[Column, ...]:
    return (Column(title=first), *(Column(title=title, is_numeric=True) for title in others))
