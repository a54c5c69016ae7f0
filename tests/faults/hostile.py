"""Inputs that somebody might hand over by mistake, or on purpose: made by code, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Channel(StrEnum):
    """By which door an input comes in."""

    DOCUMENT = "document"
    TABLE = "table"
    QUESTIONS = "questions"
    LABELS = "labels"
    ANSWERS = "answers"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input.

    Attributes:
        name: Of the file, whose ending says what it pretends to be.
        channel: By which door it comes in.
        make: Writes it.
        what: What is wrong with it.
    """

    name: str
    channel: Channel
    make: Callable[[Path], object]
    what: str


def holding(content: bytes | str) -> Callable[[Path], object]:
    """Return what writes exactly this content."""
    raw = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(raw)


def fuzz(
    name: str, channel: Channel, make_good: Callable[[Path], object], *, count: int
) -> list[Hostile]:
    """Damage a good file in so many ways."""
    stem, _, suffix = name.rpartition(".")

    def damaged(number: int) -> Callable[[Path], object]:
        def make(path: Path) -> None:
            make_good(path)
            path.write_bytes(damage(path.read_bytes(), random.Random(f"{name}{number}")))

        return make

    return [
        Hostile(f"{stem}-{number}.{suffix}", channel, damaged(number), f"damaged {suffix}")
        for number in range(count)
    ]


def damage(content: bytes, chance: random.Random) -> bytes:
    """Cut, repeat, overwrite or mix up parts of a file."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.randint(1, max(1, len(content) // 4)))
        content = chance.choice(_DAMAGES)(content, start, end, chance)
    return content


def _cut_off(content: bytes, start: int, _: int, __: random.Random) -> bytes:
    return content[:start]


def _cut_out(content: bytes, start: int, end: int, _: random.Random) -> bytes:
    return content[:start] + content[end:]


def _repeat(content: bytes, start: int, end: int, chance: random.Random) -> bytes:
    return content[:end] + content[start:end] * chance.randint(1, 20) + content[end:]


def _overwrite(content: bytes, start: int, end: int, chance: random.Random) -> bytes:
    return content[:start] + chance.randbytes(end - start) + content[end:]


def _insert_odd(content: bytes, start: int, _: int, chance: random.Random) -> bytes:
    odd = (b"\0", b"\xed\xa0\x80", b"\xff\xfe", b'"', b"{", b"\n", b"\x1b[2J", b"&", b"<", b"[[[[")
    return content[:start] + chance.choice(odd) * chance.randint(1, 9) + content[start:]


_DAMAGES = (_cut_off, _cut_out, _repeat, _overwrite, _insert_odd)
