"""JSON lists and SQuAD files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prototypes.contracts import RefusedRow
from prototypes.data.nested_json import load_nested_json
from prototypes.data.text_rows import Row
from prototypes.errors import DataError

QUESTION = {"id": "1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}


def _write(folder: Path, value: object) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_squad_questions_carry_their_passage(tmp_path: Path) -> None:
    """One row per question."""
    value = {"data": [{"paragraphs": [{"context": "Ann came.", "qas": [QUESTION, QUESTION]}]}]}

    rows = list(load_nested_json(_write(tmp_path, value)))

    assert rows == [Row(n, {**QUESTION, "context": "Ann came."}) for n in (1, 2)]


def test_list_of_objects_is_a_table(tmp_path: Path) -> None:
    """What is no object is refused by its number."""
    rows = list(load_nested_json(_write(tmp_path, [{"text": "a"}, 3])))

    assert rows[0] == Row(1, {"text": "a"})
    assert isinstance(rows[1], RefusedRow)


def test_pairs_stand_under_their_split(tmp_path: Path) -> None:
    """CLINC150's layout; what is no pair is refused by its number."""
    value = {"train": [["lock my card", "card"]], "test": [["hello", "greeting"], ["alone"]]}

    *rows, last = load_nested_json(_write(tmp_path, value))

    assert rows == [
        Row(1, {"text": "lock my card", "label": "card", "split": "train"}),
        Row(2, {"text": "hello", "label": "greeting", "split": "test"}),
    ]
    assert last == RefusedRow("a.json, record 3", "expected [text, label], found \"['alone']\".")


@pytest.mark.parametrize("value", [{"a": 1}, {"data": [{"paragraphs": 3}]}, "text"])
def test_other_json_is_refused(tmp_path: Path, value: object) -> None:
    """It is said what was expected."""
    with pytest.raises(DataError, match="expected"):
        list(load_nested_json(_write(tmp_path, value)))
