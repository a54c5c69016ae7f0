"""Experiment 8: how much does noise cost, wrong labels or documents that do not belong?

What is learnt from: a tenth and a fifth of the labels, of the labels of spans, or of the outputs
are replaced by others, drawn by lot, and the smallest form of fine-tuning and of retrieval learn
from them. Questions about documents: passages that have nothing to do with the corpus are indexed
together with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from prototypes.contracts import LearningData, Progress, Task
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.experiments.corruption import CORRUPT
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_loss, state_quality
from prototypes.experiments.material import Material, compare_shares
from prototypes.experiments.scoring import fingerprint_samples, score_answers
from prototypes.measure.metrics import primary_metric
from prototypes.measure.significance import Scores
from prototypes.measurement import Conditions
from prototypes.registry import arms_for, create_arm
from prototypes.results import Comparison, ExperimentResult, Measured
from prototypes.run_folder import RunFolder
from prototypes.spreading import Job
from prototypes.workbench import Workbench

NAME = "noise"
RETRIEVAL, FINE_TUNING = "rag", "fine_tune"
RATES = (0.1, 0.2)
QUALITY, LOST, CHANGE = "quality", "quality_lost", "quality_change"

_SMALLEST = {
    Task.CLASSIFICATION: {RETRIEVAL: "rag", FINE_TUNING: "fine_tune_head"},
    Task.EXTRACTION: {RETRIEVAL: "rag", FINE_TUNING: "fine_tune_head"},
    Task.GENERATION: {RETRIEVAL: "rag", FINE_TUNING: "fine_tune"},
}
"""The arms that are fitted anew, by task and approach."""

_WRONG = {
    Task.CLASSIFICATION: "labels",
    Task.EXTRACTION: "labels of spans",
    Task.GENERATION: "outputs",
}
_FILE = "scores.npy"


def check_noise(inquiry: Inquiry) -> ExperimentResult:
    """Measure what is lost to the noise that the task can have."""
    if inquiry.learning.task in _SMALLEST:
        return _check_labels(inquiry)
    from prototypes.experiments.distractors import check_distractors

    return check_distractors(inquiry)


def _check_labels(inquiry: Inquiry) -> ExperimentResult:
    if not inquiry.learning.train:
        return ExperimentResult(experiment=NAME, untested="there are no labels to learn from")
    try:
        scores = _measure(inquiry)
        measured = _state_losses(scores, inquiry)
        differences = [_compare(scores, inquiry)]
    except (TooFewSamplesError, ModelUnavailableError) as error:
        return ExperimentResult(experiment=NAME, untested=str(error))
    wrong = _WRONG[inquiry.learning.task]
    note = f"validation {wrong} are as noisy as those trained on; the test {wrong} are as given"
    return ExperimentResult(
        experiment=NAME, measured=measured, differences=differences, notes=[note]
    )


def _measure(inquiry: Inquiry) -> dict[tuple[str, float], Scores]:
    """Fit two arms at three rates; what the trial has fitted is taken from there."""
    learning = inquiry.learning
    inquiry.bench.spreader.prepare(_list_jobs(inquiry))
    noisy = {rate: _corrupt(learning, rate, seed=inquiry.seed) for rate in (0.0, *RATES)}
    scores: dict[tuple[str, float], Scores] = {}
    for step, (rate, data) in enumerate(noisy.items()):
        for place, (approach, arm) in enumerate(_SMALLEST[learning.task].items()):
            tell = _part_of(inquiry.progress, step + place / 2, len(noisy))
            scores[approach, rate] = _score(arm, data, inquiry, rate=rate, progress=tell)
        inquiry.progress((step + 1) / len(noisy))
    return scores


def _list_jobs(inquiry: Inquiry) -> list[Job]:
    """List what has to be fitted, each apart from the others."""
    known = {arm.name for arm in inquiry.material.arms}
    return [
        Job(fit_at_rate, (arm, rate))
        for arm in _SMALLEST[inquiry.learning.task].values()
        for rate in (0.0, *RATES)
        if rate > 0 or arm not in known
    ]


def fit_at_rate(conditions: Conditions, arm: str, rate: float) -> None:
    """Fit an arm at a rate of noise; its scores become a part of the bench.

    Args:
        conditions: Data, seed and bench.
        arm: Its name.
        rate: The share of samples that become wrong.
    """
    nothing = Material(primary_metric(conditions.split.learning.task), [], {})
    inquiry = Inquiry(conditions, nothing, RunFolder(Path()), lambda _: None)
    noisy = _corrupt(inquiry.learning, rate, seed=inquiry.seed)
    _score(arm, noisy, inquiry, rate=rate, progress=inquiry.progress)


def _part_of(progress: Progress, n_done: float, n_all: int) -> Progress:
    """Tell of what is done while one of the two arms of a rate is fitted."""
    return lambda fraction: progress((n_done + min(fraction, 0.99) / 2) / n_all)


def _corrupt(learning: LearningData, rate: float, *, seed: int) -> LearningData:
    if rate == 0:
        return learning
    everything = (*learning.train, *learning.validation)
    samples = CORRUPT[learning.task](everything, rate, seed=seed)
    n = len(learning.train)
    return replace(learning, train=samples[:n], validation=samples[n:])


def _score(
    name: str, learning: LearningData, inquiry: Inquiry, *, rate: float, progress: Progress
) -> Scores:
    """Return what an arm scores on the test samples; nothing is fitted twice."""
    known = next((arm for arm in inquiry.material.arms if arm.name == name), None)
    if rate == 0 and known is not None:
        return inquiry.material.scores(known)

    def build(folder: Path) -> None:
        np.save(folder / _FILE, _fit_and_score(name, learning, inquiry, progress=progress))

    content = fingerprint_samples(learning.train, learning.validation, inquiry.test)
    part = inquiry.bench.fingerprint("noise-point", name, str(inquiry.seed), content)
    scores: Scores = np.load(inquiry.bench.part(part, build) / _FILE, allow_pickle=False)
    return scores


def _fit_and_score(
    name: str, learning: LearningData, inquiry: Inquiry, *, progress: Progress
) -> Scores:
    task, test, bench = learning.task, inquiry.test, inquiry.bench
    arm = create_arm(next(spec for spec in arms_for(task) if spec.name == name))
    if task is Task.GENERATION:
        bench = Workbench(bench.encoder)  # a tuned model of 200 MB is not worth keeping
        if name != RETRIEVAL:
            learning = replace(learning, validation=())  # it would only be measured
    arm.fit(learning, bench, seed=inquiry.seed, progress=progress)
    return score_answers(task, test, arm.predict([sample.input for sample in test]))


def _state_losses(scores: Mapping[tuple[str, float], Scores], inquiry: Inquiry) -> list[Measured]:
    """State the quality of each system at each rate, and what it lost against none."""
    resampling, groups, found = inquiry.resampling, inquiry.groups, []
    for (arm, rate), values in scores.items():
        quantity = f"{QUALITY}_{percent(rate)}"
        quality = state_quality(quantity, arm, values, resampling=resampling, groups=groups)
        found.append(quality)
        if rate in RATES:
            lost = f"{LOST}_{percent(rate)}"
            pair = (arm, scores[arm, 0.0]), (arm, values)
            found.append(state_loss(lost, *pair, resampling=resampling, groups=groups))
    return found


def percent(rate: float) -> int:
    """Write a rate as whole per cent, for the name of a quantity."""
    return round(100 * rate)


def _compare(scores: Mapping[tuple[str, float], Scores], inquiry: Inquiry) -> Comparison:
    """Compare what the worst rate changes for retrieval with what it changes for fine-tuning."""
    worst = max(RATES)
    changes = {arm: scores[arm, worst] - scores[arm, 0.0] for arm in (RETRIEVAL, FINE_TUNING)}
    first, second = ((arm, changes[arm]) for arm in (RETRIEVAL, FINE_TUNING))
    return compare_shares(
        CHANGE,
        first,
        second,
        resampling=inquiry.resampling,
        limit=2.0,
        groups=inquiry.groups,
    )
