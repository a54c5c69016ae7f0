"""One prediction is scored on what is defined for its sample, and on nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from prototypes.contracts import Citation, Prediction, Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.measure.metrics import (
    METRICS,
    aggregate,
    encode_labels,
    macro_f1,
    primary_metric,
    score_sample,
    score_samples,
)

QUESTION = Sample("q", "What to press?", ("red button",), sources=("setup.md",))
UNANSWERABLE = Sample("u", "Who wrote it?", (), unanswerable=True)


def _score(sample: Sample, output: str | None, **fields: tuple[object, ...]) -> dict[str, float]:
    return score_sample(Task.DOCUMENT_QA, sample, Prediction(output, **fields))  # type: ignore[arg-type]


def _cite(document_id: str) -> Citation:
    return Citation(document_id, f"{document_id}#0")


@pytest.mark.parametrize("task", Task)
def test_each_task_has_one_primary_metric(task: Task) -> None:
    """The verdict rests on one metric."""
    assert sum(metric.is_primary for metric in METRICS[task]) == 1


def test_primary_metrics() -> None:
    """As the protocol of the laboratory fixes them."""
    assert primary_metric(Task.CLASSIFICATION) == "accuracy"
    assert primary_metric(Task.DOCUMENT_QA) == "correct"


def test_answer_inside_a_short_output_is_correct() -> None:
    """A sentence that holds the answer answers the question."""
    scores = _score(QUESTION, "Press the red button.")

    assert 1.0 == scores["correct"] == scores["answer_in_sentence"]
    assert scores["exact_match"] == 0.0
    assert pytest.approx(scores["token_f1"]) == 0.8


def test_answer_inside_a_whole_passage_is_not_correct() -> None:
    """Quoting everything would otherwise always be right."""
    scores = _score(QUESTION, "red button " + "word " * 59)

    assert scores["correct"] == 0.0
    assert scores["answer_in_sentence"] == 1.0


def test_output_of_exactly_60_words_is_short_enough() -> None:
    """The limit is inclusive."""
    assert _score(QUESTION, "red button " + "word " * 58)["correct"] == 1.0


def test_abstaining_from_an_answerable_question_is_wrong() -> None:
    """It is neither correct nor does it count as a citation."""
    scores = _score(QUESTION, None)

    assert 0.0 == scores["correct"] == scores["exact_match"] == scores["token_f1"]
    assert "citation_correct" not in scores
    assert "abstention_correct" not in scores


@pytest.mark.parametrize(("output", "expected"), [(None, 1.0), ("Ada", 0.0)])
def test_unanswerable_question_asks_for_abstention(output: str | None, expected: float) -> None:
    """What SQuAD 2.0 calls no-answer."""
    scores = _score(UNANSWERABLE, output)

    names = ("correct", "abstention_correct", "exact_match", "token_f1")
    assert dict.fromkeys(names, expected) == scores


@pytest.mark.parametrize(
    ("cited", "expected"), [(("a.md", "setup.md"), 1.0), (("a.md",), 0.0), ((), 0.0)]
)
def test_citation_of_a_source_is_right(cited: tuple[str, ...], expected: float) -> None:
    """One right citation is enough; an answer without any is wrong."""
    scores = _score(QUESTION, "x", citations=tuple(map(_cite, cited)))

    assert expected == scores["citation_correct"]


def test_ranking_is_that_of_documents() -> None:
    """The source stands second among the documents, though third among the passages."""
    scores = _score(QUESTION, "x", retrieved=("a.md#0", "a.md#1", "setup.md#4"))

    assert (scores["recall_at_1"], scores["recall_at_5"], scores["mrr"]) == (0.0, 1.0, 0.5)


def test_arm_that_never_retrieves_has_no_retrieval_metrics() -> None:
    """Closed-book answering is not bad at retrieval; it does none."""
    scores = score_samples(Task.DOCUMENT_QA, [QUESTION], [Prediction("red button")])

    assert {"correct", "answer_in_sentence", "exact_match", "token_f1", "citation_correct"} == set(
        scores[0]
    )


def test_arm_that_found_nothing_once_scores_nought_there() -> None:
    """An empty ranking beside others is a failure."""
    predictions = [Prediction("x"), Prediction("x", retrieved=("setup.md#0",))]

    scores = score_samples(Task.DOCUMENT_QA, [QUESTION, QUESTION], predictions)

    assert [row["mrr"] for row in scores] == [0.0, 1.0]


def test_means_are_over_the_samples_a_metric_is_defined_for() -> None:
    """One unanswerable question left unanswered is all of them."""
    means = aggregate(
        Task.DOCUMENT_QA, [QUESTION, UNANSWERABLE], [Prediction("blue"), Prediction(None)]
    )

    assert tuple(
        means[name] for name in ("correct", "answer_in_sentence", "abstention_correct")
    ) == (0.5, 0.0, 1.0)


def test_abstention_costs_recall_but_is_no_label() -> None:
    """By hand: a has F1 2/3, b has F1 1."""
    samples = [Sample(str(n), "t", (label,)) for n, label in enumerate("aab")]
    predictions = [Prediction("a"), Prediction(None), Prediction("b")]

    assert pytest.approx(macro_f1(*encode_labels(samples, predictions))) == (2 / 3 + 1) / 2


_PAIRS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=30
)


@given(pairs=_PAIRS)
def test_classification_agrees_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    """Accuracy and macro-averaged F1 over the labels that occur."""
    targets, outputs = (list(side) for side in zip(*pairs, strict=True))
    samples = [Sample(str(n), "t", (target,)) for n, target in enumerate(targets)]

    found = aggregate(Task.CLASSIFICATION, samples, [Prediction(output) for output in outputs])

    expected_f1 = f1_score(targets, outputs, average="macro", zero_division=0)
    assert accuracy_score(targets, outputs) == pytest.approx(found["accuracy"])
    assert expected_f1 == pytest.approx(found["macro_f1"])


@given(
    output=st.none() | st.text(max_size=20),
    targets=st.lists(st.text(max_size=10), min_size=1, max_size=3),
    retrieved=st.lists(st.sampled_from(["a.md#0", "a.md#1", "b.md#0"]), max_size=4),
)
def test_every_score_lies_between_0_and_1(
    output: str | None, targets: list[str], retrieved: list[str]
) -> None:
    """Under any output, and only under names that the task knows."""
    sample = Sample("q", "?", tuple(targets), sources=("a.md", "c.md"))

    scores = _score(sample, output, retrieved=tuple(retrieved))

    assert all(0 <= value <= 1 for value in scores.values())
    assert set(scores) <= {metric.name for metric in METRICS[Task.DOCUMENT_QA]}


_SPANS = st.lists(
    st.builds(Span, st.integers(0, 9), st.integers(10, 19), st.sampled_from("ab")), max_size=4
).map(format_spans)
_ANSWERS = {
    Task.CLASSIFICATION: st.sampled_from("abc"),
    Task.EXTRACTION: _SPANS,
    Task.GENERATION: st.text(max_size=20) | st.sampled_from(['{"a": 1}', "[1, 2]"]),
    Task.DOCUMENT_QA: st.text("ab ", min_size=1, max_size=9),
}


@settings(deadline=None)
@given(data=st.data(), task=st.sampled_from(Task))
def test_every_mean_lies_between_0_and_1(data: st.DataObject, task: Task) -> None:
    """For every task, under any mixture of answers and abstentions."""
    answers = _ANSWERS[task]
    pairs = data.draw(st.lists(st.tuples(answers, st.none() | answers), min_size=1, max_size=6))
    samples = [Sample(str(n), "t", (target,)) for n, (target, _) in enumerate(pairs)]

    means = aggregate(task, samples, [Prediction(output) for _, output in pairs])

    known = {metric.name for metric in METRICS[task]}
    assert all(0 <= means[name] <= 1 for name in known & set(means))


@settings(deadline=None)
@given(data=st.data(), task=st.sampled_from([Task.CLASSIFICATION, Task.GENERATION]))
def test_right_answers_are_never_beaten(data: st.DataObject, task: Task) -> None:
    """Nobody scores more on the primary metric than who repeats the references."""
    pairs = data.draw(st.lists(st.tuples(_ANSWERS[task], _ANSWERS[task]), min_size=1, max_size=6))
    samples = [Sample(str(n), "t", (target,)) for n, (target, _) in enumerate(pairs)]
    metric = primary_metric(task)

    right = aggregate(task, samples, [Prediction(target) for target, _ in pairs])[metric]
    other = aggregate(task, samples, [Prediction(output) for _, output in pairs])[metric]

    assert right >= other - 1e-9
