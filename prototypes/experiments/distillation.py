"""Can a small classifier take over what a language model does, learning from its labels alone?

The language model, prompted exactly as it was measured, labels the training texts; a logistic head
on the embedded encoder learns from these labels and never sees those of people (Hinton et al. 2015,
with the teacher's decisions as targets). It is held against its teacher, against the same head
taught by people on the same texts, and against heads that had to do with fewer labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from prototypes.approaches.classification.labelling import inputs_of
from prototypes.approaches.finetuning.head import HeadArm
from prototypes.approaches.prompted import answer_in_steps
from prototypes.contracts import LearningData, Prediction, Sample, Task
from prototypes.errors import LaboratoryError
from prototypes.experiments.active_labelling import label_a_quarter
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_quality
from prototypes.experiments.material import compare_shares, measure_share
from prototypes.measure.costs import cost_of_tokens, cost_per_1000_answers
from prototypes.measure.latency import measure_latency
from prototypes.measure.metrics import primary_metric, score_samples
from prototypes.measure.significance import Scores, bootstrap_mean, compare_paired
from prototypes.registry import arms_for, load_arm_class
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured

NAME = "distillation"
TEACHER, STUDENT, TAUGHT_BY_PEOPLE = "prompting_generator", "distilled_head", "fine_tune_head"
QUALITY, MEAN_MS, USD_PER_1000 = "quality", "mean_ms", "usd_per_1000"
LABELLED_RIGHTLY, UNLABELLED = "labelled_rightly", "unlabelled"
LABEL_SECONDS, LABEL_USD = "label_seconds", "label_usd"
MOST = 2_000
"""Texts that the language model labels; every one is a prompt."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Labelled:
    """What the language model made of the texts.

    Attributes:
        texts: As people labelled them.
        said: What it said of each.
        seconds: What that took.
    """

    texts: LearningData
    said: Sequence[Prediction]
    seconds: float

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The training and validation texts, in the order they were labelled."""
        return (*self.texts.train, *self.texts.validation)


@dataclass(frozen=True, slots=True)
class _Head:
    """A head that was taught and asked.

    Attributes:
        scores: Its quality on each test sample.
        queries_ms: Single queries, in the order of the test samples.
        usd_per_1000: What a thousand answers cost; None if nothing has a price.
    """

    scores: Scores
    queries_ms: Scores
    usd_per_1000: float | None


def distil_generator(inquiry: Inquiry) -> ExperimentResult:
    """Let the language model teach a head, and measure what is kept and what is gained."""
    teacher = next((arm for arm in inquiry.material.arms if arm.name == TEACHER), None)
    untested = ""
    if inquiry.learning.task is not Task.CLASSIFICATION:
        untested = "it is about classification"
    elif teacher is None:
        untested = f"the arm {TEACHER} was not measured, and it is the teacher (--generator MODEL)"
    elif not inquiry.learning.train:
        untested = "there are no training texts"
    if untested or teacher is None:
        return ExperimentResult(experiment=NAME, untested=untested)
    try:
        return _distil(inquiry, teacher)
    except LaboratoryError as error:
        return ExperimentResult(experiment=NAME, untested=str(error))


def _distil(inquiry: Inquiry, teacher: ArmResult) -> ExperimentResult:
    labelled = _label(inquiry)
    inquiry.progress(0.8)
    taught_labels = _relabel(labelled)
    student = _teach(taught_labels, inquiry)
    by_people = _teach(labelled.texts, inquiry)
    resampling, taught = inquiry.resampling, inquiry.material.scores(teacher)
    quarters, gap = label_a_quarter(taught_labels, inquiry, quality=QUALITY)
    qualities = {TEACHER: taught, STUDENT: student.scores, TAUGHT_BY_PEOPLE: by_people.scores}
    return ExperimentResult(
        experiment=NAME,
        measured=[
            *(
                state_quality(QUALITY, arm, scores, resampling=resampling, groups=inquiry.groups)
                for arm, scores in qualities.items()
            ),
            *quarters,
            *_state_effort(teacher, student, inquiry),
            *_state_labels(labelled, inquiry),
        ],
        differences=[
            *(
                compare_shares(
                    QUALITY,
                    (STUDENT, student.scores),
                    (other, qualities[other]),
                    resampling=resampling,
                    groups=inquiry.groups,
                )
                for other in (TEACHER, TAUGHT_BY_PEOPLE)
            ),
            *gap,
            *_compare_times(teacher, student, inquiry),
        ],
        notes=_list_notes(labelled, inquiry),
    )


def _label(inquiry: Inquiry) -> _Labelled:
    """Let the fitted arm label training and validation texts, as it labels any other."""
    learning, bench = inquiry.learning, inquiry.bench
    step = max(1, math.ceil((len(learning.train) + len(learning.validation)) / MOST))
    texts = replace(learning, train=learning.train[::step], validation=learning.validation[::step])
    spec = next(spec for spec in arms_for(learning.task) if spec.name == TEACHER)
    arm = load_arm_class(spec).load(inquiry.folder.arm_folder(TEACHER), bench)
    started = bench.clock()
    said = answer_in_steps(
        (*texts.train, *texts.validation),
        arm.predict,
        progress=lambda fraction: inquiry.progress(0.8 * fraction),
    )
    return _Labelled(texts, said, bench.clock() - started)


def _relabel(labelled: _Labelled) -> LearningData:
    """Replace the labels of people by those of the language model; a text without one is left."""
    n_train = len(labelled.texts.train)
    pairs = list(zip(labelled.samples, labelled.said, strict=True))

    def taught(some: Sequence[tuple[Sample, Prediction]]) -> tuple[Sample, ...]:
        return tuple(replace(each, targets=(said.output,)) for each, said in some if said.output)

    return replace(
        labelled.texts, train=taught(pairs[:n_train]), validation=taught(pairs[n_train:])
    )


def _teach(texts: LearningData, inquiry: Inquiry) -> _Head:
    """Fit the head as its arm does, time single queries, then let it answer the test samples."""
    arm, bench = HeadArm(), inquiry.bench
    arm.fit(texts, bench, seed=inquiry.seed, progress=lambda _: None)
    inputs = inputs_of(inquiry.test)
    latency = measure_latency(lambda text: arm.predict([text])[0], inputs, clock=bench.clock)
    started = bench.clock()
    rows = score_samples(Task.CLASSIFICATION, inquiry.test, arm.predict(inputs))
    seconds_each = max(bench.clock() - started, 1e-9) / len(inputs)
    metric = primary_metric(Task.CLASSIFICATION)
    return _Head(
        scores=np.array([row[metric] for row in rows], dtype=np.float64),
        queries_ms=np.array(latency.queries_ms, dtype=np.float64),
        usd_per_1000=cost_per_1000_answers(
            seconds_each, inquiry.conditions.settings.machine_hour_usd
        ),
    )


def _state_effort(teacher: ArmResult, student: _Head, inquiry: Inquiry) -> list[Measured]:
    """State milliseconds per query and dollars per thousand answers, of teacher and student."""
    times = ((TEACHER, _times_of(teacher)), (STUDENT, student.queries_ms))
    prices = ((TEACHER, teacher.cost_per_1000), (STUDENT, student.usd_per_1000))
    return [
        *(
            Measured(
                quantity=MEAN_MS,
                arm=arm,
                n=taken.size,
                **bootstrap_mean(taken, inquiry.resampling).model_dump(),
            )
            for arm, taken in times
            if taken.size
        ),
        *(_exactly(USD_PER_1000, arm, price) for arm, price in prices if price is not None),
    ]


def _state_labels(labelled: _Labelled, inquiry: Inquiry) -> list[Measured]:
    """State how good the labels are, and what they took."""
    outputs = [said.output for said in labelled.said]
    right = [
        output in sample.targets
        for output, sample in zip(outputs, labelled.samples, strict=True)
        if output is not None
    ]
    price = _price_labels(labelled, inquiry)
    missing = measure_share(UNLABELLED, TEACHER, count=outputs.count(None), n=len(outputs))
    quality = (
        [measure_share(LABELLED_RIGHTLY, TEACHER, count=sum(right), n=len(right))] if right else []
    )
    cost = [] if price is None else [_exactly(LABEL_USD, TEACHER, price)]
    return [*quality, missing, _exactly(LABEL_SECONDS, TEACHER, labelled.seconds), *cost]


def _price_labels(labelled: _Labelled, inquiry: Inquiry) -> float | None:
    """Price the labels by tokens or by machine time, as answers are."""
    settings, supply = inquiry.conditions.settings, inquiry.bench.generator_supply
    if settings.token_prices_usd is not None:
        n_read = sum(said.n_input_tokens for said in labelled.said)
        n_written = sum(said.n_output_tokens for said in labelled.said)
        return cost_of_tokens(n_read, n_written, settings.token_prices_usd)
    if settings.machine_hour_usd is None or (supply and supply.source.sends_to):
        return None
    return labelled.seconds / _SECONDS_PER_HOUR * settings.machine_hour_usd


def _compare_times(teacher: ArmResult, student: _Head, inquiry: Inquiry) -> list[Comparison]:
    """Compare single queries; both answered the same test inputs in the same order."""
    slow, fast = _times_of(teacher), student.queries_ms
    n = min(slow.size, fast.size)
    if not n:
        return []
    found = compare_paired(fast[:n], slow[:n], inquiry.resampling)
    return [
        Comparison(
            arm=STUDENT,
            against=TEACHER,
            metric=MEAN_MS,
            difference=found.interval.value,
            low=found.interval.low,
            high=found.interval.high,
            p_value=found.p_value,
        )
    ]


def _times_of(arm: ArmResult) -> Scores:
    return np.array(arm.latency_ms.queries_ms, dtype=np.float64)


def _exactly(quantity: str, arm: str, value: float) -> Measured:
    return Measured(quantity=quantity, arm=arm, value=value, low=value, high=value, n=1)


def _list_notes(labelled: _Labelled, inquiry: Inquiry) -> list[str]:
    asked = len(labelled.samples)
    everything = len(inquiry.learning.train) + len(inquiry.learning.validation)
    if asked == everything:
        return []
    return [f"{asked} of {everything} texts were labelled, evenly spread, since each is a prompt"]
