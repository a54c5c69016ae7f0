"""Noise that is planted is noise that is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from prototypes.contracts import Document, LearningData, Sample, Split, Task
from prototypes.data.spans import Span, format_spans, parse_spans
from prototypes.experiments import noise
from prototypes.experiments.corruption import flip_labels, relabel_spans, shuffle_outputs
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.noise import check_noise
from prototypes.models.encoder import Encoder
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


def test_losses_count_groups_where_samples_belong_together(inquire: Inquire) -> None:
    """Forty samples of two groups tell about as much as two samples."""
    samples, bench = _clouds(120)
    learning = LearningData(Task.CLASSIFICATION, samples[:60], samples[60:80])
    halves = tuple(replace(each, group="a" if each.id[-1] > "4" else "b") for each in samples[80:])

    alone, together = (
        check_noise(inquire(Split(learning, test=test), bench)) for test in (samples[80:], halves)
    )

    widths = [[one.high - one.low for one in found.measured] for found in (alone, together)]
    changes = [found.differences[0].high - found.differences[0].low for found in (alone, together)]
    assert sum(widths[1]) > 2 * sum(widths[0])
    assert changes[1] > changes[0]


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


def _tagged(n: int) -> tuple[Sample, ...]:
    """Texts with a bird and a stone each; every third has no span."""
    spans = format_spans([Span(2, 7, "bird"), Span(13, 18, "stone")])
    kinds = (("nothing", "[]"), *[("a raven on a stone", spans)] * 2)
    rows = ((row, *kinds[row % 3]) for row in range(n))
    return tuple(Sample(str(row), text, (target,)) for row, text, target in rows)


def test_labels_of_spans_are_wrong_and_the_spans_stay() -> None:
    """A fifth of all spans, among them the tenth that is wrong at the lower rate."""
    samples = _tagged(150)

    few, many = (relabel_spans(samples, rate, seed=1) for rate in (0.1, 0.2))

    places = [
        [(span.start, span.end) for sample in each for span in parse_spans(sample.targets[0])]
        for each in (samples, many)
    ]
    labels = [
        [span.label for sample in each for span in parse_spans(sample.targets[0])]
        for each in (samples, few, many)
    ]
    wrong = [{n for n, label in enumerate(each) if label != labels[0][n]} for each in labels]
    assert places[0] == places[1]
    assert [len(each) for each in wrong] == [0, 20, 40]
    assert wrong[1] < wrong[2]


def test_shuffled_outputs_belong_to_another_input() -> None:
    """As many as were asked for, none lost and none doubled."""
    samples = tuple(Sample(str(row), f"in {row}", (f"out {row}",)) for row in range(50))

    shuffled = shuffle_outputs(samples, 0.2, seed=0)

    wrong = [a.id for a, b in zip(samples, shuffled, strict=True) if a.targets != b.targets]
    assert len(wrong) == 10
    assert sorted(one.targets for one in shuffled) == sorted(one.targets for one in samples)


def test_spans_of_one_label_have_nothing_to_be_mistaken_for(inquire: Inquire) -> None:
    """The reason is said, and nothing is fitted."""
    spans = format_spans([Span(2, 7, "bird")])
    samples = tuple(Sample(str(row), f"a raven in {row}", (spans,)) for row in range(30))
    learning = LearningData(Task.EXTRACTION, samples[:20], ())

    result = check_noise(inquire(Split(learning, samples[20:]), Workbench(LexicalEncoder())))

    assert "1 label; expected at least two" in result.untested


def test_noise_among_spans_is_measured_and_no_arm_is_fitted_twice(
    inquire: Inquire, hashing_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both systems at three rates; held again, everything is there."""
    samples = _tagged(90)
    split = Split(LearningData(Task.EXTRACTION, samples[:60], ()), samples[60:])
    inquiry = inquire(split, Workbench(hashing_encoder))

    first = check_noise(inquiry)
    monkeypatch.setattr(noise, "create_arm", None)
    again = check_noise(inquiry)

    lost = {(one.arm, one.quantity) for one in first.measured if "lost" in one.quantity}
    assert lost == {
        (arm, f"quality_lost_{rate}") for arm in ("rag", "fine_tune") for rate in (10, 20)
    }
    assert [one.metric for one in first.differences] == ["quality_change"]
    assert again == first
