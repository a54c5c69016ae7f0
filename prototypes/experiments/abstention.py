"""Experiment 6: does an arm keep silent exactly where there is no answer?

Silence alone proves nothing: an arm that never answers is silent on every unanswerable question,
too. So what is compared is the informedness (Youden 1950): the share of unanswerable questions left
unanswered minus the share of answerable ones left unanswered. An arm that ignores the question
has 0, a perfect one 1.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import bootstrap

from prototypes.experiments.material import Material, measure_share, widen_interval
from prototypes.measure.significance import Resampling, Scores
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured

NAME = "abstention"
RIGHTLY_SILENT = "abstention_correct"
NEEDLESSLY_SILENT = "needless_abstention"
INFORMEDNESS = "informedness"


def check_abstention(material: Material) -> ExperimentResult:
    """Measure silence where it is right and where it is not, and compare the approaches."""
    silence = {arm.name: _silence(material, arm) for arm in material.arms}
    is_unanswerable = _unanswerable(material)
    if not is_unanswerable.any() or is_unanswerable.all():
        which = "no" if not is_unanswerable.any() else "every"
        untested = f"{which} test sample is marked unanswerable"
        return ExperimentResult(experiment=NAME, untested=untested)
    sides = {
        name: (silent[is_unanswerable], silent[~is_unanswerable])
        for name, silent in silence.items()
    }
    return ExperimentResult(
        experiment=NAME,
        measured=[each for name in sides for each in _measure(name, *sides[name])],
        differences=[
            _compare((later, earlier), sides, resampling=material.resampling)
            for earlier, later in combinations(material.rivals(), 2)
        ],
    )


def _silence(material: Material, arm: ArmResult) -> Scores:
    silent = [result.output is None for result in material.samples[arm.name]]
    return np.array(silent, dtype=np.float64)


def _unanswerable(material: Material) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    results = next(iter(material.samples.values()), ())
    return np.array([result.unanswerable for result in results], dtype=np.bool_)


def _measure(name: str, rightly: Scores, needlessly: Scores) -> list[Measured]:
    return [
        measure_share(quantity, name, count=int(silent.sum()), n=silent.size)
        for quantity, silent in ((RIGHTLY_SILENT, rightly), (NEEDLESSLY_SILENT, needlessly))
    ]


def _compare(
    pair: tuple[ArmResult, ArmResult],
    sides: dict[str, tuple[Scores, Scores]],
    *,
    resampling: Resampling,
) -> Comparison:
    """Resample answerable and unanswerable questions apart: their numbers are part of the test."""
    first, second = (sides[arm.name] for arm in pair)
    rightly, needlessly = first[0] - second[0], first[1] - second[1]
    difference = float(rightly.mean() - needlessly.mean())
    if np.ptp(rightly) == 0 and np.ptp(needlessly) == 0:
        low = high = difference
        p_value = float(difference == 0)
    else:
        low, high, p_value = _resample(rightly, needlessly, resampling)
    low, high = widen_interval(low, high, rightly, -needlessly)
    return Comparison(
        arm=pair[0].name,
        against=pair[1].name,
        metric=INFORMEDNESS,
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
    )


def _resample(
    rightly: Scores, needlessly: Scores, resampling: Resampling
) -> tuple[float, float, float]:
    found = bootstrap(
        (rightly, needlessly),
        lambda one, two, axis: one.mean(axis=axis) - two.mean(axis=axis),
        n_resamples=resampling.n_resamples,
        batch=500,
        confidence_level=resampling.confidence,
        method="percentile",
        rng=np.random.default_rng(resampling.seed),
    )
    drawn = found.bootstrap_distribution
    tail = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p_value = min(1.0, 2 * (float(tail) + 1) / (drawn.size + 1))
    return float(found.confidence_interval.low), float(found.confidence_interval.high), p_value
