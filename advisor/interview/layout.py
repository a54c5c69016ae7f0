"""Fits text to the terminal: its width, and the characters it can show."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata

MIN_WIDTH, MAX_WIDTH = 20, 100

_PLAIN = str.maketrans(
    {
        "·": "-",
        "–": "-",
        "—": "-",
        "…": "...",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "→": "->",
        "×": "x",
        "\u00a0": " ",
    }
)


def terminal_width() -> int:
    """Count the columns to fill; more than a hundred do not read well."""
    return min(shutil.get_terminal_size().columns, MAX_WIDTH)


def wrap(text: str, *, indent: int = 0, hanging: str = "") -> str:
    """Break lines at words; what is drawn `indent` columns in, and keeps its own line breaks."""
    width = max(MIN_WIDTH, terminal_width() - indent - 1)
    lines = [
        textwrap.fill(
            line, width, subsequent_indent=hanging or _own_indent(line), break_on_hyphens=False
        )
        for line in text.splitlines()
    ]
    return "\n".join(lines).replace("\u00a0", " ")


def _own_indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))


def fits(text: str, *, indent: int) -> bool:
    """Tell whether a text fits into one line."""
    return len(text) <= max(MIN_WIDTH, terminal_width() - indent - 1)


def to_ascii(text: str) -> str:
    """Spell a text with the characters that every terminal has."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return (
        "".join(letter for letter in plain if not unicodedata.combining(letter))
        .encode("ascii", "replace")
        .decode("ascii")
    )
