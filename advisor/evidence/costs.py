"""What each arm costs: per answer, per update and per month, and from which volume on it pays.

Everything is computed from what a trial measured (seconds, tokens), a dated price list and two
answers (how many requests a day, how often the knowledge changes). Only machine time and tokens
are priced; nobody's working hours are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from advisor.evidence.prices import MACHINE_HOUR, TOKENS_READ, TOKENS_WRITTEN, Price, price_of
from advisor.schema.answers import Answers
from advisor.schema.rule import RuleBase

if TYPE_CHECKING:
    from prototypes.results import ArmResult, TrialResult

DAYS_PER_MONTH: Final = 365.25 / 12
UPDATES_PER_MONTH: Final = {
    "static": 0.0,
    "never": 0.0,
    "yearly": 1 / 12,
    "monthly": 1.0,
    "weekly": DAYS_PER_MONTH / 7,
    "daily": DAYS_PER_MONTH,
    "realtime": DAYS_PER_MONTH * 24 * 60,
}
"""Levels of data_volatility and requirement_drift; "by the minute" is one update a minute."""

_VOLUME = "query_volume_per_day"
_OPEN_END = 100
"""How far a level without a bound of its own is taken to reach: a factor of this many."""

_HOURS_PER_DAY = 24
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Band:
    """A value with the range it may lie in."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in US dollars, as far as they are known.

    Attributes:
        machine_hour: An hour of the machine everything was measured on.
        tokens: A million tokens read and a million written by a language model on a server.
        charges_tokens: True if the trial was told that its language model is paid by tokens.
    """

    machine_hour: float | None
    tokens: tuple[float, float] | None = None
    charges_tokens: bool = False


@dataclass(frozen=True, slots=True)
class ArmCost:
    """What an arm costs in US dollars.

    Attributes:
        arm: The arm's name.
        answer: One answer, asked one at a time; the band is the 95 % interval of the mean.
        in_batches: One answer of a machine that is busy with batches all the time: the floor.
        update: Taking in new knowledge: indexing or training anew.
        update_seconds: How long that takes.
    """

    arm: str
    answer: Band
    in_batches: float
    update: float
    update_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """How much a project is used, from its answers; None where it was not answered."""

    answers_per_day: Band | None
    updates_per_month: float | None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Which of two arms is the cheaper one, and from when on.

    Attributes:
        thrifty: The arm that is cheaper to update.
        dear: The arm that is dearer to update.
        answers: Answers between two updates from which on the dear arm is the cheaper one;
            0 if it always is, infinite if it never is.
    """

    thrifty: str
    dear: str
    answers: Band


def rates_from(prices: Sequence[Price], trial: TrialResult) -> Rates:
    """Take prices from a list; the price of tokens given for the trial itself goes first."""
    given = trial.protocol.token_prices_usd or []
    listed = [price_of(prices, one) for one in (TOKENS_READ, TOKENS_WRITTEN)]
    known = [one for one in given or listed if one is not None]
    return Rates(
        machine_hour=price_of(prices, MACHINE_HOUR),
        tokens=(known[0], known[1]) if len(known) == len(listed) else None,
        charges_tokens=bool(given),
    )


def usage_from(answers: Answers, rule_base: RuleBase) -> Usage:
    """Read volume and update frequency out of the answers.

    The frequency is that of the knowledge; where that question does not apply, that of the
    labels or the policy.
    """
    asked = ("data_volatility", "requirement_drift")
    updates = [UPDATES_PER_MONTH.get(answers.level(one)) for one in asked]
    known = [one for one in updates if one is not None]
    return Usage(
        answers_per_day=_volume(answers, rule_base), updates_per_month=known[0] if known else None
    )


def price_arm(arm: ArmResult, rates: Rates, *, mean_ms: Band | None = None) -> ArmCost | None:
    """Price an arm; None if what it needs has no price.

    Args:
        arm: What was measured of it.
        rates: The prices.
        mean_ms: Mean time of a single query with its interval; the median stands in for it.
    """
    if rates.machine_hour is None:
        return None
    second = rates.machine_hour / _SECONDS_PER_HOUR
    update = arm.fit_seconds * second
    is_paid_by_tokens = rates.charges_tokens or arm.cost_per_1000 is None
    if arm.input_tokens is not None and is_paid_by_tokens:
        return _price_tokens(arm, rates, update=update)
    ms = mean_ms or Band(*[arm.latency_ms.p50] * 3)
    return ArmCost(
        arm=arm.name,
        answer=Band(*(second * each / 1000 for each in (ms.low, ms.value, ms.high))),
        in_batches=second / arm.throughput_per_second,
        update=update,
        update_seconds=arm.fit_seconds,
    )


def price_arms(trial: TrialResult, rates: Rates) -> dict[str, ArmCost]:
    """Price each measured arm that can be priced, by its name."""
    priced = {
        arm.name: price_arm(arm, rates, mean_ms=find_mean_ms(trial, arm)) for arm in trial.arms
    }
    return {name: cost for name, cost in priced.items() if cost is not None}


def find_mean_ms(trial: TrialResult, arm: ArmResult) -> Band | None:
    """Look up the mean time of a single query, with its interval."""
    for result in trial.experiments:
        for one in result.measured:
            if (one.quantity, one.arm) == ("mean_ms", arm.name):
                return Band(one.low, one.value, one.high)
    return None


def can_keep_up(cost: ArmCost, *, updates_per_month: float) -> bool:
    """Tell whether an update is done before the next one is due."""
    month = DAYS_PER_MONTH * _HOURS_PER_DAY * _SECONDS_PER_HOUR
    return cost.update_seconds * updates_per_month <= month


def cost_per_month(cost: ArmCost, *, answers_per_day: float, updates_per_month: float) -> Band:
    """Price a month of answers and updates."""
    answers, updates = answers_per_day * DAYS_PER_MONTH, updates_per_month * cost.update
    each = cost.answer
    return Band(*(answers * one + updates for one in (each.low, each.value, each.high)))


def find_break_even(first: ArmCost, second: ArmCost) -> BreakEven:
    """Find how many answers between two updates make up for the dearer update.

    With Δu the difference per update and Δa that per answer it is Δu / Δa. The band comes from the
    intervals of both answers' costs, taken against each other.
    """
    thrifty, dear = sorted((first, second), key=lambda cost: cost.update)
    extra = dear.update - thrifty.update
    saving = Band(
        thrifty.answer.low - dear.answer.high,
        thrifty.answer.value - dear.answer.value,
        thrifty.answer.high - dear.answer.low,
    )
    answers = Band(*(_quotient(extra, one) for one in (saving.high, saving.value, saving.low)))
    return BreakEven(thrifty=thrifty.arm, dear=dear.arm, answers=answers)


def _volume(answers: Answers, rule_base: RuleBase) -> Band | None:
    """Turn the level of the volume into a band; its value is the geometric middle."""
    criterion = next((one for one in rule_base.criteria if one.id == _VOLUME), None)
    level = answers.level(_VOLUME)
    if criterion is None or criterion.numeric is None or level not in criterion.level_ids:
        return None
    breaks = criterion.numeric.breaks
    ends = (breaks[0] / _OPEN_END, *breaks, breaks[-1] * _OPEN_END)
    position = criterion.level_ids.index(level)
    low, high = ends[position], ends[position + 1]
    return Band(low, math.sqrt(low * high), high)


def _price_tokens(arm: ArmResult, rates: Rates, *, update: float) -> ArmCost | None:
    if rates.tokens is None:
        return None
    read, written = rates.tokens
    usd = ((arm.input_tokens or 0) * read + (arm.output_tokens or 0) * written) / 1_000_000
    return ArmCost(
        arm=arm.name,
        answer=Band(usd, usd, usd),
        in_batches=usd,
        update=update,
        update_seconds=arm.fit_seconds,
    )


def _quotient(extra: float, saving: float) -> float:
    if saving <= 0:
        return math.inf
    return extra / saving
