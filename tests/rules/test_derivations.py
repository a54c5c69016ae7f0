"""The sums that stand in the derivations come out as they say."""

from __future__ import annotations

import re
from math import log10

import pytest

from advisor.knowledge.loader import load_rules

RATES = re.compile(r"(?<![\d$])(\.\d+)(?: \w+)? v (?:\w+ ){0,3}?(\.\d+)\b[^;]{0,70}?\b([\d.]+) db")
SUMS = [
    pytest.param(float(match[1]), float(match[2]), match[3], id=f"{rule.id}-{match[1]}-{match[2]}")
    for rule in load_rules().rules
    for match in RATES.finditer(" ".join(rule.derivation.split()))
]


@pytest.mark.parametrize(("first", "second", "decibans"), SUMS)
def test_two_success_rates_give_the_decibans_that_are_written(
    first: float, second: float, decibans: str
) -> None:
    """10 · log10 of the odds ratio, in either direction, to the digits given."""
    odds_ratio = first / (1 - first) * (1 - second) / second

    half_a_digit = 0.05 if "." in decibans else 0.5
    assert float(decibans) == pytest.approx(abs(10 * log10(odds_ratio)), abs=half_a_digit + 0.01)


def test_most_sums_are_found() -> None:
    """A change of wording must not quietly leave the sums untested."""
    assert len(SUMS) >= 20
