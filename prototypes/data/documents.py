"""The corpus: every readable file below a folder becomes one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from prototypes.contracts import Document, RefusedRow
from prototypes.data.files import show_path
from prototypes.data.formats import FORMATS, load_content
from prototypes.data.places import find_files, name_below
from prototypes.data.wording import plural, printable
from prototypes.errors import DataError

MAX_CORPUS_MB = 1_000


def load_documents(source: Path) -> tuple[tuple[Document, ...], tuple[RefusedRow, ...]]:
    """Read a folder of documents, in the order of their ids, or one single document.

    Hidden files and folders are passed over. Files of kinds that are not read, links that lead
    out of the folder and files that cannot be read are refused by name; the others go on.

    Raises:
        DataError: If the folder is missing, holds no readable document, or is larger than
            `MAX_CORPUS_MB`.
    """
    root, paths, refused = _list_files(source)
    _require_corpus_size(source, paths)
    documents = sorted(_load_each(paths, root, refused.append), key=lambda document: document.id)
    if not documents:
        raise DataError(_nothing_read_message(source, refused))
    return tuple(documents), tuple(refused)


def stream_documents(
    source: Path, *, on_refused: Callable[[RefusedRow], None]
) -> Iterator[Document]:
    """Read a folder of documents one after the other, however large it is, in the order of ids.

    Args:
        source: The folder, or one single document.
        on_refused: Told of each file that cannot be used, and why.

    Raises:
        DataError: If there is no such folder.
    """
    root, paths, refused = _list_files(source)
    for row in refused:
        on_refused(row)
    yield from _load_each(
        sorted(paths, key=lambda path: path.relative_to(root).as_posix()), root, on_refused
    )


def _list_files(source: Path) -> tuple[Path, list[Path], list[RefusedRow]]:
    """Return what ids are relative to, the files to be read and those that are not."""
    if not source.exists():
        raise DataError(f"{show_path(source)}: no such folder or file (--documents).")
    if source.is_dir():
        return source, *_find_files(source)
    return source.parent, [source], []


def _load_each(
    paths: Iterable[Path], root: Path, on_refused: Callable[[RefusedRow], None]
) -> Iterator[Document]:
    for path in paths:
        try:
            document = _load_document(path, root)
        except DataError as error:
            reason = str(error).removeprefix(show_path(path)).lstrip(":, ")
            on_refused(RefusedRow(name_below(path, root), reason))
        else:
            yield document


def _find_files(folder: Path) -> tuple[list[Path], list[RefusedRow]]:
    paths, refused = find_files(folder)
    other_kinds = Counter(p.suffix.lower() for p in paths if p.suffix.lower() not in FORMATS)
    refused.extend(_other_kind(kind, count) for kind, count in sorted(other_kinds.items()))
    return [path for path in paths if path.suffix.lower() in FORMATS], refused


def _load_document(path: Path, root: Path) -> Document:
    content = load_content(path)
    if not content.text.strip():
        raise DataError("holds no text (an empty file, or a scan); expected text to search.")
    return Document(
        id=_require_portable(path.relative_to(root).as_posix()),
        title=content.title or path.stem,
        text=content.text,
        modified=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC),
    )


def _require_portable(document_id: str) -> str:
    if printable(document_id) != document_id:
        raise DataError("the file name is not UTF-8; rename the file.")
    return document_id


def _other_kind(suffix: str, count: int) -> RefusedRow:
    return RefusedRow(
        f"*{printable(suffix)}" if suffix else "files without ending",
        f"{plural(count, 'file')} of a kind that is not read; expected {', '.join(FORMATS)}.",
    )


def _require_corpus_size(source: Path, paths: list[Path]) -> None:
    size_mb = sum(path.stat().st_size for path in paths if path.is_file()) / 1_000_000
    if size_mb > MAX_CORPUS_MB:
        raise DataError(
            f"{show_path(source)}: {size_mb:,.0f} MB of documents, expected at most "
            f"{MAX_CORPUS_MB:,} MB. Point --documents at a part of them."
        )


def _nothing_read_message(source: Path, refused: list[RefusedRow]) -> str:
    first = f" First of them: {refused[0].where}: {refused[0].reason}" if refused else ""
    return (
        f"{show_path(source)}: found no readable document ({plural(len(refused), 'refusal')}), "
        f"expected {', '.join(FORMATS)}.{first}"
    )
