"""Holding the spans found in a text against the right ones: label, start and end must all agree."""

from __future__ import annotations

from collections.abc import Iterable

from prototypes.data.spans import Span, parse_spans
from prototypes.measure.ratios import COUNTS


def score_spans(output: str | None, target: str) -> dict[str, float]:
    """Count the spans of one text that are right, given and expected, and whether all agree.

    Args:
        output: The canonical line of the spans that were found; None for an abstention.
        target: That of the right ones.
    """
    given, expected = set(parse_spans(output)), set(parse_spans(target))
    counts = (len(given & expected), len(given), len(expected))
    return {
        "exact_match": float(given == expected),
        **dict(zip(COUNTS, map(float, counts), strict=True)),
    }


def span_f1(pairs: Iterable[tuple[Iterable[Span], Iterable[Span]]]) -> float | None:
    """Return the micro-averaged F1 of (found, right) pairs, one per text; None without a span."""
    n_right = n_all = 0
    for found, right in pairs:
        given, expected = set(found), set(right)
        n_right += len(given & expected)
        n_all += len(given) + len(expected)
    return 2 * n_right / n_all if n_all else None
