"""Spans of a text: how they are written down, and how they become tags of words and back.

The spans of a text are kept as one canonical line of JSON, in `Sample.targets[0]` and in
`Prediction.output` alike: `[{"start": 10, "end": 14, "label": "time"}]`, ordered, character offsets
into the text, `end` exclusive, `[]` for none. Two sets of spans are equal exactly if their lines
are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OUTSIDE = "O"
_BEGIN, _INSIDE = "B-", "I-"
_WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text with a label; `text[start:end]`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters, a run of digits or a single sign, which is what spans are built of."""

    start: int
    end: int
    text: str


def format_spans(spans: Iterable[Span]) -> str:
    """Write spans as their canonical line."""
    rows = [{"start": each.start, "end": each.end, "label": each.label} for each in sorted(spans)]
    return json.dumps(rows, ensure_ascii=False)


def parse_spans(line: str | None) -> tuple[Span, ...]:
    """Read what `format_spans` wrote; None, an abstention, is no span at all."""
    rows = json.loads(line) if line else []
    return tuple(Span(row["start"], row["end"], row["label"]) for row in rows)


def labels_of(line: str) -> tuple[str, ...]:
    """List the labels that occur in a canonical line, each once, in alphabetical order."""
    return tuple(sorted({span.label for span in parse_spans(line)}))


def describe_labels(line: str) -> str:
    """Name the labels of a canonical line in one word; a text without spans has none."""
    return "+".join(labels_of(line)) or "none"


def mark_spans(text: str, spans: Iterable[Span]) -> str:
    """Show a text with its spans in brackets: `for [two](people) at [8 pm](time)`."""
    parts, at = [], 0
    for span in sorted(spans):
        parts += [text[at : span.start], f"[{text[span.start : span.end]}]({span.label})"]
        at = span.end
    return "".join(parts) + text[at:]


# ── Words and tags ───────────────────────────────────────────────────────────────────────────


def split_words(text: str) -> tuple[Word, ...]:
    """Cut a text into words; `8pm` is two of them, since a span may end between digits and letters.

    Every character that is not white space belongs to exactly one word.
    """
    return tuple(Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text))


def list_tags(labels: Iterable[str]) -> tuple[str, ...]:
    """List the tags that these labels need: outside, then begin and inside of each label."""
    pairs = ((_BEGIN + label, _INSIDE + label) for label in sorted(set(labels)))
    return (OUTSIDE, *(tag for pair in pairs for tag in pair))


def tag_words(words: Sequence[Word], spans: Iterable[Span]) -> list[str]:
    """Tag each word in the BIO scheme (Ramshaw and Marcus 1995).

    A word that a span covers only in part belongs to it as a whole; a word that two spans share
    belongs to the first.
    """
    tags = [OUTSIDE] * len(words)
    for span in sorted(spans):
        prefix = _BEGIN
        for index, word in enumerate(words):
            is_inside = word.start < span.end and span.start < word.end
            if is_inside and tags[index] == OUTSIDE:
                tags[index] = prefix + span.label
                prefix = _INSIDE
    return tags


def read_tags(words: Sequence[Word], tags: Sequence[str]) -> tuple[Span, ...]:
    """Build the spans that tags say; an inside tag that continues nothing begins a span."""
    spans: list[Span] = []
    previous = OUTSIDE
    for word, tag in zip(words, tags, strict=True):
        label = tag[len(_BEGIN) :]
        if tag.startswith(_INSIDE) and previous[len(_BEGIN) :] == label:
            spans[-1] = Span(spans[-1].start, word.end, label)
        elif tag != OUTSIDE:
            spans.append(Span(word.start, word.end, label))
        previous = tag
    return tuple(spans)


def may_follow(previous: str, tag: str) -> bool:
    """Tell whether one tag may stand right after another: inside only within its own label."""
    return not tag.startswith(_INSIDE) or (
        previous != OUTSIDE and previous[len(_BEGIN) :] == tag[len(_BEGIN) :]
    )
