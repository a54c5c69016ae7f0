"""A row becomes a sample or is refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prototypes.contracts import RefusedRow, Sample, Task
from prototypes.data.cells import MAX_INPUT_CHARACTERS
from prototypes.data.conversion import build_samples, refuse_unknown_sources
from prototypes.data.tables import Table
from prototypes.data.text_rows import Row


def _build(task: Task, *records: Mapping[str, object]) -> tuple[list[Sample], list[RefusedRow]]:
    columns = tuple(dict.fromkeys(name for record in records for name in record))
    rows = tuple(Row(line, record) for line, record in enumerate(records, start=2))
    placed, refused = build_samples(Table(Path("a.csv"), columns, rows), task, mapping={})
    return [sample for _, sample in placed], refused


def _build_question(**cells: object) -> tuple[list[Sample], list[RefusedRow]]:
    record = {"question": "Who?", "answers": ["Ada"], "sources": None, "unanswerable": None}
    return _build(Task.DOCUMENT_QA, record | cells)


def test_sample_is_called_after_its_line() -> None:
    """Without an id column the line is the name, so that the user finds the row."""
    samples, _ = _build(Task.CLASSIFICATION, {"text": " a ", "label": "x"})

    assert [Sample(id="line-2", input="a", targets=("x",))] == samples


def test_own_ids_and_groups_are_kept() -> None:
    """A user finds the results by the ids of the user's own system."""
    record = {"text": "a", "label": "x", "id": 17, "group": "mail"}

    samples, _ = _build(Task.CLASSIFICATION, record)

    assert [Sample(id="17", input="a", targets=("x",), group="mail")] == samples


def test_repeated_id_is_refused_with_the_first_line() -> None:
    """Two samples of one id could not be told apart in the results."""
    record = {"text": "a", "label": "x", "id": "7"}

    samples, refused = _build(Task.CLASSIFICATION, record, record)

    assert len(samples) == 1
    assert refused[0].where == "a.csv, line 3"
    assert "'7' was already used in line 2" in refused[0].reason


@pytest.mark.parametrize(
    ("label", "expected"), [("x", "x"), (" x ", "x"), (3, "3"), (True, "true"), (0, "0")]
)
def test_label_may_be_a_number_or_truth_value(label: object, expected: str) -> None:
    """JSON and Parquet files hold labels as numbers."""
    samples, _ = _build(Task.CLASSIFICATION, {"text": "a", "label": label})

    assert (expected,) == samples[0].targets


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"text": "  "}, "text is empty"),
        ({"text": None}, "text is missing"),
        ({"text": ["a"]}, "expected a text"),
        ({"text": "x" * (MAX_INPUT_CHARACTERS + 1)}, "text has 100,001 characters"),
        ({"label": ""}, "label is empty"),
        ({"label": 0.5}, "label is '0.5'"),
        ({"label": float("nan")}, "label is 'nan'"),
    ],
)
def test_unusable_cell_is_refused(cells: dict[str, object], reason: str) -> None:
    """The reason names the column, what was found and what was expected."""
    samples, refused = _build(Task.CLASSIFICATION, {"text": "a", "label": "x"} | cells)

    assert samples == []
    assert reason in refused[0].reason


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["a", "b", "a"], ("a", "b")),
        ('["a", "b"]', ("a", "b")),
        ("one, two; three", ("one, two; three",)),
        (["1990", 1990], ("1990",)),
        ("[sic] so", ("[sic] so",)),
    ],
)
def test_answers_are_a_list_a_json_list_or_one_text(
    answers: object, expected: tuple[str, ...]
) -> None:
    """Nothing is split at commas or semicolons, which belong to answers."""
    samples, _ = _build_question(answers=answers)

    assert expected == samples[0].targets


def test_list_that_is_not_json_is_refused() -> None:
    """A Python list in a CSV cell is a common export; it is not guessed at."""
    _, refused = _build_question(answers="['a', 'b']")

    assert "expected a JSON list" in refused[0].reason


@pytest.mark.parametrize("answers", ["", None, []])
def test_question_without_answer_has_to_be_marked(answers: object) -> None:
    """A forgotten answer must not turn into an unanswerable question."""
    _, refused = _build_question(answers=answers)

    assert "or unanswerable: true" in refused[0].reason


@pytest.mark.parametrize("flag", [True, "true", "Yes", "1", 1])
def test_unanswerable_question_needs_no_answer(flag: object) -> None:
    """JSON, CSV and spreadsheets write true in their own ways."""
    samples, _ = _build_question(answers="", unanswerable=flag)

    assert samples[0].unanswerable
    assert samples[0].targets == ()


def test_unanswerable_question_with_answer_is_refused() -> None:
    """One of the two is a mistake, and only the user knows which."""
    _, refused = _build_question(unanswerable="true")

    assert "marked unanswerable, yet it has answers" in refused[0].reason


def test_unclear_flag_is_refused() -> None:
    """Neither true nor false is assumed."""
    _, refused = _build_question(unanswerable="maybe")

    assert refused[0].reason == "unanswerable is 'maybe'; expected true or false."


def test_source_named_from_above_the_corpus_is_suggested_right() -> None:
    """`documents/a.md` is called `a.md`."""
    samples, _ = _build_question(sources=["documents/a.md"])

    _, refused = refuse_unknown_sources([("q", samples[0])], ["b.md", "a.md"])

    assert "Did you mean 'a.md'?" in refused[0].reason


def test_unknown_source_is_refused_with_a_suggestion() -> None:
    """The question stays out; its neighbours stay in."""
    samples, _ = _build_question(sources=["guide/setup.md"])
    good, _ = _build_question()
    placed = [("q, line 2", samples[0]), ("q, line 3", good[0])]

    kept, refused = refuse_unknown_sources(placed, ["guide/set-up.md"])

    assert [("q, line 3", good[0])] == kept
    assert refused[0].where == "q, line 2"
    assert "Did you mean 'guide/set-up.md'?" in refused[0].reason
