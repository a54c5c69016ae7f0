"""The dated price list: what an hour of machine costs, with its source."""

from __future__ import annotations

import datetime
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

from advisor.knowledge.yaml_text import read_yaml
from advisor.schema.base import Frozen


class Price(Frozen):
    """What something costs, who says so, and since when."""

    id: str
    usd: float
    what: str
    source: str
    where: str
    date: datetime.date


def load_prices() -> tuple[Price, ...]:
    """Read `rules/prices.yaml`."""
    content = read_yaml((files("rules") / "prices.yaml").read_text(encoding="utf-8"))
    listed = TypeAdapter(dict[Literal["prices"], tuple[Price, ...]]).validate_python(content)
    return listed["prices"]


def machine_hour_usd() -> float | None:
    """Tell the price of an hour of a small machine in US dollars; None without one."""
    return next((price.usd for price in load_prices() if price.id == "machine_hour"), None)
