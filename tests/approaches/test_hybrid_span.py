"""The tuned span reader and the arm that uses it, on a very small transformer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from prototypes.approaches.document_qa.hybrid_span import TunedReaderArm
from prototypes.approaches.document_qa.retriever import Retrieval
from prototypes.approaches.document_qa.span_answers import read_spans
from prototypes.approaches.document_qa.span_supervision import build_span_examples, find_answer
from prototypes.contracts import Document, LearningData, Passage, Sample, Task
from prototypes.errors import TooFewSamplesError
from prototypes.models.encoder import Encoder
from prototypes.models.span_reader import FoundSpan
from prototypes.workbench import Workbench

COLOURS = ("red", "blue", "green", "white", "black", "grey", "pink", "gold", "brown", "purple")
DOCUMENTS = tuple(
    Document(f"{colour}.md", colour, f"The {colour} door opens with code {n}{n}7. It is heavy.")
    for n, colour in enumerate(COLOURS)
)
SAMPLES = tuple(
    Sample(f"q{wording}{n}", f"{wording} code opens the {colour} door?", (f"{n}{n}7",))
    for wording in ("Which", "What")
    for n, colour in enumerate(COLOURS)
)
DATA = LearningData(Task.DOCUMENT_QA, SAMPLES[:14], SAMPLES[14:], DOCUMENTS)
PASSAGES = [Passage("a#0", "a", "", "Ten crows sat. Two left."), Passage("b#0", "b", "", "Wax.")]
needs_tokenizer = [pytest.mark.weights, pytest.mark.usefixtures("one_thread")]


class FakeModel:
    """Marks the same words of a passage whatever is asked."""

    def __init__(self, marks: Mapping[str, tuple[str, float]]) -> None:
        self.marks = marks

    def read(self, pairs: list[tuple[str, str]]) -> list[FoundSpan]:
        """Find the words by looking them up."""
        return [self._mark(text) for _, text in pairs]

    def _mark(self, text: str) -> FoundSpan:
        words, score = self.marks[text]
        return FoundSpan(text.index(words), text.index(words) + len(words), score)


def test_the_answer_is_found_where_the_question_speaks_of_it() -> None:
    """Of two places that hold the words the one in the company of the question is meant."""
    text = (
        "In 1900 the mill burnt. " + "Nothing else is known. " * 8 + "In 1900 a bridge was built."
    )

    span = find_answer(text, "When was the bridge built?", ("1900",))

    assert (text.rindex("1900"), text.rindex("1900") + 4) == span


def test_a_part_of_a_word_is_no_answer() -> None:
    """The 7 of 1976 must not be taught as the answer 7."""
    assert find_answer("It began in 1976.", "How many?", ("7",)) is None


def test_distractors_teach_that_a_passage_may_hold_no_answer() -> None:
    """Every second question brings a passage without the answer, an unanswerable one only that."""
    samples = [
        Sample("1", "How many crows sat?", ("Ten",)),
        Sample("2", "What left?", (), unanswerable=True),
    ]
    found = [Retrieval((0, 1), (0.9, 0.1)), Retrieval((1, 0), (0.9, 0.1))]

    examples = build_span_examples(samples, found, PASSAGES)

    assert [(0, 3), None, None] == [example.span for example in examples]
    assert ["Wax.", "Wax."] == [example.passage for example in examples[1:]]


def test_the_best_span_of_all_passages_answers_with_its_sentence_and_source() -> None:
    """A span in a passage found second may win, and it must be cited to that passage."""
    model = FakeModel({PASSAGES[0].text: ("Two", 1.0), PASSAGES[1].text: ("Wax", 9.0)})

    (choice,) = read_spans(model, ["?"], [Retrieval((0, 1), (0.9, 0.8))], passages=PASSAGES)

    assert ("Wax", "Wax.", 1) == (choice.words, choice.sentence, choice.passage)


def test_the_sentence_is_the_one_in_which_the_span_stands() -> None:
    """The second sentence must come with a span from it."""
    model = FakeModel({PASSAGES[0].text: ("Two", 1.0)})

    (choice,) = read_spans(model, ["?"], [Retrieval((0,), (0.9,))], passages=PASSAGES)

    assert "Two left." == choice.sentence


def test_a_passage_without_words_answers_nothing() -> None:
    """Where nothing could be read there must be no answer, not an empty one."""
    model = FakeModel({PASSAGES[1].text: ("", float("-inf"))})

    assert [None] == read_spans(model, ["?"], [Retrieval((1,), (0.9,))], passages=PASSAGES)


class TestArm:
    """The arm from fitting to loading."""

    pytestmark = needs_tokenizer

    def test_a_saved_arm_answers_alike(self, tiny_encoder: Encoder, tmp_path: Path) -> None:
        """Saving and loading must change no answer in any form, and write nothing that runs."""
        bench, arm = Workbench(tiny_encoder, documents=DOCUMENTS), TunedReaderArm()
        arm.fit(DATA, bench, seed=0, progress=lambda _: None)
        questions = [sample.input for sample in SAMPLES[:5]]

        arm.save(tmp_path)

        loaded = TunedReaderArm.load(tmp_path, bench)
        assert loaded.answer_in_every_form(questions) == arm.answer_in_every_form(questions)
        suffixes = {path.suffix for path in tmp_path.rglob("*.*")}
        assert suffixes <= {".json", ".npy", ".npz", ".safetensors"}

    def test_the_note_shows_every_form_on_the_validation_questions(
        self, tiny_encoder: Encoder
    ) -> None:
        """Whoever reads the report must see what the choice was made from."""
        bench, told = Workbench(tiny_encoder, documents=DOCUMENTS), list[float]()

        report = TunedReaderArm().fit(DATA, bench, seed=0, progress=told.append)

        assert 3 == report.notes[-1].count("token F1")
        assert report.notes[-1].startswith("answers with the ")
        assert told == sorted(told)

    def test_answers_that_stand_nowhere_cannot_be_taught(self, tiny_encoder: Encoder) -> None:
        """The message must say how many were found and what to check."""
        few = replace(DATA, train=SAMPLES[:4])

        with pytest.raises(TooFewSamplesError, match=r"answers of 4 of 4 .* at least 10"):
            TunedReaderArm().fit(
                few,
                Workbench(tiny_encoder, documents=DOCUMENTS),
                seed=0,
                progress=lambda _: None,
            )
