"""Experiment 8: how much does noise cost, wrong labels or documents that do not belong?

Classification: a tenth and a fifth of the labels to learn from are replaced by others, drawn by
lot, and the smallest form of fine-tuning and of retrieval learn from them. Questions about
documents: passages that have nothing to do with the corpus are indexed together with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from prototypes.approaches.classification.labelling import inputs_of, require_labels
from prototypes.approaches.classification.rag import NearestSamplesArm
from prototypes.approaches.finetuning.head import HeadArm
from prototypes.contracts import Arm, LearningData, Sample, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_loss, state_quality
from prototypes.experiments.material import compare_shares
from prototypes.measure.metrics import primary_metric, score_samples
from prototypes.measure.significance import Resampling, Scores
from prototypes.results import Comparison, ExperimentResult, Measured

NAME = "noise"
RETRIEVAL, FINE_TUNING = "rag", "fine_tune"
RATES = (0.1, 0.2)
QUALITY, LOST, CHANGE = "quality", "quality_lost", "quality_change"


def check_noise(inquiry: Inquiry) -> ExperimentResult:
    """Measure what is lost to the noise that the task can have."""
    if inquiry.learning.task is Task.CLASSIFICATION:
        return _check_labels(inquiry)
    from prototypes.experiments.distractors import check_distractors

    return check_distractors(inquiry)


def flip_labels(samples: Sequence[Sample], rate: float, *, seed: int) -> tuple[Sample, ...]:
    """Give a share of the samples another label, drawn evenly from the others.

    With one seed, the samples that are wrong at a low rate are also wrong at a higher one.

    Args:
        samples: With one label each.
        rate: The share that becomes wrong.
        seed: Of the draw.
    """
    labels = require_labels(samples)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(samples))
    shifts = generator.integers(1, len(labels), size=len(samples))
    wrong = {int(row): int(shifts[row]) for row in order[: round(rate * len(samples))]}
    place = {label: number for number, label in enumerate(labels)}

    def relabel(row: int, sample: Sample) -> Sample:
        label = labels[(place[sample.targets[0]] + wrong[row]) % len(labels)]
        return replace(sample, targets=(label,))

    return tuple(
        relabel(row, sample) if row in wrong else sample for row, sample in enumerate(samples)
    )


def _check_labels(inquiry: Inquiry) -> ExperimentResult:
    learning = inquiry.learning
    if not learning.train:
        return ExperimentResult(experiment=NAME, untested="there are no labels to learn from")
    scores: dict[tuple[str, float], Scores] = {}
    for step, rate in enumerate((0.0, *RATES)):
        noisy = _with_wrong_labels(learning, rate, seed=inquiry.seed)
        scores[RETRIEVAL, rate] = _score(NearestSamplesArm(), noisy, inquiry)
        scores[FINE_TUNING, rate] = _score(HeadArm(), noisy, inquiry)
        inquiry.progress((step + 1) / (1 + len(RATES)))
    return ExperimentResult(
        experiment=NAME,
        measured=state_losses(scores, RATES, resampling=inquiry.resampling),
        differences=[_compare(scores, inquiry.resampling)],
        notes=["validation labels are as noisy as those trained on; the test labels are as given"],
    )


def _with_wrong_labels(learning: LearningData, rate: float, *, seed: int) -> LearningData:
    if rate == 0:
        return learning
    samples = flip_labels((*learning.train, *learning.validation), rate, seed=seed)
    n = len(learning.train)
    return replace(learning, train=samples[:n], validation=samples[n:])


def _score(arm: Arm, learning: LearningData, inquiry: Inquiry) -> Scores:
    """Fit an arm on the vectors that are there already and score it on the test samples."""
    arm.fit(learning, inquiry.bench, seed=inquiry.seed, progress=lambda _: None)
    task, test = learning.task, inquiry.test
    rows = score_samples(task, test, arm.predict(inputs_of(test)))
    return np.array([row[primary_metric(task)] for row in rows], dtype=np.float64)


def state_losses(
    scores: Mapping[tuple[str, float], Scores], rates: Sequence[float], *, resampling: Resampling
) -> list[Measured]:
    """State the quality of each system at each rate, and what it lost against none.

    Args:
        scores: Per system and rate of noise (0 among them), one score per test sample.
        rates: The rates above 0.
        resampling: How the intervals are drawn.
    """
    found = []
    for (arm, rate), values in scores.items():
        quantity = f"{QUALITY}_{percent(rate)}"
        found.append(state_quality(quantity, arm, values, resampling=resampling))
        if rate in rates:
            lost = f"{LOST}_{percent(rate)}"
            pair = (arm, scores[arm, 0.0]), (arm, values)
            found.append(state_loss(lost, *pair, resampling=resampling))
    return found


def percent(rate: float) -> int:
    """Write a rate as whole per cent, for the name of a quantity."""
    return round(100 * rate)


def _compare(scores: Mapping[tuple[str, float], Scores], resampling: Resampling) -> Comparison:
    """Compare what the worst rate changes for retrieval with what it changes for fine-tuning."""
    worst = max(RATES)
    changes = {arm: scores[arm, worst] - scores[arm, 0.0] for arm in (RETRIEVAL, FINE_TUNING)}
    first, second = ((arm, changes[arm]) for arm in (RETRIEVAL, FINE_TUNING))
    return compare_shares(CHANGE, first, second, resampling=resampling, limit=2.0)
