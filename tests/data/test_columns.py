"""Columns are found by mapping, by name, by synonym, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Task
from prototypes.data.columns import resolve_columns
from prototypes.data.tables import Table
from prototypes.errors import DataError


def _table(*columns: str) -> Table:
    return Table(Path("train.csv"), columns, ())


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("text", "label"), {"text": "text", "label": "label"}),
        (("Text", "LABEL"), {"text": "Text", "label": "LABEL"}),
        (("utterance", "intent"), {"text": "utterance", "label": "intent"}),
        (("text", "query", "label", "class"), {"text": "text", "label": "label"}),
        (("text", "label", "id", "group"), {r: r for r in ("text", "label", "id", "group")}),
    ],
)
def test_columns_of_labelled_texts(columns: tuple[str, ...], expected: dict[str, str]) -> None:
    """The exact name wins over a synonym."""
    found = resolve_columns(_table(*columns), Task.CLASSIFICATION, mapping={})

    assert expected == found


def test_mapping_wins_over_a_column_of_that_name() -> None:
    """The user decides."""
    table = _table("text", "label", "translated")

    found = resolve_columns(table, Task.CLASSIFICATION, mapping={"text": "translated"})

    assert found["text"] == "translated"


def test_missing_column_names_those_found_and_the_flag() -> None:
    """What was found, what was expected, and what to do."""
    with pytest.raises(DataError) as caught:
        resolve_columns(_table("texts", "intent"), Task.CLASSIFICATION, mapping={})

    assert "expected a column 'text', found 'texts', 'intent'" in str(caught.value)
    assert "Did you mean 'texts'?" in str(caught.value)
    assert "`--column text=NAME`" in str(caught.value)


def test_misspelt_synonym_is_suggested() -> None:
    """`utterence` is near `utterance`, which would have been taken for the text."""
    with pytest.raises(DataError, match=r"Did you mean 'utterence'\?"):
        resolve_columns(_table("utterence", "label"), Task.CLASSIFICATION, mapping={})


def test_mapping_to_a_missing_column_suggests_the_nearest() -> None:
    """A mistyped mapping is not silently ignored."""
    table = _table("utterance", "label")

    with pytest.raises(DataError, match="Did you mean 'utterance'"):
        resolve_columns(table, Task.CLASSIFICATION, mapping={"text": "uterance"})


def test_unknown_role_in_mapping_suggests_the_nearest() -> None:
    """`--column txt=…` is a mistake in the role, not in the file."""
    with pytest.raises(DataError, match=r"nothing is called 'txt'\. Did you mean 'text'"):
        resolve_columns(_table("text", "label"), Task.CLASSIFICATION, mapping={"txt": "text"})


def test_competing_synonyms_have_to_be_decided() -> None:
    """Neither `category` nor `intent` is picked by chance."""
    table = _table("text", "category", "intent")

    with pytest.raises(DataError, match="`--column label=category`"):
        resolve_columns(table, Task.CLASSIFICATION, mapping={})
