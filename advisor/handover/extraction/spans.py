"""What the service answers: the spans of a text, how sure it is, and the texts it rests on."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

MODEL = Path(__file__).parent / "model"
WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
Words = Sequence[re.Match[str]]


class Span(BaseModel):
    """A stretch of the text with a label; offsets count characters, `end` is exclusive."""

    start: int
    end: int
    label: str
    text: str


class Example(BaseModel):
    """A text with known spans that speaks for the answer."""

    id: str
    text: str


class Found(BaseModel):
    """The spans of one text, and how sure the least sure of its words is."""

    spans: list[Span]
    confidence: float
    examples: list[Example] = []


def split_words(text: str) -> Words:
    """Cut a text into runs of letters, runs of digits, and single signs."""
    return list(WORD.finditer(text))


def join_words(words: Words, tags: Sequence[str]) -> list[Span]:
    """Join words into spans: B- begins one, I- is inside of the last, O is outside."""
    spans: list[Span] = []
    for word, tag in zip(words, tags, strict=True):
        if tag.startswith("B-"):
            spans.append(Span(start=word.start(), end=word.end(), label=tag[2:], text=""))
        if tag != "O":
            spans[-1].end = word.end()
            spans[-1].text = word.string[spans[-1].start : word.end()]
    return spans
