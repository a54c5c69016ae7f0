"""The dated price list: what a machine or a server takes, who says so, and since when."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from advisor.errors import PriceListError
from advisor.files import write_text
from advisor.knowledge.yaml_text import YamlError, line_of, read_yaml, write_yaml
from advisor.schema.base import Frozen

MACHINE_HOUR: Final = "machine_hour"
TOKENS_READ: Final = "million_tokens_read"
TOKENS_WRITTEN: Final = "million_tokens_written"


class Price(Frozen):
    """What something costs, who says so, and since when; none of the three may be missing."""

    id: Literal["machine_hour", "million_tokens_read", "million_tokens_written"]
    usd: float = Field(ge=0, allow_inf_nan=False)
    what: str = Field(min_length=1)
    source: str = Field(min_length=1)
    where: str = Field(min_length=1)
    date: datetime.date


def load_prices(path: Path | None = None) -> tuple[Price, ...]:
    """Read a price list.

    Args:
        path: A file of the user's own, which replaces ours.

    Raises:
        PriceListError: If the file cannot be read, or a price lacks its source or date.
    """
    name = str(path or "rules/prices.yaml")
    content: object = None
    try:
        text = (path or files("rules") / "prices.yaml").read_text(encoding="utf-8")
        content = read_yaml(text)
        adapter = TypeAdapter(dict[Literal["prices"], tuple[Price, ...]])
        return adapter.validate_python(content)["prices"]
    except (OSError, UnicodeDecodeError) as error:
        raise PriceListError(where=name, found=f"cannot be read ({error})") from error
    except YamlError as error:
        raise PriceListError(where=f"{name}, line {error.line}", found=error.message) from error
    except ValidationError as error:
        raise _misfit(error, content, name) from error
    except KeyError as error:
        raise PriceListError(where=name, found="holds no list called prices") from error


def store_prices(prices: Sequence[Price], path: Path) -> None:
    """Write a price list so that `load_prices` reads it back.

    Raises:
        OutputError: If it cannot be written.
    """
    write_text(path, write_yaml({"prices": [price.model_dump() for price in prices]}))


def price_of(prices: Sequence[Price], wanted: str) -> float | None:
    """Look one price up in US dollars; None if the list does not have it."""
    return next((price.usd for price in prices if price.id == wanted), None)


def _misfit(error: ValidationError, content: object, name: str) -> PriceListError:
    first = error.errors()[0]
    path = tuple(part for part in first["loc"] if part != "[key]")
    line = line_of(content, path)
    what = ".".join(map(str, path)) or "the whole file"
    where = f"{name}, line {line}" if line else name
    return PriceListError(where=where, found=f"{what}: {first['msg']}")
