"""What is made smaller is measured beside what it was made from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from prototypes.contracts import Document, LearningData, Prediction, Sample, Split, Task
from prototypes.experiments.compression import Form, check_compression, compare_forms
from prototypes.experiments.inquiry import Inquiry
from prototypes.models.encoder import load_encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

WORDS = ("card", "wire", "login")
Inquire = Callable[..., Inquiry]


def _samples(n: int) -> tuple[Sample, ...]:
    return tuple(
        Sample(str(row), f"number {row} about my {WORDS[row % 3]}", (WORDS[row % 3],))
        for row in range(n)
    )


def _split() -> Split:
    samples = _samples(60)
    return Split(LearningData(Task.CLASSIFICATION, samples[:30], samples[30:36]), samples[36:])


def test_loss_is_the_whole_minus_the_smaller(inquire: Inquire) -> None:
    """A form that is always wrong loses everything."""
    forms = {
        "whole": Form(lambda texts: [Prediction(text.split()[-1]) for text in texts], 90.0),
        "int8": Form(lambda texts: [Prediction("nothing") for _ in texts], 30.0),
    }

    result = compare_forms("fine_tune", forms, inquire(_split(), Workbench()), notes=[])

    values = {one.quantity: one.value for one in result.measured}
    assert (values["quality_whole"], values["quality_lost_int8"]) == (1.0, 1.0)
    assert (values["size_mb_whole"], values["size_mb_int8"]) == (90.0, 30.0)
    assert values["p50_ms_int8"] > 0


def test_without_layers_only_the_student_on_words_is_left(inquire: Inquire) -> None:
    """What could not be made smaller is named with its reason."""
    result = check_compression(inquire(_split(), Workbench(LexicalEncoder())))

    forms = {one.quantity for one in result.measured if one.quantity.startswith("quality_lost")}
    assert forms == {"quality_lost_words"}
    assert [note.split(" ")[0] for note in result.notes] == ["the", "int8", "distilled"]


def test_retrieval_without_layers_cannot_be_compressed(inquire: Inquire) -> None:
    """The phrase says why."""
    documents = tuple(Document(w, w, f"The colour of {w} is {w}ish.") for w in WORDS)
    learning = LearningData(Task.DOCUMENT_QA, (), (), documents=documents)
    bench = Workbench(LexicalEncoder(), documents=documents)
    split = Split(learning, test=(Sample("1", "What colour is card?", ("cardish",), ("card",)),))

    assert "no layers" in check_compression(inquire(split, bench)).untested


@pytest.mark.weights
def test_eight_bits_are_smaller_and_nearly_the_same() -> None:
    """A third of the bytes go, the direction of the vectors stays."""
    from prototypes.experiments.compression import quantise, size_of

    encoder = load_encoder()
    smaller, texts = quantise(encoder), ["My card was stolen.", "A transfer is late."]

    cosines = (encoder.encode(texts) * smaller.encode(texts)).sum(axis=1)
    assert smaller.size_mb < 0.7 * size_of(encoder)
    assert np.all(cosines > 0.95)


@pytest.mark.weights
def test_first_layers_are_a_smaller_encoder() -> None:
    """Half of the layers go, unit length stays."""
    from prototypes.models.reduced import ShallowEncoder

    folder = load_encoder().folder
    assert folder is not None
    shallow = ShallowEncoder(folder, name="small", n_layers=3)

    vectors = shallow.encode(["My card was stolen."])
    assert shallow.size_mb < 75
    assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-3)
