"""Marking answers in passages, learnt by a very small transformer."""

from __future__ import annotations

import random

import pytest
from tiny_encoder import write_tiny_encoder

from prototypes.models.span_reader import SpanExample, SpanModel, tune_span_reader
from prototypes.models.training import Recipe

pytestmark = [pytest.mark.weights, pytest.mark.usefixtures("one_thread")]
# of the embedded encoder only the tokenizer is used

FILLER = ["salt", "wind", "glass", "stone", "river", "paper", "cloud"]


def _example(generator: random.Random) -> SpanExample:
    """Hide the answer, always the words `red house`, among others."""
    words = generator.choices(FILLER, k=6)
    place = generator.randrange(7)
    passage = " ".join([*words[:place], "red house", *words[place:]])
    start = passage.index("red house")
    return SpanExample("what is it", passage, (start, start + len("red house")))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> SpanModel:
    """Tune a transformer of one layer on passages that hold the answer, and some that do not."""
    source = write_tiny_encoder(tmp_path_factory.mktemp("tiny"))
    generator = random.Random(0)
    examples = [_example(generator) for _ in range(48)]
    examples += [SpanExample("what is it", " ".join(FILLER), None)] * 16
    target, recipe = tmp_path_factory.mktemp("reader"), Recipe(12, 16, 1e-2, 0)
    tune_span_reader(source, examples, target=target, recipe=recipe, progress=lambda _: None)
    return SpanModel(target)


def test_the_answer_is_marked_to_the_character(reader: SpanModel) -> None:
    """In passages never seen the span must begin and end exactly with the answer."""
    unseen = [_example(random.Random(seed)) for seed in range(100, 120)]

    found = reader.read([(each.question, each.passage) for each in unseen])

    right = [(span.start, span.end) == each.span for span, each in zip(found, unseen, strict=True)]
    assert sum(right) >= 18


def test_a_passage_without_an_answer_scores_below_one_with_it(reader: SpanModel) -> None:
    """Above 0 a span beats "no answer here", below it does not."""
    with_answer, without = reader.read(
        [("what is it", "salt red house wind"), ("what is it", "salt wind glass stone")]
    )

    assert without.score < 0 < with_answer.score


def test_a_passage_without_a_word_has_no_span(reader: SpanModel) -> None:
    """An empty passage must neither fail nor ever be chosen."""
    (span,) = reader.read([("what is it", "")])

    assert (0, 0, float("-inf")) == (span.start, span.end, span.score)
