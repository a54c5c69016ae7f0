"""The text of a document, without what only a search index needs, such as its title."""

from __future__ import annotations

from pathlib import Path

from prototypes.data.files import MAX_DOCUMENT_MB, read_text, show_path
from prototypes.data.formats import load_content
from prototypes.errors import DataError

_PLAIN = (".md", ".txt", ".rst")


def read_document(path: Path) -> str:
    """Read the text of one document.

    Raises:
        DataError: If it cannot be read, or holds no text.
    """
    if path.suffix.lower() in _PLAIN:
        text = read_text(path, limit_mb=MAX_DOCUMENT_MB)
        if "\0" in text:
            raise DataError(f"{show_path(path)}: found NUL bytes, expected text.")
    else:
        text = load_content(path).text
    if not text.strip():
        raise NoTextError("holds no text (an empty file, or a scan); expected text.")
    return text


class NoTextError(DataError):
    """A document opens but has no text in it, like a scanned page."""
