"""Experiment 3: what becomes of the answers when the corpus changes?

Two systems are built on the earlier corpus and asked again after the change: retrieval, whose
index can be brought up to date, and a closed-book model, which has to be trained again. Both are
measured before the change, after it without an update, and after their update, on the same test
questions. The index is brought up to date as one would do it: only texts that are new are encoded.

The closed-book model is taught every question with its answer, those of the test among them. What
is measured is not whether it generalises but whether what it has learnt stays right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from prototypes.approaches.document_qa.closed_book import ClosedBookArm
from prototypes.approaches.document_qa.rag import build_system
from prototypes.contracts import EarlierState, Prediction, Sample, Task
from prototypes.errors import LaboratoryError
from prototypes.experiments.changes import Question, as_then, line_up
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import compare_shares, measure_scores
from prototypes.measure.groups import Groups, number_groups, pick_groups
from prototypes.measure.metrics import primary_metric, score_sample
from prototypes.measure.significance import Resampling, Scores
from prototypes.models.remembering import RememberingEncoder
from prototypes.results import Comparison, ExperimentResult, Measured
from prototypes.workbench import Workbench

NAME = "freshness"
RETRIEVAL, CLOSED_BOOK = "rag", "fine_tune"
BEFORE, NOT_UPDATED, UPDATED = "before", "not_updated", "updated"
RIGHT_CHANGED, RIGHT_UNCHANGED, STALE = "right_on_changed", "right_on_unchanged", "stale"
UPDATE_SECONDS = "update_seconds"
ENCODED = "texts_encoded_for_update"
"""Passages and sentences that had to be encoded, out of all there are."""
RIGHT_AFTER_CHANGE = "right_after_change"
STALE_SHARE = "stale_answers"


@dataclass(frozen=True, slots=True)
class _Course:
    """What one system said over time.

    Attributes:
        arm: Its name.
        old: Its answers as it was built on the earlier corpus.
        new: Its answers once it was brought up to date.
        seconds: What bringing it up to date took.
        encoded: How many texts were encoded for that, and how many the new system is made of.
    """

    arm: str
    old: Sequence[Prediction]
    new: Sequence[Prediction]
    seconds: float
    encoded: tuple[int, int] | None = None


def check_freshness(inquiry: Inquiry) -> ExperimentResult:
    """Follow retrieval and a closed-book model through the change of the corpus."""
    earlier = inquiry.conditions.split.earlier
    if inquiry.learning.task is not Task.DOCUMENT_QA or earlier is None:
        untested = "there is no earlier state of the corpus (previous/documents/)"
        return ExperimentResult(experiment=NAME, untested=untested)
    questions = line_up(inquiry.test, earlier, inquiry.learning.documents)
    if not any(question.has_changed for question in questions):
        untested = "no test question is known to have another answer than before"
        return ExperimentResult(experiment=NAME, untested=untested)
    courses, notes = [_follow_retrieval(inquiry, earlier, questions)], []
    inquiry.progress(0.3)
    try:
        courses.append(_follow_closed_book(inquiry, earlier, questions))
    except LaboratoryError as error:
        notes.append(f"the closed-book model was left out: {error}")
    return ExperimentResult(
        experiment=NAME,
        measured=[each for course in courses for each in _measure(course, questions)],
        differences=_compare(courses, questions, resampling=inquiry.resampling),
        notes=notes,
    )


def _follow_retrieval(
    inquiry: Inquiry, earlier: EarlierState, questions: Sequence[Question]
) -> _Course:
    """Index the earlier corpus, then what is new in the current one; the reading rule stays.

    Both begin without cached parts: those of the trial are made from the whole current corpus.
    """
    learning, encoder = inquiry.learning, RememberingEncoder(inquiry.bench.encoder)
    old = build_system(Workbench(encoder, documents=earlier.documents))
    known = (*learning.train, *learning.validation)
    old.tune(as_then(known, earlier) if earlier.samples else known)
    n_asked, n_encoded = encoder.n_asked, encoder.n_encoded
    current = Workbench(encoder, documents=learning.documents)
    started = current.clock()
    new = build_system(current)
    seconds = current.clock() - started
    encoded = encoder.n_encoded - n_encoded, encoder.n_asked - n_asked
    new.rule = old.rule
    inputs = [question.now.input for question in questions]
    return _Course(RETRIEVAL, old.answer(inputs), new.answer(inputs), seconds, encoded)


def _follow_closed_book(
    inquiry: Inquiry, earlier: EarlierState, questions: Sequence[Question]
) -> _Course:
    """Teach a model the earlier answers, then another one those of now.

    Raises:
        LaboratoryError: If no earlier answers are known, or the encoder cannot be trained.
    """
    if not earlier.samples:
        raise LaboratoryError(
            "it can only be taught the earlier answers if previous/questions.jsonl gives them."
        )
    learning = inquiry.learning
    inputs = [question.now.input for question in questions]
    old = _teach(earlier.samples, inquiry, share=(0.3, 0.65))
    answers = old.predict(inputs)
    started = inquiry.bench.clock()
    now = (*learning.train, *learning.validation, *inquiry.test)
    new = _teach(now, inquiry, share=(0.65, 1.0))
    seconds = inquiry.bench.clock() - started
    return _Course(CLOSED_BOOK, answers, new.predict(inputs), seconds)


def _teach(
    samples: Sequence[Sample], inquiry: Inquiry, *, share: tuple[float, float]
) -> ClosedBookArm:
    low, high = share
    data = replace(inquiry.learning, train=tuple(samples), validation=(), documents=())
    arm = ClosedBookArm()
    arm.fit(
        data,
        inquiry.bench,
        seed=inquiry.seed,
        progress=lambda fraction: inquiry.progress(low + (high - low) * fraction),
    )
    return arm


def _measure(course: _Course, questions: Sequence[Question]) -> list[Measured]:
    """State what was right, and what was stale, at each of the three times."""
    answers = {BEFORE: course.old, NOT_UPDATED: course.old, UPDATED: course.new}
    found: list[Measured] = []
    for time, said in answers.items():
        is_then = time == BEFORE
        if not is_then or all(question.then for question in questions):
            right = _right(said, questions, is_then=is_then)
            found += _shares(course.arm, time, right, questions)
        if not is_then and all(question.then for question in questions):
            changed = _changed(questions)
            stale, groups = _stale(said, questions)[changed], _groups(questions)
            share = measure_scores(
                f"{STALE}_{time}", course.arm, stale, pick_groups(groups, changed)
            )
            found.append(share)
    seconds = course.seconds
    taken = Measured(
        quantity=UPDATE_SECONDS, arm=course.arm, value=seconds, low=seconds, high=seconds, n=1
    )
    return [*found, taken, *_count_encoded(course)]


def _count_encoded(course: _Course) -> list[Measured]:
    if course.encoded is None:
        return []
    n_new, n = course.encoded
    return [
        Measured(quantity=ENCODED, arm=course.arm, value=n_new, low=n_new, high=n_new, n=n),
    ]


def _shares(arm: str, time: str, right: Scores, questions: Sequence[Question]) -> list[Measured]:
    changed, groups = _changed(questions), _groups(questions)
    sides = ((RIGHT_CHANGED, changed), (RIGHT_UNCHANGED, ~changed))
    return [
        measure_scores(f"{what}_{time}", arm, right[side], pick_groups(groups, side))
        for what, side in sides
        if side.any()
    ]


def _groups(questions: Sequence[Question]) -> Groups | None:
    return number_groups([question.now for question in questions])


def _right(said: Sequence[Prediction], questions: Sequence[Question], *, is_then: bool) -> Scores:
    """Score answers against what is right now, or was right then."""
    metric, task = primary_metric(Task.DOCUMENT_QA), Task.DOCUMENT_QA
    samples = [(each.then if is_then else None) or each.now for each in questions]
    scored = (score_sample(task, *pair)[metric] for pair in zip(samples, said, strict=True))
    return np.array(list(scored), dtype=np.float64)


def _stale(said: Sequence[Prediction], questions: Sequence[Question]) -> Scores:
    """1 where an answer is wrong now and was right before the change."""
    wrong = 1 - _right(said, questions, is_then=False)
    return wrong * _right(said, questions, is_then=True)


def _changed(questions: Sequence[Question]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([question.has_changed for question in questions], dtype=np.bool_)


def _compare(
    courses: Sequence[_Course], questions: Sequence[Question], *, resampling: Resampling
) -> list[Comparison]:
    """Compare the index made anew with the model as it had been trained."""
    if len(courses) < 2:
        return []
    changed = _changed(questions)
    retrieval, closed_book = courses
    measures: dict[str, Callable[[Sequence[Prediction]], Scores]] = {
        RIGHT_AFTER_CHANGE: lambda said: _right(said, questions, is_then=False),
        STALE_SHARE: lambda said: _stale(said, questions),
    }
    return [
        compare_shares(
            quantity,
            (retrieval.arm, scores(retrieval.new)[changed]),
            (closed_book.arm, scores(closed_book.old)[changed]),
            resampling=resampling,
            groups=pick_groups(_groups(questions), changed),
        )
        for quantity, scores in measures.items()
    ]
