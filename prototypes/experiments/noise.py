"""Experiment 8: how much does noise cost, wrong labels or documents that do not belong?

Classification: a tenth and a fifth of the labels to learn from are replaced by others, drawn by
lot, and the smallest form of fine-tuning and of retrieval learn from them. Questions about
documents: passages that have nothing to do with the corpus are indexed together with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

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
from prototypes.measurement import Conditions
from prototypes.results import Comparison, ExperimentResult, Measured
from prototypes.spreading import Job

NAME = "noise"
RETRIEVAL, FINE_TUNING = "rag", "fine_tune"
RATES = (0.1, 0.2)
QUALITY, LOST, CHANGE = "quality", "quality_lost", "quality_change"
_LEARNERS: Mapping[str, type[Arm]] = {RETRIEVAL: NearestSamplesArm, FINE_TUNING: HeadArm}
_FILE = "scores.npy"


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
    levels = [(arm, rate) for rate in (0.0, *RATES) for arm in _LEARNERS]
    inquiry.bench.spreader.prepare([Job(score_with_noise, level) for level in levels])
    scores: dict[tuple[str, float], Scores] = {}
    for step, (arm, rate) in enumerate(levels):
        scores[arm, rate] = score_with_noise(inquiry.conditions, arm, rate)
        inquiry.progress((step + 1) / len(levels))
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


def score_with_noise(conditions: Conditions, arm: str, rate: float) -> Scores:
    """Fit a system where a share of the labels is wrong; score it on the test samples.

    The scores are a part of the bench's cache, so they are there after an interruption.

    Args:
        conditions: Data, seed and bench.
        arm: RETRIEVAL or FINE_TUNING.
        rate: The share of wrong labels.
    """
    bench, split, seed = conditions.bench, conditions.split, conditions.settings.seed

    def build(folder: Path) -> None:
        noisy = _with_wrong_labels(split.learning, rate, seed=seed)
        np.save(folder / _FILE, _score(_LEARNERS[arm](), noisy, conditions))

    samples = (*split.learning.train, *split.learning.validation, *split.test)
    content = json.dumps([(sample.input, sample.targets) for sample in samples])
    n_train = str(len(split.learning.train))
    name = bench.fingerprint("noise", arm, repr(rate), str(seed), n_train, content)
    scores: Scores = np.load(bench.part(name, build) / _FILE, allow_pickle=False)
    return scores


def _score(arm: Arm, learning: LearningData, conditions: Conditions) -> Scores:
    """Fit an arm on the vectors that are there already and score it on the test samples."""
    seed, test = conditions.settings.seed, conditions.split.test
    arm.fit(learning, conditions.bench, seed=seed, progress=lambda _: None)
    rows = score_samples(learning.task, test, arm.predict(inputs_of(test)))
    return np.array([row[primary_metric(learning.task)] for row in rows], dtype=np.float64)


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
    return compare_shares(CHANGE, first, second, resampling=resampling)
