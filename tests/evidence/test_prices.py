"""The price list is dated and sourced."""

from __future__ import annotations

from advisor.evidence.prices import load_prices, machine_hour_usd


def test_every_price_names_its_source_and_date() -> None:
    """No price without somebody who says so and since when."""
    prices = load_prices()

    assert prices
    assert all(price.source and price.where and price.date.year >= 2024 for price in prices)


def test_an_hour_of_machine_costs_something() -> None:
    """The cost model finds the price it multiplies with."""
    hour = machine_hour_usd()

    assert hour is not None
    assert 0 < hour < 10
