"""Title and text of one document, whatever its format.

Headings keep their rank as Markdown (`## …`) in every format that marks them, so that whoever
cuts a document into passages sees its sections.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prototypes.data.files import (
    MAX_DOCUMENT_MB,
    read_text,
    require_size,
    require_unpacked_size,
    show_path,
)
from prototypes.data.html_text import extract_html
from prototypes.data.wording import excerpt
from prototypes.errors import DataError

MAX_PDF_PAGES = 2_000

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:(.+)$", re.MULTILINE)
_HEADING = re.compile(r"#{1,6}[ \t]+(\S.*)")
_UNDERLINE = re.compile(r"([=\-~^\"'#*+`])\1{2,}[ \t]*$")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file says; `title` is None if it names none."""

    title: str | None
    text: str


def load_content(path: Path) -> Content:
    """Read one document by the format its ending names.

    Raises:
        DataError: If the file is too large, not UTF-8, damaged, locked or not of that format.
    """
    load = FORMATS.get(path.suffix.lower())
    if load is None:
        raise DataError(
            f"{show_path(path)}: a kind that is not read; expected {', '.join(FORMATS)}."
        )
    content = load(path)
    if "\0" in content.text:
        raise DataError(f"{show_path(path)}: found NUL bytes, expected text.")
    return content


def find_heading(text: str) -> str | None:
    """Return the first heading, marked by `#` or underlined, outside fenced code."""
    is_code = False
    before = ""
    for line in text.splitlines():
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code:
            if heading := _HEADING.match(line):
                return heading[1].rstrip(" \t#")
            if before.strip() and _UNDERLINE.match(line):
                return before.strip()
        before = "" if is_code or _UNDERLINE.match(line) else line
    return None


def _load_plain(path: Path) -> Content:
    return Content(None, read_text(path, limit_mb=MAX_DOCUMENT_MB))


def _load_marked_up(path: Path) -> Content:
    text = read_text(path, limit_mb=MAX_DOCUMENT_MB).replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    if front is None:
        return Content(find_heading(text), text)
    named = _FRONT_TITLE.search(front[1] or "")
    body = text[front.end() :]
    return Content(named[1].strip().strip("\"'") if named else find_heading(body), body)


def _load_html(path: Path) -> Content:
    title, text = extract_html(read_text(path, limit_mb=MAX_DOCUMENT_MB))
    return Content(title or find_heading(text), text)


def _load_pdf(path: Path) -> Content:
    import pypdf

    require_size(path, limit_mb=MAX_DOCUMENT_MB)
    # pypdf reports every oddity of a file to a logger; a damaged file is refused below instead.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise DataError(f"{show_path(path)}: locked by a password; save it without one.")
        n_pages = len(reader.pages)
        if n_pages > MAX_PDF_PAGES:
            raise DataError(f"{show_path(path)}: {n_pages:,} pages, expected {MAX_PDF_PAGES:,}.")
        text = "\n\n".join(page.extract_text() for page in reader.pages)
        title = reader.metadata.title if reader.metadata else None
    except DataError:
        raise
    except Exception as error:  # damaged files make pypdf fail in ways it does not list
        raise DataError(_damaged_message(path, "PDF", error)) from error
    return Content(_writable(title or "") or None, _writable(text))


def _load_docx(path: Path) -> Content:
    import docx

    require_size(path, limit_mb=MAX_DOCUMENT_MB)
    try:
        require_unpacked_size(path)
        document = docx.Document(str(path))
        text = "\n\n".join(_docx_block(block) for block in document.iter_inner_content())
        title = document.core_properties.title
    except DataError:
        raise
    except Exception as error:  # damaged archives and XML fail in ways python-docx does not list
        raise DataError(_damaged_message(path, "Word document", error)) from error
    return Content(title or find_heading(text), text)


def _docx_block(block: object) -> str:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    if isinstance(block, Table):
        return "\n".join(" | ".join(cell.text for cell in row.cells) for row in block.rows)
    if not isinstance(block, Paragraph):
        return ""
    style = block.style.name if block.style else ""
    heading = re.fullmatch(r"Heading (\d)", style or "")
    rank = 1 if style == "Title" else int(heading[1]) if heading else 0
    return f"{'#' * rank} {block.text}" if rank else block.text


def _writable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _damaged_message(path: Path, kind: str, error: Exception) -> str:
    reason = excerpt(str(error) or type(error).__name__, n_characters=100)
    return f"{show_path(path)}: not a readable {kind} ({reason}). Save it anew, or as text."


FORMATS: dict[str, Callable[[Path], Content]] = {
    ".md": _load_marked_up,
    ".txt": _load_plain,
    ".rst": _load_marked_up,
    ".html": _load_html,
    ".htm": _load_html,
    ".pdf": _load_pdf,
    ".docx": _load_docx,
}
