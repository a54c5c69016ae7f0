"""How values are said."""

from __future__ import annotations

import pytest

from advisor.report.wording import (
    decibans,
    decimals,
    dollars,
    inside_sentence,
    measured,
    milliseconds,
    p_value,
    plain_text,
    points,
    roughly,
    seconds,
    share,
    signed_interval,
    strength,
)
from prototypes.results import Interval


@pytest.mark.parametrize(
    ("db", "word"),
    [
        (4.4, "a bare mention"),
        (4.6, "substantial"),
        (-9.4, "substantial"),
        (10.0, "strong"),
        (20.0, "strong"),
        (21.0, "decisive"),
    ],
)
def test_strength_follows_the_printed_decibans(db: float, word: str) -> None:
    """The word never contradicts the whole number printed beside it."""
    assert word == strength(db)


@pytest.mark.parametrize(("db", "text"), [(6.4, "+6 db"), (-2.2, "\u22122 db"), (-0.3, "0 db")])
def test_decibans_are_whole(db: float, text: str) -> None:
    """No false precision: a weight of evidence has no decimals, and no signed zero."""
    assert text == decibans(db)


@pytest.mark.parametrize(
    ("value", "text"), [(0.81, "80 %"), (0.01, "under 5 %"), (0.99, "over 95 %"), (0.95, "95 %")]
)
def test_share_comes_in_steps_of_five(value: float, text: str) -> None:
    """Support is never printed to the percent."""
    assert text == share(value)


def test_narrow_interval_earns_a_decimal() -> None:
    """Digits follow the width of the interval."""
    narrow = Interval(value=0.9214, low=0.912, high=0.931)
    wide = Interval(value=0.7143, low=0.61, high=0.80)

    assert measured(narrow, digits=decimals([narrow])) == "92.1 % (91.2–93.1)"
    assert measured(wide, digits=decimals([wide])) == "71 % (61–80)"


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.061, "0.061 ms"), (9.14, "9.1 ms"), (412.3, "412 ms"), (1900, "1.9 s"), (0, "0 ms")],
)
def test_latency_has_two_significant_digits(ms: float, text: str) -> None:
    """From a thousand milliseconds on it is said in seconds."""
    assert text == milliseconds(ms)


@pytest.mark.parametrize(("value", "text"), [(0.4, "0.40 s"), (252, "4.2 min"), (7200, "2.0 h")])
def test_duration_chooses_its_unit(value: float, text: str) -> None:
    """Seconds, minutes or hours."""
    assert text == seconds(value)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0000001, "< 0.001"), (0.0034, "0.003"), (0.4531, "0.45")]
)
def test_p_value_is_never_zero(value: float, text: str) -> None:
    """A tiny p-value is a bound, not a zero."""
    assert text == p_value(value)


@pytest.mark.parametrize(
    ("value", "text"), [(0.012, "+1.2"), (-0.02, "\u22122.0"), (-0.0001, "0.0")]
)
def test_difference_keeps_its_sign(value: float, text: str) -> None:
    """A difference is signed unless it rounds to nothing."""
    assert text == points(value)


def test_unpriced_and_tiny_costs_are_said_as_such() -> None:
    """No price is not a price of nothing, and neither is a very small one."""
    assert dollars(None) == "not priced"
    assert dollars(0.00002) == "under $0.0001"
    assert dollars(0.0) == "$0"


def test_missing_samples_are_rounded() -> None:
    """An extrapolated count claims two significant digits."""
    assert roughly(334) == "330"
    assert roughly(12_345) == "12,000"
    assert roughly(7) == "7"


def test_acronym_keeps_its_capitals_inside_a_sentence() -> None:
    """Only an ordinary word loses its capital behind a colon."""
    assert inside_sentence("RAG reaches 71 %.") == "RAG reaches 71 %"
    assert inside_sentence("The hybrid is better.") == "the hybrid is better"


def test_hidden_characters_become_visible() -> None:
    """Nothing can recolour a terminal or reverse the reading direction unseen."""
    hostile = "safe\x1b[31m \u202eevil\u202c \ud800 tail"

    assert plain_text(hostile) == "safe[U+001B][31m [U+202E]evil[U+202C] [U+D800] tail"


def test_long_text_is_shortened_with_its_length_told() -> None:
    """100 kB of text become a line that says how much there was."""
    shown = plain_text("x" * 100_000, limit=50)

    assert shown == "x" * 50 + " … (100,000 characters in all)"


def test_text_is_put_on_one_line() -> None:
    """Line breaks and tabs would break tables and lists."""
    assert plain_text(" two\n\tlines ") == "two lines"


def test_interval_that_touches_nothing_has_no_minus() -> None:
    """-0.000 would read as a bound below zero."""
    assert signed_interval(0.011, -0.0001, 0.0333) == "+0.011 [+0.000, +0.033]"
