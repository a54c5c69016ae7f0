"""How values are said: decibans, shares, intervals, durations, and text that strangers wrote.

No false precision: decibans are whole, support comes in steps of 5 %, and a measured share has a
decimal only where its interval is narrow enough to deserve one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from advisor.vocabulary import share as share

if TYPE_CHECKING:
    from prototypes.results import Interval


MAX_TEXT = 400
MINUS = "\u2212"
_CONTROLS, _LONE_SURROGATES = r"\x00-\x1f\x7f-\x9f", r"\ud800-\udfff"
_DIRECTION_MARKS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_CONTROLS}{_LONE_SURROGATES}{_DIRECTION_MARKS}]")
_NARROW = 0.02


def plain_text(text: str, *, limit: int = MAX_TEXT) -> str:
    """Put text from outside on one line, with nothing hidden in it.

    White space is collapsed, control characters, lone surrogates and direction marks become
    visible code points, and a text over `limit` characters is cut with its full length told.
    """
    shown = text[: 4 * limit] if len(text) > limit else text
    line = _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", " ".join(shown.split()))
    if len(text) <= limit and len(line) <= 2 * limit:
        return line
    return f"{line[:limit].rstrip()} … ({len(text):,} characters in all)"


def as_sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    stopped = with_stop(text)
    return f"{stopped[:1].upper()}{stopped[1:]}"


def with_stop(text: str) -> str:
    """End with a full stop, unless there is nothing to end or it has ended already."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def inside_sentence(text: str) -> str:
    """Make a sentence fit behind a colon or a "because": no final stop, no leading capital."""
    text = text.strip().rstrip(".")
    is_word = text[1:2].islower() or text[1:2] == " "
    return text[:1].lower() + text[1:] if is_word else text


def join_words(words: Iterable[str], *, last: str = "and") -> str:
    """List words as English does: "a, b and c"."""
    *most, final = list(words) or [""]
    return f"{', '.join(most)} {last} {final}" if most else final


def count_of(number: int, noun: str) -> str:
    """Say how many: "1 question", "2,000 questions"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def roughly(number: int) -> str:
    """Round a count to two significant digits: 347 becomes "350"."""
    step = max(1, 10 ** (len(str(abs(number))) - 2))
    return f"{round(number / step) * step:,}"


def decibans(db: float) -> str:
    """Say a weight of evidence in whole decibans, with its sign."""
    whole = round(db)
    return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)} db"


def strength(db: float) -> str:
    """Name a weight of evidence as Jeffreys (1961) does."""
    size = abs(round(db))
    if size < 5:
        return "a bare mention"
    if size < 10:
        return "substantial"
    return "strong" if size <= 20 else "decisive"


def is_share(values: Iterable[Interval]) -> bool:
    """True if a metric runs from 0 to 1, so that it may be said in percent."""
    return all(value.low >= 0 and value.high <= 1 for value in values)


def decimals(values: Iterable[Interval]) -> int:
    """How many decimals of a percent the widths of some intervals deserve."""
    return int(any((value.high - value.low) / 2 < _NARROW for value in values))


def measured(value: Interval, *, digits: int, in_percent: bool = True) -> str:
    """Say a measured value with its interval: "92.1 % (91.0–93.1)"."""
    if not in_percent:
        return f"{value.value:.3g} ({value.low:.3g} to {value.high:.3g})"
    low, high = 100 * value.low, 100 * value.high
    return f"{100 * value.value:.{digits}f} % ({low:.{digits}f}–{high:.{digits}f})"


def points(value: float, *, digits: int = 1) -> str:
    """Say a difference of two shares in percentage points, with its sign."""
    size = f"{abs(100 * value):.{digits}f}"
    sign = "" if float(size) == 0 else "+" if value > 0 else MINUS
    return f"{sign}{size}"


def p_value(value: float) -> str:
    """Say a p-value; never 0."""
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.01 else f"{value:.2f}"


def signed_interval(difference: float, low: float, high: float) -> str:
    """Say a difference with its interval; what rounds to nothing has no minus before it."""
    first, second, third = (f"{round(one, 3) + 0:+.3f}" for one in (difference, low, high))
    return f"{first} [{second}, {third}]"


def milliseconds(ms: float) -> str:
    """Say a latency, in seconds from 1,000 ms on."""
    if ms >= 1000:
        return f"{_two_digits(ms / 1000)} s"
    return f"{_two_digits(ms)} ms"


def seconds(value: float) -> str:
    """Say a duration in the unit that suits it."""
    if value < 60:
        return f"{_two_digits(value)} s"
    return f"{_two_digits(value / 60)} min" if value < 3600 else f"{_two_digits(value / 3600)} h"


def megabytes(value: float) -> str:
    """Say a size on disk."""
    if 0 < value < 0.01:
        return "under 0.01 MB"
    return f"{_two_digits(value)} MB" if value < 1000 else f"{_two_digits(value / 1000)} GB"


def dollars(value: float | None) -> str:
    """Say a price in US dollars; None is "not priced"."""
    if value is None:
        return "not priced"
    return f"${_two_digits(value)}" if value == 0 or value >= 0.0001 else "under $0.0001"


def tiny_dollars(value: float) -> str:
    """Say a price in US dollars with two significant digits, down to a millionth."""
    return f"${_two_digits(value)}" if value == 0 or value >= 1e-6 else "under $0.000001"


def _two_digits(value: float) -> str:
    """Keep two significant digits below 10, whole numbers above."""
    if value >= 10 or value <= 0:
        return f"{value:,.0f}"
    return f"{value:.{max(1, 1 - math.floor(math.log10(value)))}f}"


def identifier(text: str) -> str:
    """Say an identifier as words: "few_shot" becomes "few shot"."""
    return plain_text(re.sub(r"[_-]+", " ", text), limit=60)
