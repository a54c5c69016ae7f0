"""Noise that is planted is noise that is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from prototypes.contracts import Document, LearningData, Sample, Split, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.noise import check_noise, flip_labels
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

Inquire = Callable[..., Inquiry]


class Planted:
    """Texts are numbers of rows of a table of vectors."""

    name, sha256, folder, dimension = "planted", None, None, 8

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Look the rows up."""
        return self.vectors[[int(text) for text in texts]]


def _clouds(n: int) -> tuple[tuple[Sample, ...], Workbench]:
    generator = np.random.default_rng(0)
    targets = generator.integers(3, size=n)
    vectors = generator.normal(size=(n, 8)).astype(np.float32)
    vectors[np.arange(n), targets] += 2.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    samples = (Sample(str(row), str(row), (f"l{target}",)) for row, target in enumerate(targets))
    return tuple(samples), Workbench(Planted(vectors))


def test_flipped_labels_are_wrong_and_nested() -> None:
    """A fifth holds the tenth, and the rest is untouched."""
    samples, _ = _clouds(200)

    few, many = (flip_labels(samples, rate, seed=1) for rate in (0.1, 0.2))

    wrong = [
        {a.id for a, b in zip(samples, noisy, strict=True) if a.targets != b.targets}
        for noisy in (few, many)
    ]
    assert [len(each) for each in wrong] == [20, 40]
    assert wrong[0] < wrong[1]


def test_losses_are_stated_with_their_intervals(inquire: Inquire) -> None:
    """Both systems at both rates, and one comparison between them."""
    samples, bench = _clouds(400)
    learning = LearningData(Task.CLASSIFICATION, samples[:200], samples[200:240])

    result = check_noise(inquire(Split(learning, test=samples[240:]), bench))

    lost = {(one.arm, one.quantity): one for one in result.measured if "lost" in one.quantity}
    assert set(lost) == {
        (arm, f"quality_lost_{rate}") for arm in ("rag", "fine_tune") for rate in (10, 20)
    }
    assert all(one.low <= one.value <= one.high for one in lost.values())
    assert [one.metric for one in result.differences] == ["quality_change"]


def test_irrelevant_documents_are_indexed_beside_the_corpus(inquire: Inquire) -> None:
    """Recall and answers stand without and with them."""
    words = ("yeast", "copper", "glass", "paper", "rubber", "cement")
    documents = tuple(Document(w, w, f"The colour of {w} is {w}ish.") for w in words)
    test = tuple(Sample(w, f"What colour is {w}?", (f"{w}ish",), (w,)) for w in words)
    learning = LearningData(Task.DOCUMENT_QA, (), (), documents=documents)
    bench = Workbench(LexicalEncoder(), documents=documents)

    result = check_noise(inquire(Split(learning, test=test), bench))

    values = {one.quantity: one.value for one in result.measured}
    assert values["recall_at_5_without"] == 1.0
    assert values["correct_lost"] == values["correct_without"] - values["correct_with"]
    assert "of Python's reference were indexed together with the 6" in result.notes[0]
