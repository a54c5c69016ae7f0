"""Experiment 7: what do smaller forms of the same system cost in quality, and bring in size?

The encoder's linear layers are held in eight bits; what was built on the whole encoder is used as
it is. For extraction and generation that is done to the model that was tuned. For classification
there are two students besides, which learn from the outputs of the best arm instead of from the
labels (Hinton et al. 2015, with its decisions as targets).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import bootstrap

from prototypes.approaches.document_qa.extractive import ExtractiveSystem
from prototypes.approaches.document_qa.rag import build_system
from prototypes.contracts import Prediction, Task
from prototypes.errors import LaboratoryError, ModelUnavailableError
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_loss, state_quality
from prototypes.experiments.scoring import score_answers
from prototypes.measure.significance import Resampling, Scores
from prototypes.models.encoder import Encoder
from prototypes.results import ExperimentResult, Measured

if TYPE_CHECKING:
    from prototypes.models.reduced import EightBitEncoder

NAME = "compression"
WHOLE, EIGHT_BITS = "whole", "int8"
QUALITY, LOST, SIZE_MB, P50_MS = "quality", "quality_lost", "size_mb", "p50_ms"
RETRIEVAL = "rag"
_N_TIMED = 50
_N_WARM_UP = 5
_MAX_RESAMPLES = 2_000

Answer = Callable[[Sequence[str]], list[Prediction]]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a system, ready to answer.

    Attributes:
        answer: Answers some inputs.
        size_mb: Megabytes of its parameters.
    """

    answer: Answer
    size_mb: float


def check_compression(inquiry: Inquiry) -> ExperimentResult:
    """Measure the whole system and its smaller forms on the test samples."""
    if inquiry.learning.task is Task.CLASSIFICATION:
        from prototypes.experiments.students import compress_classifier

        return compress_classifier(inquiry)
    if inquiry.learning.task in (Task.EXTRACTION, Task.GENERATION):
        from prototypes.experiments.tuned_forms import compress_tuned

        return compress_tuned(inquiry)
    return _compress_retrieval(inquiry)


def _compress_retrieval(inquiry: Inquiry) -> ExperimentResult:
    """Ask the same index with questions that an encoder in eight bits has read."""
    bench, learning = inquiry.bench, inquiry.learning
    if not learning.documents:
        return ExperimentResult(experiment=NAME, untested="there are no documents to search")
    system = build_system(bench)
    system.tune((*learning.train, *learning.validation))
    inquiry.progress(0.4)
    try:
        encoder = quantise(bench.encoder)
    except LaboratoryError as error:
        return ExperimentResult(experiment=NAME, untested=str(error))
    smaller: ExtractiveSystem = replace(system, embed=encoder.encode)
    forms = {
        WHOLE: Form(system.answer, size_of(bench.encoder)),
        EIGHT_BITS: Form(smaller.answer, encoder.size_mb),
    }
    notes = ["the index holds the vectors of the whole encoder; only questions are read smaller"]
    return compare_forms(RETRIEVAL, forms, inquiry, notes=notes)


def quantise(encoder: Encoder) -> EightBitEncoder:
    """Load a second copy of an encoder, in eight bits.

    Raises:
        ModelUnavailableError: If it has no layers, or torch cannot.
    """
    if encoder.folder is None:
        raise ModelUnavailableError(
            f"The encoder '{encoder.name}' has no layers that could be held in eight bits."
        )
    from prototypes.models.reduced import EightBitEncoder

    return EightBitEncoder(encoder.folder, name=encoder.name)


def size_of(encoder: Encoder) -> float:
    """Return the megabytes of an encoder's files; 0 if it has none."""
    files = encoder.folder.glob("*.safetensors") if encoder.folder else ()
    return sum(file.stat().st_size for file in files) / 1e6


def compare_forms(
    arm: str, forms: Mapping[str, Form], inquiry: Inquiry, *, notes: Sequence[str]
) -> ExperimentResult:
    """Measure each form's quality, size and speed, and what it loses against the whole."""
    scores = {name: _score(form, inquiry) for name, form in forms.items()}
    measured: list[Measured] = []
    for name, form in forms.items():
        whole, own = (arm, scores[WHOLE]), (arm, scores[name])
        draw, groups = inquiry.resampling, inquiry.groups
        quality = state_quality(f"{QUALITY}_{name}", *own, resampling=draw, groups=groups)
        measured.append(quality)
        if name != WHOLE:
            lost = state_loss(f"{LOST}_{name}", whole, own, resampling=draw, groups=groups)
            measured.append(lost)
        size = form.size_mb
        measured += [
            Measured(quantity=f"{SIZE_MB}_{name}", arm=arm, value=size, low=size, high=size, n=1),
            _time(name, arm, form, inquiry),
        ]
    inquiry.progress(1.0)
    return ExperimentResult(experiment=NAME, measured=measured, notes=list(notes))


def _score(form: Form, inquiry: Inquiry) -> Scores:
    said = form.answer([sample.input for sample in inquiry.test])
    return score_answers(inquiry.learning.task, inquiry.test, said)


def _time(name: str, arm: str, form: Form, inquiry: Inquiry) -> Measured:
    """Time single queries; the interval of their median comes from resampling them."""
    texts = cycle([sample.input for sample in inquiry.test])
    for text in islice(texts, _N_WARM_UP):
        form.answer([text])
    taken = [_seconds(form.answer, text) for text in islice(texts, _N_TIMED)]
    queries_ms = 1000 * np.array(taken, dtype=np.float64)
    low, high = _median_interval(queries_ms, inquiry.resampling)
    return Measured(
        quantity=f"{P50_MS}_{name}",
        arm=arm,
        value=float(np.median(queries_ms)),
        low=low,
        high=high,
        n=queries_ms.size,
    )


def _seconds(answer: Answer, text: str) -> float:
    started = time.perf_counter()
    answer([text])
    return time.perf_counter() - started


def _median_interval(values: Scores, resampling: Resampling) -> tuple[float, float]:
    found = bootstrap(
        (values,),
        np.median,
        n_resamples=min(resampling.n_resamples, _MAX_RESAMPLES),
        confidence_level=resampling.confidence,
        method="percentile",
        rng=np.random.default_rng(resampling.seed),
    ).confidence_interval
    return float(found.low), float(found.high)
