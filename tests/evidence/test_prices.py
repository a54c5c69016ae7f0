"""The price list is dated and sourced, ours and anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import PriceListError
from advisor.evidence.prices import MACHINE_HOUR, load_prices, price_of, store_prices

OWN = """prices:
  - id: machine_hour
    usd: 2.5
    what: Our own machine
    source: Invoice 4711
    where: Accounting
    date: 2026-01-31
"""


def test_every_price_names_its_source_and_date() -> None:
    """No price without somebody who says so and since when."""
    prices = load_prices()

    assert prices
    assert all(price.source and price.where and price.date.year >= 2024 for price in prices)


def test_an_hour_of_machine_costs_something() -> None:
    """The cost model finds the price it multiplies with."""
    hour = price_of(load_prices(), MACHINE_HOUR)

    assert hour is not None
    assert 0 < hour < 10


def test_own_list_replaces_ours_and_survives_storing(tmp_path: Path) -> None:
    """A run keeps the prices it was made with."""
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")

    prices = load_prices(tmp_path / "own.yaml")
    store_prices(prices, tmp_path / "stored.yaml")

    assert price_of(prices, MACHINE_HOUR) == 2.5
    assert load_prices(tmp_path / "stored.yaml") == prices


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("    source: Invoice 4711\n", ""), "line 2: prices.0.source: Field required"),
        (OWN.replace("    date: 2026-01-31\n", ""), "prices.0.date: Field required"),
        (OWN.replace("Invoice 4711", "''"), "line 5: prices.0.source: String should have"),
        (OWN.replace("2.5", "-1"), "line 3: prices.0.usd: Input should be greater"),
        (OWN.replace("machine_hour", "machine_our"), "line 2: prices.0.id"),
        ("price: []\n", "own.yaml, line 1"),
        ("prices: [\n", "this is not YAML"),
        ("", "own.yaml"),
    ],
)
def test_a_price_without_source_or_date_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The sentence names file and line, and what a price has to have."""
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")

    with pytest.raises(PriceListError) as caught:
        load_prices(own)

    assert said in str(caught.value)
    assert "expected `prices:` with a list of id, usd, what" in str(caught.value)


def test_a_missing_list_is_one_sentence(tmp_path: Path) -> None:
    """A mistyped name is no crash."""
    with pytest.raises(PriceListError, match=r"none\.yaml: cannot be read"):
        load_prices(tmp_path / "none.yaml")
