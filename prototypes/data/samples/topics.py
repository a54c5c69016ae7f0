"""The topics of Python's own help as plain paragraphs.

CPython carries its language reference in `pydoc_data.topics`, wrapped at 70 columns and set in the
text form of Sphinx. Here wrapped lines are joined and tables turned into one line per row, so that
a sentence of the reference is one run of text. Headings keep their underlines, by which a chunker
knows them; nothing is reworded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from prototypes.contracts import Document

WRAP_COLUMNS = 70
"""Where Sphinx breaks the lines of its text output."""

_TABLE_BORDER = re.compile(r"\s*[+|][-=+|]+\s*")
_UNDERLINE = r"^([*=~-])\1{2,}$"
_PROGRAM_TEXT = r"::=|^\s*(?:>>>|\.\.\.)|\S {3,}\S"
_KEEPS_ITS_LINES = re.compile(f"{_UNDERLINE}|{_PROGRAM_TEXT}", re.MULTILINE)
_FIRST_PIECE = re.compile(r"[^\W\d]{2,}-(?=[^\W\d]{2})|\S+")


def load_topics() -> tuple[Document, ...]:
    """Read every topic of this interpreter's help, sorted by name."""
    from pydoc_data.topics import topics

    return tuple(build_document(name, topics[name]) for name in sorted(topics))


def build_document(name: str, raw: str) -> Document:
    """Make a document of one topic; its title is the first line without quotation marks."""
    text = "\n\n".join(filter(None, map(_clean_block, re.split(r"\n[ \t]*\n", raw))))
    title = text.split("\n", 1)[0].replace('"', "").strip()
    return Document(id=name, title=title or name, text=text)


def _clean_block(block: str) -> str:
    """Clean the lines between two blank lines."""
    lines = [line.rstrip() for line in block.splitlines()]
    if lines and _TABLE_BORDER.fullmatch(lines[0]) and lines[0].lstrip().startswith("+"):
        return "\n".join(_table_rows(lines))
    if _KEEPS_ITS_LINES.search(block):
        return "\n".join(lines)
    return re.sub(r"(?<=\S) +", " ", "\n".join(_unwrap(lines)))


def _unwrap(lines: Iterable[str]) -> list[str]:
    """Join lines that were broken only because the next word did not fit."""
    joined: list[str] = []
    width = 0
    for line in lines:
        if joined and _was_wrapped(width, line):
            joined[-1] += _glue(joined[-1]) + line.lstrip()
        else:
            joined.append(line)
        width = len(line)
    return joined


def _was_wrapped(width: int, following: str) -> bool:
    """Tell whether the first piece of `following` would have overrun a line of this width."""
    piece = _FIRST_PIECE.search(following)
    return piece is not None and width + 1 + len(piece.group()) > WRAP_COLUMNS


def _glue(text: str) -> str:
    """Choose what joins two lines: nothing if the break fell after the hyphen of a word."""
    return "" if re.search(r"\w-$", text) else " "


def _table_rows(lines: list[str]) -> Iterator[str]:
    """Turn a table into one line per row, its cells separated by colons."""
    edges = [column for column, character in enumerate(lines[0]) if character == "+"]
    cells = [""] * (len(edges) - 1)
    for line in lines:
        if _TABLE_BORDER.fullmatch(line):
            if any(cells):
                yield ": ".join(filter(None, cells))
            cells = [""] * len(cells)
        else:
            pieces = [line[a + 1 : b].strip() for a, b in pairwise(edges)]
            cells = [f"{cell} {piece}".strip() for cell, piece in zip(cells, pieces, strict=True)]
