"""Smaller classifiers: the encoder in eight bits, and students of the best arm.

One student is a logistic head on the first half of the encoder's layers, the other logistic
regression on words without any encoder. Both learn what the best arm says of the training texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.baseline import TfidfArm
from prototypes.approaches.classification.labelling import (
    build_predictions,
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.finetuning.head import LinearHead, choose_inverse_penalty, fit_head
from prototypes.contracts import LearningData, Prediction, Sample
from prototypes.errors import LaboratoryError, ModelUnavailableError
from prototypes.experiments.compression import (
    EIGHT_BITS,
    NAME,
    WHOLE,
    Answer,
    Form,
    compare_forms,
    quantise,
    size_of,
)
from prototypes.experiments.inquiry import Inquiry
from prototypes.models.encoder import Encoder
from prototypes.registry import arms_for, load_arm_class
from prototypes.results import ArmResult, ExperimentResult

FINE_TUNING = "fine_tune"
SHALLOW, WORDS = "distilled", "words"
N_LAYERS = 3
_BYTES_PER_PARAMETER = 4


def compress_classifier(inquiry: Inquiry) -> ExperimentResult:
    """Compress the logistic head on the encoder, the smallest form of fine-tuning."""
    learning, encoder = inquiry.learning, inquiry.bench.encoder
    if not learning.train:
        return ExperimentResult(experiment=NAME, untested="there are no labels to learn from")
    teacher = _find_teacher(inquiry)
    taught = _ask(teacher, inquiry) if teacher else learning
    inquiry.progress(0.3)
    head = _fit(inquiry.bench.embed, learning)
    forms = {WHOLE: Form(_answer_with(encoder, head), size_of(encoder))}
    build: dict[str, Callable[[], Form]] = {
        EIGHT_BITS: lambda: _in_eight_bits(encoder, head),
        SHALLOW: lambda: _shallow(encoder, taught),
        WORDS: lambda: _on_words(taught, inquiry),
    }
    source = f"what {teacher.name} says of" if teacher else "the labels of"
    notes = [f"the students learnt {source} the training texts"]
    for name, make in build.items():
        try:
            forms[name] = make()
        except LaboratoryError as error:
            notes.append(f"{name} was left out: {error}")
    inquiry.progress(0.8)
    return compare_forms(FINE_TUNING, forms, inquiry, notes=notes)


def _find_teacher(inquiry: Inquiry) -> ArmResult | None:
    """Choose the arm that was best on the validation samples, and asks no language model."""
    asks = {spec.name for spec in arms_for(inquiry.learning.task) if "generator" in spec.needs}
    known = [
        arm
        for arm in inquiry.material.arms
        if arm.name not in asks and arm.validation_score is not None
    ]
    return max(known, key=lambda arm: arm.validation_score or 0.0, default=None)


def _ask(teacher: ArmResult, inquiry: Inquiry) -> LearningData:
    """Replace the labels by what the teacher says."""
    learning = inquiry.learning
    specs = {spec.name: spec for spec in arms_for(learning.task)}
    folder = inquiry.folder.arm_folder(teacher.name)
    arm = load_arm_class(specs[teacher.name]).load(folder, inquiry.bench)
    samples = (*learning.train, *learning.validation)
    said = list(map(_relabel, samples, arm.predict(inputs_of(samples))))
    n = len(learning.train)
    return replace(learning, train=tuple(said[:n]), validation=tuple(said[n:]))


def _relabel(sample: Sample, said: Prediction) -> Sample:
    return sample if said.output is None else replace(sample, targets=(said.output,))


def _fit(
    embed: Callable[[Sequence[str]], NDArray[np.float32]], learning: LearningData
) -> LinearHead:
    """Fit a head as the arm does: the penalty on the validation samples, then on all."""
    labels, samples = require_labels(learning.train), (*learning.train, *learning.validation)
    vectors, targets = embed(inputs_of(samples)), label_indices(samples, labels)
    penalty, _ = choose_inverse_penalty(
        vectors, targets, labels=labels, n_train=len(learning.train)
    )
    is_known = targets >= 0
    return fit_head(vectors[is_known], targets[is_known], labels=labels, inverse_penalty=penalty)


def _answer_with(encoder: Encoder, head: LinearHead) -> Answer:
    def answer(texts: Sequence[str]) -> list[Prediction]:
        scores = head.probabilities(encoder.encode(texts))
        return build_predictions(scores, head.labels, timings_ms={})

    return answer


def _in_eight_bits(encoder: Encoder, head: LinearHead) -> Form:
    smaller = quantise(encoder)
    return Form(_answer_with(smaller, head), smaller.size_mb)


def _shallow(encoder: Encoder, taught: LearningData) -> Form:
    if encoder.folder is None:
        raise ModelUnavailableError(f"The encoder '{encoder.name}' has no layers to be cut.")
    from prototypes.models.reduced import ShallowEncoder

    smaller = ShallowEncoder(encoder.folder, name=encoder.name, n_layers=N_LAYERS)
    return Form(_answer_with(smaller, _fit(smaller.encode, taught)), smaller.size_mb)


def _on_words(taught: LearningData, inquiry: Inquiry) -> Form:
    arm = TfidfArm()
    report = arm.fit(taught, inquiry.bench, seed=inquiry.seed, progress=lambda _: None)
    return Form(arm.predict, report.n_trained_parameters * _BYTES_PER_PARAMETER / 1e6)
