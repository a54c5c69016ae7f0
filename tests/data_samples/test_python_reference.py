"""The shipped questions hold on this interpreter, and what no longer holds is refused."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from prototypes.contracts import Dataset
from prototypes.data.samples.python_reference import (
    build_sample,
    load_python_reference,
    read_questions,
)

QUESTIONS = read_questions()
ROW = {
    "id": "x",
    "question": "Which one?",
    "answers": ["this", "that"],
    "sources": ["near", "far", "gone"],
}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """The whole data set, read once."""
    return load_python_reference()


def _words(question: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_]+", question.lower()))


def test_nearly_every_question_holds_on_this_interpreter(dataset: Dataset) -> None:
    """At most 1 % of the questions may have lost their answer."""
    share_refused = len(dataset.refused) / len(QUESTIONS)

    assert share_refused <= 0.01, [row.reason for row in dataset.refused]
    assert len(QUESTIONS) == len(dataset.samples) + len(dataset.refused)


def test_every_answer_stands_in_a_source(dataset: Dataset) -> None:
    """Each accepted answer is a piece of one source, and each source has an accepted answer."""
    texts = {document.id: document.text for document in dataset.documents}
    samples = [sample for sample in dataset.samples if not sample.unanswerable]

    assert [] == [
        (sample.id, source)
        for sample in samples
        for source in sample.sources
        if not any(target in texts[source] for target in sample.targets)
    ]
    assert [] == [
        (sample.id, target)
        for sample in samples
        for target in sample.targets
        if not any(target in texts[source] for source in sample.sources)
    ]


def test_there_are_enough_questions_of_both_kinds(dataset: Dataset) -> None:
    """The set can carry a verdict: many questions, over 12 % of them unanswerable."""
    n_unanswerable = sum(sample.unanswerable for sample in dataset.samples)

    assert len(dataset.samples) >= 400
    assert n_unanswerable / len(dataset.samples) >= 0.12


def test_questions_are_spread_over_the_topics(dataset: Dataset) -> None:
    """No topic has more than a fifteenth of the questions, and most topics have some."""
    first = [sample.sources[0] for sample in dataset.samples if sample.sources]

    assert len(set(first)) >= 70
    assert max(map(first.count, set(first))) <= len(first) / 15


def test_ids_are_unique() -> None:
    """Results are kept by id."""
    ids = [row["id"] for row in QUESTIONS]

    assert len(ids) == len(set(ids))


def test_no_two_questions_are_nearly_the_same() -> None:
    """No pair shares more than seven of ten words, so that no test question is given away."""
    words = {row["question"]: _words(row["question"]) for row in QUESTIONS}

    assert [] == [
        (one, other)
        for one, other in combinations(words, 2)
        if len(words[one] & words[other]) > 0.7 * len(words[one] | words[other])
    ]


def test_answers_are_short() -> None:
    """An answer is a phrase of at most twelve words, never a paragraph."""
    answers = [answer for row in QUESTIONS for answer in row["answers"]]

    assert [] == [answer for answer in answers if not 0 < len(answer.split()) <= 12]


def test_questions_are_not_copied_from_the_text(dataset: Dataset) -> None:
    """An accepted answer never stands in its own question."""
    assert [] == [
        row["id"]
        for row in QUESTIONS
        if any(answer.lower() in row["question"].lower() for answer in row["answers"])
    ]


def test_unanswerable_questions_carry_no_answer_and_no_source() -> None:
    """Answers are missing exactly where a question is marked as unanswerable."""
    for row in QUESTIONS:
        is_unanswerable = row.get("unanswerable", False)

        assert is_unanswerable == (not row["answers"]) == (not row["sources"]), row["id"]


def test_sources_are_documents(dataset: Dataset) -> None:
    """A source that is kept names a document of the corpus."""
    known = {document.id for document in dataset.documents}

    assert {source for sample in dataset.samples for source in sample.sources} <= known


def test_only_sources_and_answers_that_still_hold_are_kept() -> None:
    """A source without an accepted answer goes, and so does an answer without a source."""
    sample = build_sample(ROW, {"near": "this it is", "far": "something else"})

    assert ("near",) == sample.sources
    assert ("this",) == sample.targets


def test_question_without_answer_in_the_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that this Python no longer answers is named with its line, not kept."""
    monkeypatch.setattr("prototypes.data.samples.python_reference.read_questions", lambda: (ROW,))

    dataset = load_python_reference()

    assert () == dataset.samples
    assert "python_reference.jsonl, line 1" == dataset.refused[0].where
    assert "Which one?" in dataset.refused[0].reason


def test_loading_twice_gives_the_same_fingerprint(dataset: Dataset) -> None:
    """Nothing about the data depends on the run."""
    assert load_python_reference().fingerprint == dataset.fingerprint
