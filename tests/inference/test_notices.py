"""What is said beside a ranking: too early, or less will do."""

from __future__ import annotations

import pytest

from advisor.inference.notices import find_notices
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers

UNMEASURED = {"accuracy_need": "high", "labeled_examples": "none"}
CLASSIFIER = {
    "output_space": "few_classes",
    "labeled_examples": "500_to_5k",
    "evidence_location": "in_the_input",
}


def _notices(answers: dict[str, str]) -> list[tuple[str, str]]:
    return [(n.notice, n.rule) for n in find_notices(load_rules(), Answers(answers=answers))]


def test_too_little_to_measure_with_asks_for_an_evaluation_set() -> None:
    """High demands and no examples: it is too early to choose."""
    assert [("evaluation_first", "NT001")] == _notices(UNMEASURED)


def test_measured_prompt_silences_the_call_for_an_evaluation_set() -> None:
    """Whoever knows how far a prompt falls short has measured already."""
    assert _notices({**UNMEASURED, "prompt_headroom": "far_below"}) == []


def test_explicit_unknown_counts_as_unanswered() -> None:
    """To say that one does not know is no measurement."""
    assert [("evaluation_first", "NT001")] == _notices({**UNMEASURED, "prompt_headroom": "unknown"})


@pytest.mark.parametrize("missing", CLASSIFIER)
def test_open_condition_says_nothing(missing: str) -> None:
    """A notice that rests on a guess would be noise."""
    known = {criterion: level for criterion, level in CLASSIFIER.items() if criterion != missing}

    assert [("classifier_suffices", "NT011")] == _notices(CLASSIFIER)
    assert _notices(known) == []


def test_each_kind_speaks_once() -> None:
    """Two ways to see that it is too early are one message, the first in the file."""
    noisy = {**UNMEASURED, "label_quality": "noisy"}

    assert [("evaluation_first", "NT001")] == _notices(noisy)


def test_notice_carries_its_reasons() -> None:
    """Title, advice, sources and the answers that brought it up."""
    (notice,) = find_notices(load_rules(), Answers(answers=CLASSIFIER))

    assert notice.answers == CLASSIFIER
    assert "classifier" in notice.title
    assert notice.advice.endswith(".")
    assert "bucher-2024" in notice.sources


@pytest.mark.parametrize(
    ("modality", "rule"),
    [("images_or_audio", "NT041"), ("mixed", "NT041"), ("tables", "NT042"), ("text", None)],
)
def test_what_the_prototype_cannot_open_is_said(modality: str, rule: str | None) -> None:
    """A measured figure about words must not pass for one about pictures, sound or rows."""
    said = find_notices(load_rules(), Answers(answers={"modality": modality}))

    assert [rule] * bool(rule) == [notice.rule for notice in said]
    assert all("covers text only" in notice.title for notice in said)
