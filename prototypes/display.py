"""A small card of HTML for notebooks: a sentence, a table, remarks; every text is escaped."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_TEXT = 400
_CELL = "padding:0.2em 1em 0.2em 0;text-align:left;vertical-align:top"


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a result where it is the last value of a notebook cell.

    Attributes:
        badge: The outcome in one or two words.
        sentence: The outcome in one sentence.
        columns: The heads of the table.
        rows: Its cells; the first cell of a row names the row.
        remarks: What to know or to do next.
    """

    badge: str
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str] = ()


def render_card(card: Card) -> str:
    """Render a card without scripts, addresses or colours of its own: it suits any theme."""
    heads = _cells("th", card.columns)
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in card.rows)
    remarks = "".join(f"<p>{_text(remark)}</p>" for remark in card.remarks)
    return (
        '<div style="max-width:50em;border:1px solid;border-radius:8px;padding:0.2em 1em">'
        f"<p><b>{_text(card.badge)}.</b> {_text(card.sentence)}</p>"
        f'<table style="border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{remarks}</div>"
    )


def _row(row: Sequence[str]) -> str:
    return f'<th scope="row" style="{_CELL}">{_text(row[0])}</th>{_cells("td", row[1:])}'


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f'<{tag} style="{_CELL}">{_text(text)}</{tag}>' for text in texts)


def _text(text: str) -> str:
    """Escape a text; what is hidden in it becomes visible, and what is too long is cut."""
    cut = f"{text[:MAX_TEXT]} …" if len(text) > MAX_TEXT else text
    return html.escape("".join(map(_visible, cut)))


def _visible(character: str) -> str:
    """Spell out control, format and surrogate characters, such as direction marks."""
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs")
    return f"[U+{ord(character):04X}]" if hidden and character not in "\n\t" else character
