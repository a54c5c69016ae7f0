"""What is looked up follows the documents; what was learnt by heart does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches.document_qa.rag import build_system
from prototypes.contracts import (
    Document,
    EarlierState,
    LearningData,
    Prediction,
    Sample,
    Split,
    Task,
)
from prototypes.errors import ModelUnavailableError
from prototypes.experiments import freshness
from prototypes.experiments.inquiry import Inquiry
from prototypes.models.lexical import LexicalEncoder
from prototypes.results import ExperimentResult
from prototypes.workbench import Workbench

FLAGS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")
CHANGED = FLAGS[:5]
Inquire = Callable[..., Inquiry]


class ByHeart:
    """Answers what it was taught, word for word."""

    def fit(self, data: LearningData, *_: object, **__: object) -> None:
        """Learn by heart."""
        self.known = {sample.input: sample.targets[0] for sample in data.train}

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Say what was taught."""
        return [Prediction(self.known.get(text)) for text in inputs]


def _documents(values: dict[str, str]) -> tuple[Document, ...]:
    return tuple(
        Document(flag, flag.capitalize(), f"The default of {flag} is {values[flag]}.")
        for flag in FLAGS
    )


def _samples(values: dict[str, str]) -> tuple[Sample, ...]:
    return tuple(
        Sample(flag, f"What is the default of {flag}?", (values[flag],), sources=(flag,))
        for flag in FLAGS
    )


NOW = {flag: f"{number + 700}" for number, flag in enumerate(FLAGS)}
THEN = {
    flag: f"{number + 300}" if flag in CHANGED else NOW[flag] for number, flag in enumerate(FLAGS)
}


def _split(*, with_answers: bool = True) -> Split:
    learning = LearningData(Task.DOCUMENT_QA, (), (), documents=_documents(NOW))
    earlier = EarlierState(_documents(THEN), _samples(THEN) if with_answers else ())
    return Split(learning, test=_samples(NOW), earlier=earlier)


def _bench() -> Workbench:
    return Workbench(LexicalEncoder(), documents=_documents(NOW))


def _values(result: ExperimentResult, arm: str) -> dict[str, float]:
    return {one.quantity: one.value for one in result.measured if one.arm == arm}


@pytest.fixture(autouse=True)
def by_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teach without training."""
    monkeypatch.setattr(freshness, "ClosedBookArm", ByHeart)


def test_new_index_is_right_and_the_model_as_it_was_is_stale(inquire: Inquire) -> None:
    """Five defaults changed, three did not."""
    result = freshness.check_freshness(inquire(_split(), _bench()))

    rag, model = _values(result, "rag"), _values(result, "fine_tune")
    assert (rag["right_on_changed_before"], rag["stale_not_updated"]) == (1.0, 1.0)
    assert (rag["right_on_changed_updated"], rag["stale_updated"]) == (1.0, 0.0)
    assert (model["stale_not_updated"], model["right_on_changed_updated"]) == (1.0, 1.0)
    assert {one.n for one in result.measured if "_changed" in one.quantity} == {5}
    assert rag["update_seconds"] > 0


def test_new_index_against_the_old_model_is_decided(inquire: Inquire) -> None:
    """Five of five against none of five is more than luck."""
    result = freshness.check_freshness(inquire(_split(), _bench()))

    right, stale = result.differences
    assert (right.metric, right.arm, right.against) == ("right_after_change", "rag", "fine_tune")
    assert right.difference == 1.0
    assert right.low > 0
    assert stale.high < 0


def test_without_earlier_answers_the_documents_tell_what_changed(inquire: Inquire) -> None:
    """The model cannot be taught then, and that is said."""
    result = freshness.check_freshness(inquire(_split(with_answers=False), _bench()))

    rag = _values(result, "rag")
    assert (rag["right_on_changed_not_updated"], rag["right_on_changed_updated"]) == (0.0, 1.0)
    assert "stale_not_updated" not in rag
    assert "previous/questions.jsonl" in result.notes[0]


def test_encoder_that_cannot_be_trained_leaves_retrieval(
    inquire: Inquire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be measured is kept."""

    def fail(*_: object, **__: object) -> None:
        raise ModelUnavailableError("nothing to train.")

    monkeypatch.setattr(ByHeart, "fit", fail)

    result = freshness.check_freshness(inquire(_split(), _bench()))

    assert {one.arm for one in result.measured} == {"rag"}
    assert result.notes == ["the closed-book model was left out: nothing to train."]


def test_corpus_without_an_earlier_state_cannot_be_tested(inquire: Inquire) -> None:
    """The phrase names the folder that is missing."""
    split = Split(_split().learning, test=_samples(NOW))

    assert "previous/documents/" in freshness.check_freshness(inquire(split, _bench())).untested


def test_update_encodes_only_what_is_new(
    inquire: Inquire,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Five of eight documents changed; the trial's own vectors of the new corpus are not used."""
    bench = Workbench(hashing_encoder, documents=_documents(NOW), cache_dir=tmp_path / "cache")
    build_system(bench)
    before = hashing_encoder.n_encoded

    result = freshness.check_freshness(inquire(_split(with_answers=False), bench))

    (encoded,) = (one for one in result.measured if one.quantity == freshness.ENCODED)
    assert (encoded.value, encoded.n) == (10, 16)  # a passage and a sentence for each document
    n_questions = len(FLAGS)
    assert hashing_encoder.n_encoded - before == 16 + 10 + n_questions
