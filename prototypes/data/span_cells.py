"""What a cell with spans says: offsets into the text beside it, checked one by one.

Each function raises `DataError` with a reason that reads on after the place of the row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from prototypes.contracts import Sample
from prototypes.data.cells import parse_name, parse_optional_name, parse_text
from prototypes.data.spans import Span, format_spans
from prototypes.data.wording import did_you_mean, excerpt
from prototypes.errors import DataError

_EXPECTED = 'expected a list such as [{"start": 8, "end": 12, "label": "time"}], or [] for none'
_START, _END, _LABEL = ("start", "begin"), ("end",), ("label", "type", "slot", "entity")
_SURFACE = ("value", "text")


def build_tagged_text(cells: Mapping[str, object]) -> Sample:
    """Build a sample of a row; its text is kept as it stands, since offsets count from its start.

    Raises:
        DataError: If the text or a span cannot be used.
    """
    parse_text(cells.get("text"), role="text")
    text = str(cells["text"])
    return Sample(
        id=parse_optional_name(cells.get("id"), role="id") or "",
        input=text,
        targets=(format_spans(parse_span_cell(cells.get("spans"), text)),),
        group=parse_optional_name(cells.get("group"), role="group"),
    )


def parse_span_cell(value: object, text: str) -> tuple[Span, ...]:
    """Read the spans of a text, in order; white space at the ends of a span is taken off.

    A span is an object with `start`, `end` (exclusive) and `label`, and optionally `value` or
    `text`, which then has to stand there; or a list `[start, end, label]`. In a CSV cell the list
    is written as JSON.

    Raises:
        DataError: If a span is malformed, lies outside the text, is empty, or overlaps another.
    """
    spans = sorted(_parse_span(item, text) for item in _parse_list(value))
    for first, second in pairwise(spans):
        if second.start < first.end:
            raise DataError(
                f"the spans {_show(first, text)} and {_show(second, text)} overlap; "
                "expected each character in at most one span."
            )
    return tuple(spans)


def _parse_list(value: object) -> Sequence[object]:
    if value is None:
        raise DataError(f"spans is missing; {_EXPECTED}.")
    if isinstance(value, str):
        try:
            value = json.loads(value or "[]")
        except (ValueError, RecursionError) as error:
            raise DataError(f"spans is {excerpt(value)}; {_EXPECTED}.") from error
    if not isinstance(value, list | tuple):
        raise DataError(f"spans is {excerpt(value)}; {_EXPECTED}.")
    return value


def _parse_span(item: object, text: str) -> Span:
    if isinstance(item, list | tuple) and len(item) == 3:
        item = dict(zip(("start", "end", "label"), item, strict=True))
    if not isinstance(item, Mapping):
        raise DataError(f"found {excerpt(item)} among the spans; {_EXPECTED}.")
    start, end = _offset(item, _START), _offset(item, _END)
    label = parse_name(_find(item, _LABEL), role="the label of a span")
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"the span {start} to {end} ({label}) does not lie in the text; "
            f"expected 0 ≤ start < end ≤ {len(text)}, the number of its characters."
        )
    _require_surface(item, text[start:end], label=label)
    return _trim(Span(start, end, label), text)


def _find(item: Mapping[object, object], names: Sequence[str]) -> object:
    found = next((name for name in names if name in item), None)
    if found is None:
        known = [str(name) for name in item]
        raise DataError(
            f"a span lacks {names[0]!r}: found {excerpt(dict(item))}; {_EXPECTED}."
            f"{did_you_mean(names[0], known)}"
        )
    return item[found]


def _offset(item: Mapping[object, object], names: Sequence[str]) -> int:
    value = _find(item, names)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DataError(
            f"the {names[0]} of a span is {excerpt(value)}; expected a whole number of characters."
        )
    return value


def _require_surface(item: Mapping[object, object], found: str, *, label: str) -> None:
    """Check the offsets by the words that the row says stand there."""
    said = next((item[name] for name in _SURFACE if item.get(name) is not None), None)
    if said is not None and str(said).strip() != found.strip():
        raise DataError(
            f"the span ({label}) says {excerpt(said)}, but at its offsets stands "
            f"{excerpt(found)}; expected offsets in characters that count from 0, `end` exclusive."
        )


def _trim(span: Span, text: str) -> Span:
    surface = text[span.start : span.end]
    if not surface.strip():
        raise DataError(f"the span {span.start} to {span.end} ({span.label}) holds only blanks.")
    start = span.start + len(surface) - len(surface.lstrip())
    return Span(start, start + len(surface.strip()), span.label)


def _show(span: Span, text: str) -> str:
    where = f"{span.start} to {span.end}"
    return f"{excerpt(text[span.start : span.end], n_characters=30)} ({span.label}, {where})"
