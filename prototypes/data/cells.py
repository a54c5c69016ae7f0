"""What one cell of a table says: a text, a label, a list, yes or no.

Each function raises `DataError` with a reason that reads on after the place of the row.
"""

from __future__ import annotations

import json

from prototypes.data.wording import excerpt, plural
from prototypes.errors import DataError

MAX_INPUT_CHARACTERS = 100_000
"""Longer inputs are refused: no encoder here reads more than a few thousand characters."""

_YES = ("true", "yes", "1")
_NO = ("false", "no", "0", "")


def parse_text(value: object, *, role: str) -> str:
    """Return a text that is neither empty nor beyond all measure."""
    if value is None:
        raise DataError(f"{role} is missing; expected a text.")
    if not isinstance(value, str):
        raise DataError(f"{role} is {excerpt(value)}; expected a text.")
    text = value.strip()
    if not text:
        raise DataError(f"{role} is empty; expected a text.")
    if len(text) > MAX_INPUT_CHARACTERS:
        raise DataError(
            f"{role} has {plural(len(text), 'character')}; "
            f"expected at most {MAX_INPUT_CHARACTERS:,}."
        )
    return text


def parse_name(value: object, *, role: str) -> str:
    """Return a label, id or group: a text, a whole number, or true/false."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return _digits(value, role=role)
    return parse_text(value, role=role)


def parse_optional_name(value: object, *, role: str) -> str | None:
    """Return a name, or None for an empty or missing cell."""
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    return None if is_blank else parse_name(value, role=role)


def parse_names(value: object, *, role: str) -> tuple[str, ...]:
    """Return a list of names, in order and each once.

    In a CSV cell a list is written as JSON, `["a", "b"]`; any other text is one single name.
    """
    items = _parse_list(value, role=role)
    return tuple(dict.fromkeys(parse_name(item, role=role) for item in items))


def parse_flag(value: object, *, role: str) -> bool:
    """Return true or false; a missing cell means false."""
    if value is None:
        return False
    word = str(value).strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise DataError(f"{role} is {excerpt(value)}; expected true or false.")


def _parse_list(value: object, *, role: str) -> list[object]:
    if isinstance(value, list):
        return value
    text = value.strip() if isinstance(value, str) else value
    if text is None or text == "":
        return []
    if isinstance(text, str) and text.startswith("[") and text.endswith("]"):
        return _parse_json_list(text, role=role)
    return [text]


def _parse_json_list(text: str, *, role: str) -> list[object]:
    try:
        items = json.loads(text)
        json.dumps(items, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise DataError(
            f'{role} is {excerpt(text)}; expected a JSON list such as ["one", "two"].'
        ) from error
    return list(items)


def _digits(value: int, *, role: str) -> str:
    try:
        return str(value)
    except ValueError as error:
        raise DataError(f"{role} is a number of thousands of digits; expected a name.") from error
