"""The readable text of an HTML page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from prototypes.errors import DataError

_UNSEEN = frozenset({"script", "style"})
_HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|details|div|fieldset|figcaption|figure|footer|"
    "form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul"
)


def extract_html(markup: str) -> tuple[str | None, str]:
    """Return the title of a page, if it has one, and its text.

    Blocks begin a new paragraph, headings are written as Markdown, code keeps its line breaks.

    Raises:
        DataError: If the markup is so broken that it cannot be parsed.
    """
    parser = _TextExtractor()
    try:
        parser.feed(_close(markup))
        parser.close()
    except AssertionError as error:  # html.parser asserts on some broken declarations
        raise DataError(f"not readable as HTML ({error}).") from error
    return parser.title, parser.text


def _close(markup: str) -> str:
    """Make text of what opens and never closes: html.parser seeks the end of each to the last."""
    closed, sign, rest = markup.rpartition(">")
    return closed + sign + rest.replace("<", "&lt;")


class _TextExtractor(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._title: list[str] = []
        self._unseen: str | None = None
        self._is_title = False
        self._is_preformatted = False

    @property
    def title(self) -> str | None:
        return _writable(" ".join("".join(self._title).split())) or None

    @property
    def text(self) -> str:
        lines = (line.rstrip() for line in "".join(self._pieces).split("\n"))
        return _writable(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "title" and not self._title
        if tag in _UNSEEN:
            self._unseen = tag
        if _BLOCKS.fullmatch(tag):
            self._pieces.append("\n\n")
        if tag in _HEADINGS:
            self._pieces.append("#" * _HEADINGS[tag] + " ")
        if tag == "pre":
            self._is_preformatted = True

    def handle_endtag(self, tag: str) -> None:
        self._is_title = False
        if tag == self._unseen:
            self._unseen = None
        if _BLOCKS.fullmatch(tag):
            self._pieces.append("\n\n")
        if tag == "pre":
            self._is_preformatted = False

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._is_title:
            self._title.append(data)
        else:
            self._pieces.append(data if self._is_preformatted else self._flow(data))

    def _flow(self, data: str) -> str:
        text = re.sub(r"\s+", " ", data)
        is_line_start = bool(self._pieces) and self._pieces[-1].endswith(("\n", " "))
        return text.lstrip() if is_line_start else text


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
