"""What the text of one document states: its sentences, and the numbers and settings in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_STARTS_BLOCK = re.compile(r"\s*(?:[-*+|>]|\d+[.)]\s|```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'`(*\[])")
_VERSION = re.compile(r"\bv?\d+(?:\.\d+){2,}(?:-[\w.]+)?\b|\bv\d+(?:\.\d+)*\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SETTING = re.compile(r"\W*([\w][\w -]{1,40}):\s+(\S.*)")
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the heading it stands under."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class FactDifference:
    """How many facts of one document changed."""

    n_gone: int = 0
    n_numbers: int = 0
    n_versions: int = 0
    n_settings: int = 0


def find_sentences(text: str) -> Iterator[Sentence]:
    """Cut a text into sentences, with blanks made single; front matter states nothing."""
    heading, block = "", ""
    for line in (*_FRONT_MATTER.sub("", text, count=1).splitlines(), ""):
        marked = _HEADING.match(line)
        if marked or not line.strip() or _STARTS_BLOCK.match(line):
            yield from _sentences_of(block, heading)
            block = "" if marked else line
            heading = marked[1] if marked else heading
        else:
            block = f"{block} {line}"
    yield from _sentences_of(block, heading)


def find_flags(text: str) -> set[str]:
    """Name the command-line flags that a text mentions."""
    return set(_FLAG.findall(text)) if "--" in text else set()


def compare_sentences(before: list[Sentence], after: list[Sentence]) -> FactDifference:
    """Count what no longer stands, and of that, what stands with another number or value."""
    texts_before = Counter(map(_statement, before))
    texts_after = Counter(map(_statement, after))
    gone = texts_before - texts_after
    restated = _masked(before, gone) & _masked(after, texts_after - texts_before)
    changed: Counter[str] = Counter()
    for (kind, _), n in restated.items():
        changed[kind] += n
    return FactDifference(
        n_gone=gone.total(),
        n_numbers=changed["number"],
        n_versions=changed["version"],
        n_settings=changed["setting"],
    )


def _sentences_of(block: str, heading: str) -> Iterator[Sentence]:
    joined = " ".join(block.split())
    if joined:
        for sentence in _SENTENCE_END.split(joined):
            yield Sentence(heading, sentence)


def _statement(sentence: Sentence) -> str:
    """Return what has to stand again: a setting under its own heading, a sentence anywhere."""
    if _SETTING.fullmatch(sentence.text):
        return f"{sentence.heading}\n{sentence.text}"
    return sentence.text


def _masked(sentences: list[Sentence], chosen: Counter[str]) -> Counter[tuple[str, str]]:
    """Count the chosen sentences by what they say with the value left out."""
    left = chosen.copy()
    masked: Counter[tuple[str, str]] = Counter()
    for one in sentences:
        if left[_statement(one)] > 0:
            left[_statement(one)] -= 1
            if template := _mask(one):
                masked[template] += 1
    return masked


def _mask(sentence: Sentence) -> tuple[str, str] | None:
    """Return the kind of fact and its place without the value; None if it states no value."""
    heading = _NUMBER.sub("#", sentence.heading)
    if setting := _SETTING.fullmatch(sentence.text):
        return "setting", f"{heading}\n{setting[1].lower()}"
    if _VERSION.search(sentence.text):
        return "version", _NUMBER.sub("#", _VERSION.sub("#.#", sentence.text))
    if _NUMBER.search(sentence.text):
        return "number", f"{heading}\n{_NUMBER.sub('#', sentence.text)}"
    return None
