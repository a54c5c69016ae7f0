"""Experiment 2: how many labels does fine-tuning need, and does choosing them help?

The logistic head on the frozen encoder is trained on 1/16, 1/8, … and all of the training samples,
drawn at random under several seeds, or chosen where the head before was least certain
(uncertainty sampling, Lewis and Gale 1994). The frozen encoder makes that a matter of seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototypes.approaches.classification.labelling import (
    inputs_of,
    label_indices,
    require_labels,
)
from prototypes.approaches.finetuning.head import fit_head
from prototypes.contracts import Sample, Split, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.experiments.power_law import (
    MIN_POINTS,
    Curve,
    PowerLaw,
    band_of,
    fit_power_law,
    resample_laws,
)
from prototypes.measure.significance import Scores, bootstrap_mean
from prototypes.results import CurvePoint, ExperimentResult, Measured
from prototypes.workbench import Workbench

NAME = "learning_curve"
LABELS_TO_MATCH = "labels_to_match"
RANDOM, UNCERTAINTY = "random", "uncertainty"

N_SEEDS = 3
FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
FURTHEST = 100
"""Labels beyond this multiple of what there is are not named: the law was not seen there."""

Select = Callable[["_Pool", NDArray[np.int64], int], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Vectors and label numbers to learn from and to be tested on."""

    vectors: NDArray[np.float32]
    targets: NDArray[np.int64]
    test_vectors: NDArray[np.float32]
    test_targets: NDArray[np.int64]
    labels: tuple[str, ...]

    def scores(
        self, chosen: NDArray[np.int64], vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Train a head on the chosen rows and score some vectors."""
        head = fit_head(self.vectors[chosen], self.targets[chosen], labels=self.labels)
        return head.probabilities(vectors)

    def right(self, chosen: NDArray[np.int64]) -> Scores:
        """Train on the chosen rows; 1 where a test sample is labelled rightly."""
        outputs = self.scores(chosen, self.test_vectors).argmax(axis=1)
        right: Scores = (outputs == self.test_targets).astype(np.float64)
        return right


def hold_learning_curve(inquiry: Inquiry) -> ExperimentResult:
    """Draw the curve of a trial."""
    split, bench = inquiry.conditions.split, inquiry.bench
    return draw_learning_curve(split, bench, inquiry.material, seed=inquiry.seed)


def draw_learning_curve(
    split: Split, bench: Workbench, material: Material, *, seed: int
) -> ExperimentResult:
    """Measure both curves, fit the law to the random one, and find where it meets other arms.

    Args:
        split: The samples to learn from and the test samples.
        bench: Whose vectors the arms have used already.
        material: The arms to be matched: few-shot prompting and retrieval.
        seed: Of the first draw; the others follow it.
    """
    learning = split.learning
    sizes = choose_sizes(len(learning.train))
    arms = [arm.name for arm in material.arms]
    if learning.task is not Task.CLASSIFICATION or len(sizes) < MIN_POINTS:
        what = "no labels" if learning.task is not Task.CLASSIFICATION else "too few labels"
        untested = f"there are {what} to learn from"
        return ExperimentResult(experiment=NAME, untested=untested, arms=arms)
    pool = _embed(learning.train, learning.validation, split.test, bench=bench)
    random = measure_curve(pool, sizes, seed=seed, select=_select_random)
    uncertain = measure_curve(pool, sizes, seed=seed, select=_select_uncertain)
    return ExperimentResult(
        experiment=NAME,
        measured=_match(random, material, seed=seed),
        arms=arms,
        curve=[*_points(RANDOM, random, material), *_points(UNCERTAINTY, uncertain, material)],
    )


def choose_sizes(n_train: int) -> tuple[int, ...]:
    """Return distinct sizes, at least eight samples each."""
    sizes = {math.ceil(n_train * fraction) for fraction in FRACTIONS}
    return tuple(sorted(size for size in sizes if size >= 8))


def measure_curve(pool: _Pool, sizes: Sequence[int], *, seed: int, select: Select) -> Curve:
    """Train on growing sets, each containing the one before; every seed draws its own first."""
    right = [_grow(pool, sizes, seed=seed + each, select=select) for each in range(N_SEEDS)]
    return Curve(tuple(sizes), np.stack(right, axis=1))


def _grow(pool: _Pool, sizes: Sequence[int], *, seed: int, select: Select) -> Scores:
    order = np.random.default_rng(seed).permutation(len(pool.targets))
    chosen = order[: sizes[0]]
    right = [pool.right(chosen)]
    for size in sizes[1:]:
        left = order[~np.isin(order, chosen)]
        wanted = size - len(chosen)
        added = select(pool, chosen, wanted) if wanted < len(left) else left
        chosen = np.concatenate([chosen, added])
        right.append(pool.right(chosen))
    return np.stack(right)


def _select_random(pool: _Pool, chosen: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Take rows by lot, decided by those chosen before."""
    left = np.setdiff1d(np.arange(len(pool.targets)), chosen)
    return np.random.default_rng([int(chosen[0]), n]).choice(left, size=n, replace=False)


def _select_uncertain(pool: _Pool, chosen: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Take the rows whose two likeliest labels are closest."""
    left = np.setdiff1d(np.arange(len(pool.targets)), chosen)
    two = np.partition(pool.scores(chosen, pool.vectors[left]), -2, axis=1)[:, -2:]
    return left[np.argsort(two[:, 1] - two[:, 0], kind="stable")[:n]]


def _embed(
    train: Sequence[Sample],
    validation: Sequence[Sample],
    test: Sequence[Sample],
    *,
    bench: Workbench,
) -> _Pool:
    """Look the vectors up under the texts that the arms embedded, so that none is made twice."""
    labels = require_labels(train)
    vectors = bench.embed(inputs_of((*train, *validation)))[: len(train)]
    return _Pool(
        vectors=vectors,
        targets=label_indices(train, labels),
        test_vectors=bench.embed(inputs_of(test)),
        test_targets=label_indices(test, labels),
        labels=labels,
    )


def _points(sampling: str, curve: Curve, material: Material) -> list[CurvePoint]:
    return [
        CurvePoint(
            sampling=sampling,
            n_labels=size,
            n_seeds=right.shape[0],
            **bootstrap_mean(right.mean(axis=0), material.resampling).model_dump(),
        )
        for size, right in zip(curve.sizes, curve.right, strict=True)
    ]


def _match(curve: Curve, material: Material, *, seed: int) -> list[Measured]:
    """Find how many labels the law needs to be as good as each arm that learns less."""
    arms = [arm for arm in material.arms if arm.name in ("prompting_few_shot", "rag")]
    references = [np.nan_to_num(material.scores(arm)) for arm in arms]
    law = fit_power_law(curve.sizes, curve.errors)
    drawn = resample_laws(curve, references, seed=seed)
    found = []
    for number, (arm, reference) in enumerate(zip(arms, references, strict=True)):
        labels = [each.labels_for(errors[number]) for each, errors in drawn]
        measured = _state(arm.name, law, float(1 - reference.mean()), labels=labels)
        found += [measured] if measured else []
    return found


def _state(arm: str, law: PowerLaw, error: float, *, labels: list[float]) -> Measured | None:
    """State the labels needed, cut at what the law can be trusted for."""
    furthest = FURTHEST * law.n_most
    low, high = (min(each, furthest) for each in band_of(labels))
    value = min(law.labels_for(error), furthest)
    if low >= furthest:
        return None
    return Measured(
        quantity=LABELS_TO_MATCH, arm=arm, value=value, low=low, high=high, n=int(law.n_most)
    )
