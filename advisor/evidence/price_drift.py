"""What prices that have changed since mean for a decision: which arm is the cheapest one now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.evidence.costs import Rates, Usage, cost_per_month, price_arms, rates_from
from advisor.evidence.prices import TOKENS_READ, TOKENS_WRITTEN, Price, price_of
from advisor.schema.decision import ValueDrift

if TYPE_CHECKING:
    from prototypes.results import TrialResult

_BASELINE = "baseline"
_TOKENS = ("a million tokens read, US dollars", "a million tokens written, US dollars")


def rates_then(trial: TrialResult, prices: Sequence[Price]) -> Rates:
    """Take the prices that a trial was made with."""
    hour = trial.protocol.machine_hour_usd
    rates = rates_from(prices, trial)
    return rates if hour is None else replace(rates, machine_hour=hour)


def rates_now(trial: TrialResult, prices: Sequence[Price]) -> Rates:
    """Take today's prices; those of tokens stay as they were where the list has none."""
    read, written = (price_of(prices, one) for one in (TOKENS_READ, TOKENS_WRITTEN))
    rates = rates_from(prices, trial)
    if read is None or written is None:
        return rates
    return replace(rates, tokens=(read, written))


def find_token_drift(before: Rates, now: Rates) -> list[ValueDrift]:
    """Compare the prices of tokens; nothing where one side has none."""
    pairs = zip(before.tokens or (), now.tokens or (), strict=False)
    return [
        ValueDrift(name=name, before=then, now=today)
        for name, (then, today) in zip(_TOKENS, pairs, strict=False)
    ]


def find_cheapest(
    trial: TrialResult, usage: Usage, *, before: Rates, now: Rates
) -> ValueDrift | None:
    """Name the cheapest arm a month at the volume of today, by the prices of then and of now.

    Returns:
        None where the volume is not known or nothing can be priced. Arms that break a hard limit
        and baselines do not count.
    """
    names = (_cheapest(trial, usage, before), _cheapest(trial, usage, now))
    if None in names:
        return None
    return ValueDrift(name="cheapest arm", before=names[0], now=names[1])


def _cheapest(trial: TrialResult, usage: Usage, rates: Rates) -> str | None:
    if usage.answers_per_day is None:
        return None
    costs = price_arms(trial, rates)
    months = {
        arm.name: cost_per_month(
            costs[arm.name],
            answers_per_day=usage.answers_per_day.value,
            updates_per_month=usage.updates_per_month or 0.0,
        ).value
        for arm in trial.arms
        if arm.name in costs and arm.feasible and arm.approach.value != _BASELINE
    }
    return min(months, key=months.__getitem__, default=None)
