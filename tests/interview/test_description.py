"""From free text to answers worth confirming."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from advisor.interview.description import Reader, load_cues, load_thresholds
from advisor.knowledge.loader import load_rules


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Give every text the same meaning, so that only words count."""
    return np.full((len(texts), 1), 0.5, dtype=np.float32)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Reads by words alone."""
    return Reader(load_rules(), _encode)


def _suggested(reader: Reader, text: str) -> dict[str, str]:
    return {s.criterion: s.level for s in reader.suggest(text)}


def test_clear_words_suggest_an_answer_and_are_quoted(reader: Reader) -> None:
    """The part of the description that speaks for an answer is named, with how sure it is."""
    found = reader.suggest("We are a bank. We classify e-mails by sentiment into 3 classes.")
    note = next(s.note for s in found if s.criterion == "task_kind")

    assert note.startswith('You wrote "We classify e-mails by sentiment into 3 classes"')
    assert note.endswith("%).")


def test_level_of_the_words_is_suggested(reader: Reader) -> None:
    """Each answer comes from its own words."""
    found = _suggested(reader, "We classify e-mails by sentiment; no labelled examples exist.")

    assert found["task_kind"] == "classification"
    assert found["labeled_examples"] == "none"


@pytest.mark.parametrize("text", ["", "   ", "...", "💥\x00", "Hello there", "x" * 5000])
def test_description_that_says_nothing_suggests_nothing(reader: Reader, text: str) -> None:
    """Nothing uncertain is assumed."""
    assert _suggested(reader, text) == {}


def test_cues_name_existing_levels() -> None:
    """No cue points nowhere."""
    criteria = {criterion.id: criterion for criterion in load_rules().criteria}
    strays = [
        (name, cue.level)
        for name, cues in load_cues().items()
        for cue in cues
        if name not in criteria or cue.level not in criteria[name].level_ids
    ]

    assert strays == []
    assert set(load_thresholds()) <= set(load_cues())


@pytest.mark.weights
@pytest.mark.shared
def test_first_descriptions_are_read_as_their_cases_say() -> None:
    """With the embedded encoder, most suggestions over published cases are right."""
    from advisor.knowledge.yaml_text import read_yaml
    from prototypes.models.encoder import load_encoder

    path = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "dev.yaml"
    if not path.exists():
        pytest.skip(f"needs the published cases in {path}")
    cases = read_yaml(path.read_text(encoding="utf-8"))
    assert isinstance(cases, list)
    reader = Reader(load_rules(), load_encoder().encode)
    right = [
        case["answers"].get(criterion) == level
        for case in cases[::5]
        for criterion, level in _suggested(reader, case["brief"]).items()
    ]

    assert len(right) >= 40
    assert sum(right) / len(right) >= 0.8
