"""Rows from one JSON value: a list of records, SQuAD's articles, or pairs under their split."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from prototypes.contracts import RefusedRow
from prototypes.data.files import read_text, show_path
from prototypes.data.text_rows import Row
from prototypes.data.wording import excerpt
from prototypes.errors import DataError

MAX_JSON_MB = 60
"""Larger values are refused: JSON is read as a whole and grows tenfold in memory."""


def load_nested_json(path: Path) -> Iterator[Row | RefusedRow]:
    """Yield the records of a JSON list, or the questions of a SQuAD file with their paragraphs.

    Raises:
        DataError: If the file is too large, is not JSON, or holds something else.
    """
    text = read_text(path, limit_mb=MAX_JSON_MB)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{show_path(path)}: not JSON ({error}).") from error
    if isinstance(value, list):
        yield from _records(path, value)
    elif isinstance(value, dict) and isinstance(value.get("data"), list):
        yield from _squad_rows(path, value["data"])
    elif isinstance(value, dict) and value and all(isinstance(v, list) for v in value.values()):
        yield from _pairs_by_split(path, value)
    else:
        raise DataError(
            f"{show_path(path)}: expected a list of objects, a SQuAD file, or lists of "
            "[text, label] under the name of their split."
        )


def _records(path: Path, values: list[object]) -> Iterator[Row | RefusedRow]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield Row(number, value)
        else:
            where = f"{path.name}, record {number}"
            yield RefusedRow(where, f"expected an object, found {type(value).__name__}.")


def _pairs_by_split(path: Path, splits: Mapping[str, list[object]]) -> Iterator[Row | RefusedRow]:
    """Read CLINC150's layout: `{"train": [[text, label], …], "test": …}`."""
    numbered = ((name, value) for name, values in splits.items() for value in values)
    for number, (split, value) in enumerate(numbered, start=1):
        match value:
            case [str(text), str(label)]:
                yield Row(number, {"text": text, "label": label, "split": split})
            case _:
                where = f"{path.name}, record {number}"
                yield RefusedRow(where, f"expected [text, label], found {excerpt(value)}.")


def _squad_rows(path: Path, articles: list[object]) -> Iterator[Row]:
    number = 0
    try:
        for article in articles:
            for context, question in _squad_questions(article):
                number += 1
                yield Row(number, {**question, "context": context})
    except (AttributeError, TypeError, KeyError) as error:
        raise DataError(
            f"{show_path(path)}: expected SQuAD's `data`, `paragraphs` and `qas` after question "
            f"{number}, found something else ({error})."
        ) from error


def _squad_questions(article: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    paragraphs = article["paragraphs"]  # type: ignore[index]
    for paragraph in paragraphs:
        for question in paragraph["qas"]:
            yield paragraph["context"], question
