"""Measured answers in an answers file: they beat stated ones, and files without them stay as is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from advisor.errors import AnswersError
from advisor.knowledge.answers_file import load_answers, write_answers
from advisor.knowledge.loader import load_rules
from advisor.report.grounds import state_measured
from advisor.schema.answers import Answers, MeasuredAnswer

MEASURED = """
answers: {labeled_examples: over_50k}
measured:
  labeled_examples: {level: 50_to_500, finding: 312 remain, how: rows counted}
"""


def _load(tmp_path: Path, text: str) -> Answers:
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return load_answers(path, load_rules())


def test_measured_answer_beats_the_stated_one(tmp_path: Path) -> None:
    """What was said stays noted beside it."""
    answers = _load(tmp_path, MEASURED)

    assert answers.level("labeled_examples") == "50_to_500"
    assert answers.measured["labeled_examples"].stated == "over_50k"


def test_measured_answers_survive_writing_and_reading(tmp_path: Path) -> None:
    """Once and again."""
    answers = _load(tmp_path, MEASURED)
    for _ in range(2):
        write_answers(answers, tmp_path / "again.yaml")

        assert load_answers(tmp_path / "again.yaml", load_rules()) == answers


def test_file_without_measured_answers_stays_as_it_was(tmp_path: Path) -> None:
    """Nobody sees a key that they do not need."""
    write_answers(_load(tmp_path, "answers: {deployment: edge}"), tmp_path / "again.yaml")

    expected = (
        "schema_version: 1\nproject:\n  name: Unnamed project\n  description: ''\n"
        "answers:\n  deployment: edge\n"
    )
    assert (tmp_path / "again.yaml").read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ("[a]", "measured must be a mapping"),
        ("{modality: text}", "needs the texts level, finding and how"),
        ("{modality: {level: text, finding: f, how: h, why: w}}", "needs the texts"),
        ("{modality: {level: smell, finding: f, how: h}}", "modality cannot be 'smell'"),
        ("{modalty: {level: text, finding: f, how: h}}", "Did you mean 'modality'"),
    ],
)
def test_unusable_measured_answers_are_told(tmp_path: Path, measured: str, message: str) -> None:
    """With file and line."""
    with pytest.raises(AnswersError, match=re.escape(message)) as caught:
        _load(tmp_path, f"measured: {measured}")

    assert "answers.yaml, line 1" in str(caught.value)


def test_profiling_again_keeps_what_was_said_first() -> None:
    """A measured level is not taken for a stated one."""
    found = MeasuredAnswer(level="50_to_500", finding="312 remain", how="counted")
    more = found.model_copy(update={"level": "500_to_5k"})

    answers = Answers(answers={"labeled_examples": "none"}).with_measured(
        {"labeled_examples": found}
    )
    again = answers.with_measured({"labeled_examples": more})

    assert again.level("labeled_examples") == "500_to_5k"
    assert again.measured["labeled_examples"].stated == "none"


def test_grounds_say_what_was_measured_and_how(tmp_path: Path) -> None:
    """And what had been said instead."""
    assert list(state_measured(_load(tmp_path, MEASURED))) == [
        "Measured: labeled_examples=50_to_500 (312 remain; rows counted); you said over_50k."
    ]
