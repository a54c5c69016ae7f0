"""How a fault in the data is put into words: excerpts, lists and near misses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_EXCERPT_CHARACTERS = 60
_NAMES_SHOWN = 12


def excerpt(value: object, *, n_characters: int = _EXCERPT_CHARACTERS) -> str:
    """Show the beginning of something found, with quotes and without control characters."""
    text = value if isinstance(value, str) else repr(value)
    cut = text[:n_characters]
    return repr(cut) + ("…" if len(text) > n_characters else "")


def name_list(names: Iterable[str]) -> str:
    """List names for a message, the first dozen of them, each cut to a readable length."""
    every = list(names)
    shown = ", ".join(excerpt(name, n_characters=40) for name in every[:_NAMES_SHOWN])
    n_more = len(every) - _NAMES_SHOWN
    return f"{shown} and {n_more} more" if n_more > 0 else shown or "none"


def did_you_mean(found: str, known: Sequence[str]) -> str:
    """Return a question with the nearest known name, or nothing if none is near."""
    matches = get_close_matches(found[:200], known, n=1, cutoff=0.6)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def printable(name: str) -> str:
    """Make a file name safe to print and to write, whatever bytes it is made of."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def plural(count: int, noun: str) -> str:
    """Put a count before its noun: `1 row`, `1,204 rows`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
