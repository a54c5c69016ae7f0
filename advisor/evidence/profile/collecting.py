"""Goes through all files once, tables first, and hands what they hold to the collectors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from advisor.evidence.profile.changes import PREVIOUS
from advisor.evidence.profile.reading import NoTextError, read_document
from advisor.evidence.profile.roles import PASSAGE, Role, RowKind, tell_kind_of_rows
from advisor.evidence.profile.rows import Collectors
from advisor.schema.profile import Skipped
from prototypes.contracts import RefusedRow
from prototypes.data.formats import FORMATS
from prototypes.data.nested_json import load_nested_json
from prototypes.data.places import Item, Material
from prototypes.data.tables import TABLE_KINDS, stream_rows
from prototypes.data.text_rows import Row
from prototypes.data.wording import plural
from prototypes.errors import DataError

OnProgress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""

_PICTURES_AND_SOUND = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".svg", ".heic"),
        *(".wav", ".mp3", ".flac", ".ogg", ".m4a", ".aac"),
        *(".mp4", ".mov", ".avi", ".webm", ".mkv"),
    }
)
_DATASETS_METADATA = ("dataset_info.json", "dataset_dict.json", "state.json")
"""Written by Hugging Face's datasets library beside the data."""

_ROWS_PER_REPORT = 1_000
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


class Collection:
    """Everything found in some material."""

    def __init__(self, material: Material, *, columns: Mapping[str, str]) -> None:
        self.collectors = Collectors()
        self.kinds: Counter[str] = Counter()
        self.skipped: list[Skipped] = []
        self.n_read = 0
        self._material = material
        self._columns = columns
        self._not_found = set(columns.values())
        self._other_kinds: Counter[str] = Counter()
        self._with_passages: list[Item] = []

    def run(self, on_progress: OnProgress) -> None:
        """Read every file; what cannot be read is named and passed over.

        Tables come first, for questions have to be known before documents are held against them;
        passages that stand beside the questions are therefore read in a second pass.
        """
        items = [one for one in self._material.items if not one.name.startswith(PREVIOUS)]
        documents = [item for item in items if item.suffix in FORMATS]
        tables = [item for item in items if item.suffix not in FORMATS]
        meter = _Meter(on_progress, sum(item.n_bytes for item in items))
        for item in tables:
            self._take(item, meter)
        for item in self._with_passages:
            self._take_passages(item)
        for item in documents:
            self._take(item, meter)
        for refused in self._material.refused:
            self.skip(refused.where, refused.reason)
        for kind, count in sorted(self._other_kinds.items()):
            self.skip(kind, f"{plural(count, 'file')} of a kind that is not read.")

    def require_columns(self) -> None:
        """Refuse a name that no table knows.

        Raises:
            DataError: If a column that was named is in none of the tables.
        """
        for name, column in self._columns.items():
            if column in self._not_found:
                raise DataError(
                    f"`--column {name}={column}` names a column that none of the tables has. "
                    "Look at their headers, or leave it out."
                )

    def skip(self, name: str, reason: str) -> None:
        """Note what could not be read; quotations are left out, for they may be personal."""
        self.skipped.append(Skipped(name=name, reason=_QUOTED.sub("…", reason)))

    def _take(self, item: Item, meter: _Meter) -> None:
        if item.suffix in _PICTURES_AND_SOUND:
            self.kinds["images_or_audio"] += 1
        elif item.suffix in FORMATS or item.suffix in _TABLES:
            self._read(item, meter)
        elif not _is_metadata(item):
            self._other_kinds[f"*{item.suffix}" if item.suffix else "files without ending"] += 1
        meter.finish(item)

    def _read(self, item: Item, meter: _Meter) -> None:
        if _is_metadata(item):
            return
        try:
            with self._material.at_hand(item) as path:
                if item.suffix in FORMATS:
                    self._read_document(item, path)
                else:
                    self._read_table(item, path, meter)
        except NoTextError as error:
            self.kinds["images_or_audio"] += item.suffix == ".pdf"
            self.skip(item.name, str(error))
        except (DataError, OSError) as error:
            self.skip(item.name, _without_path(str(error), item.name))
        else:
            self.n_read += 1

    def _read_document(self, item: Item, path: Path) -> None:
        text = read_document(path)
        modified = "" if item.member else _day(path)
        self.collectors.add_document(text, suffix=item.suffix, modified=modified)
        self.kinds["text"] += 1

    def _read_table(self, item: Item, path: Path, meter: _Meter) -> None:
        kind: RowKind | None = None
        n_refused, first, n_characters = 0, "", 0
        for number, row in enumerate(_rows(path), start=1):
            if isinstance(row, RefusedRow):
                n_refused += 1
                first = first or f"{row.where.rpartition(', ')[2]}: {row.reason}"
                continue
            self._not_found.difference_update(row.cells)
            kind = kind or tell_kind_of_rows(path, tuple(row.cells), self._columns)
            n_characters += self.collectors.add_row(
                row.cells, kind, file=item.name, suffix=item.suffix
            )
            if number % _ROWS_PER_REPORT == 0:
                meter.show(item, n_characters)
        if kind is None and not n_refused:
            raise DataError("found a header but no rows. Add one row per sample.")
        if n_refused:
            self.skip(item.name, f"{plural(n_refused, 'row')} refused; the first: {first}")
        if kind is not None:
            self.kinds["tables" if kind.role is Role.FIGURES else "text"] += 1
            if kind.role is Role.QUESTION and PASSAGE in kind.columns:
                self._with_passages.append(item)

    def _take_passages(self, item: Item) -> None:
        with self._material.at_hand(item) as path:
            for row in _rows(path):
                passage = row.cells.get(PASSAGE) if isinstance(row, Row) else None
                if isinstance(passage, str):
                    self.collectors.add_passage(passage, suffix=item.suffix)


class _Meter:
    """Turns what is done of one file into what is done of all."""

    def __init__(self, on_progress: OnProgress, total: int) -> None:
        self._on_progress = on_progress
        self._total = total
        self._done = 0

    def show(self, item: Item, n_bytes: int) -> None:
        """Report a part of a file; row by row its size is only known roughly."""
        self._on_progress(self._done + min(n_bytes, item.n_bytes), self._total)

    def finish(self, item: Item) -> None:
        """Report that a file is done."""
        self._done += item.n_bytes
        self._on_progress(self._done, self._total)


def _rows(path: Path) -> Iterator[Row | RefusedRow]:
    return load_nested_json(path) if path.suffix.lower() == ".json" else stream_rows(path)


_TABLES = frozenset((*TABLE_KINDS, ".json"))


def _is_metadata(item: Item) -> bool:
    name = item.name.rpartition("/")[2]
    return name in _DATASETS_METADATA or (name.startswith("cache-") and item.suffix == ".arrow")


def _day(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()


def _without_path(message: str, name: str) -> str:
    """Leave out the place that a message opens with: it is shown beside it, or temporary."""
    opening, separator, rest = message.partition(": ")
    is_place = "/" in opening or opening == name
    return rest if separator and is_place else message
