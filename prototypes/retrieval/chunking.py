"""Documents into passages: by heading, then paragraph, then sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from prototypes.contracts import Document, Passage

MAX_WORDS = 180
MIN_WORDS = 60

_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$")
_UNDERLINE = re.compile(r"^([=\-~^\"'*+#])\1{2,}$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“(\[]*[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text up to the next one.

    Attributes:
        heading: Without its marks.
        text: What stands below it.
        heading_lines: The numbers of the lines it takes, from 0; an underline is one of them.
    """

    heading: str
    text: str
    heading_lines: tuple[int, ...]


def chunk_document(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages of at most about 180 words, each under its heading.

    A paragraph of 60 to 180 words is a passage of its own; shorter neighbours under the same
    heading are joined; longer ones are cut between sentences, and inside a sentence only where
    the sentence alone is too long. No word is lost; only white space at the cuts may change.
    """
    pieces = [
        (heading or document.title, text)
        for heading, paragraphs in _sections(document.text)
        for text in _pack(paragraphs)
    ]
    return tuple(
        Passage(id=f"{document.id}#{n}", document_id=document.id, title=title, text=text)
        for n, (title, text) in enumerate(pieces)
    )


def find_sections(text: str) -> list[Section]:
    """Find the headings of a text by the rules that passages are cut by; none gives none."""
    lines = text.splitlines()
    seen = list(_lines_with_headings(lines))
    starts = [number for number, (_, title) in enumerate(seen) if title is not None]
    return [
        _section(lines, seen, span=(start, end)) for start, end in pairwise([*starts, len(lines)])
    ]


def _section(
    lines: list[str], seen: list[tuple[str, str | None]], *, span: tuple[int, int]
) -> Section:
    start, end = span
    is_underlined = start + 1 < end and bool(lines[start + 1].strip()) and not seen[start + 1][0]
    body = start + (2 if is_underlined else 1)
    heading = seen[start][1] or ""
    return Section(heading, "\n".join(lines[body:end]).strip(), tuple(range(start, body)))


def split_sentences(text: str) -> list[str]:
    """Cut a text after `.`, `!` or `?` before a capital or a digit; line breaks stay inside."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [text[a:b].strip() for a, b in pairwise(cuts) if text[a:b].strip()]


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading (empty before the first) with the paragraphs below it."""
    heading, paragraphs, lines = "", [], []
    for line, title in _lines_with_headings(text.splitlines()):
        if line.strip() and title is None:
            lines.append(line.rstrip())
            continue
        if lines:
            paragraphs.append("\n".join(lines))
            lines = []
        if title is not None:
            yield heading, paragraphs
            heading, paragraphs = title, []
    yield heading, [*paragraphs, "\n".join(lines)] if lines else paragraphs


def _lines_with_headings(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield every line with its title if it is a heading; underlines become empty lines."""
    is_fenced = is_underline = False
    for line, following in pairwise([*lines, ""]):
        is_fenced ^= bool(_FENCE.match(line))
        if is_underline:
            is_underline = False
            yield "", None
            continue
        match = None if is_fenced else _MARKDOWN_HEADING.match(line)
        is_underline = not is_fenced and match is None and _is_underlined(line, following)
        yield line, match["title"] if match else line.strip() if is_underline else None


def _is_underlined(line: str, following: str) -> bool:
    title, rule = line.strip(), following.strip()
    is_text = any(character.isalnum() for character in title)
    return is_text and bool(_UNDERLINE.match(rule)) and len(rule) >= len(title) - 1


def _pack(paragraphs: Iterable[str]) -> Iterator[str]:
    """Join short paragraphs and cut long ones until each has about the right length."""
    current = ""
    for piece in (piece for paragraph in paragraphs for piece in _cut(paragraph)):
        is_open = _n_words(current) < MIN_WORDS or _n_words(piece) < MIN_WORDS // 2
        if current and is_open and _n_words(current) + _n_words(piece) <= MAX_WORDS:
            current = f"{current}\n\n{piece}"
            continue
        if current:
            yield current
        current = piece
    if current:
        yield current


def _cut(paragraph: str) -> Iterator[str]:
    """Cut a paragraph that is too long into pieces of nearly equal length."""
    n_pieces = -(-_n_words(paragraph) // MAX_WORDS)
    if n_pieces <= 1:
        yield paragraph
        return
    target, current = _n_words(paragraph) / n_pieces, ""
    for sentence in (part for s in split_sentences(paragraph) for part in _cut_sentence(s)):
        is_full = _n_words(current) + _n_words(sentence) / 2 > target
        if current and (is_full or _n_words(current) + _n_words(sentence) > MAX_WORDS):
            yield current
            current = sentence
        else:
            current = f"{current} {sentence}".strip()
    yield current


def _cut_sentence(sentence: str) -> Iterator[str]:
    if _n_words(sentence) <= MAX_WORDS:
        yield sentence
        return
    words = list(re.finditer(r"\S+", sentence))
    for start in range(0, len(words), MAX_WORDS):
        last = words[min(start + MAX_WORDS, len(words)) - 1]
        yield sentence[words[start].start() : last.end()]


def _n_words(text: str) -> int:
    return len(text.split())
