"""Experiment 6: does an arm keep silent exactly where there is no answer?

Silence alone proves nothing: an arm that never answers is silent on every unanswerable question,
too. So what is compared is the informedness (Youden 1950): the share of unanswerable questions left
unanswered minus the share of answerable ones left unanswered. An arm that ignores the question
has 0, a perfect one 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from scipy.stats import t as student

from prototypes.experiments.material import Material, measure_scores, widen_interval
from prototypes.measure.exchange import least_p, mean_error
from prototypes.measure.groups import Groups, pick_groups
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
    return ExperimentResult(
        experiment=NAME,
        measured=[each for name in silence for each in _measure(name, silence[name], material)],
        differences=[
            _compare((later.name, earlier.name), silence, material)
            for earlier, later in combinations(material.rivals(), 2)
        ],
    )


def _silence(material: Material, arm: ArmResult) -> Scores:
    silent = [result.output is None for result in material.samples[arm.name]]
    return np.array(silent, dtype=np.float64)


def _unanswerable(material: Material) -> NDArray[np.bool_]:
    results = next(iter(material.samples.values()), ())
    return np.array([result.unanswerable for result in results], dtype=np.bool_)


def _measure(name: str, silent: Scores, material: Material) -> list[Measured]:
    side, groups = _unanswerable(material), material.groups
    return [
        measure_scores(quantity, name, silent[own], pick_groups(groups, own))
        for quantity, own in ((RIGHTLY_SILENT, side), (NEEDLESSLY_SILENT, ~side))
    ]


def _compare(
    pair: tuple[str, str], silence: Mapping[str, Scores], material: Material
) -> Comparison:
    """Resample answerable and unanswerable questions apart: their numbers are part of the test."""
    apart, side = silence[pair[0]] - silence[pair[1]], _unanswerable(material)
    rightly, needlessly = apart[side], apart[~side]
    difference = float(rightly.mean() - needlessly.mean())
    if np.ptp(rightly) == 0 and np.ptp(needlessly) == 0:
        low = high = difference
        p_value = float(difference == 0)
    else:
        low, high, p_value = _resample(rightly, needlessly, material.resampling)
    p_value = max(p_value, least_p(int(np.count_nonzero(apart))))
    low, high = widen_interval(low, high, rightly, -needlessly)
    if material.groups is not None:
        error, freedom = _error(apart, side, material.groups)
        reach = error * float(student.isf(0.025, freedom))
        low, high = min(low, difference - reach), max(high, difference + reach)
        p_value = max(p_value, float(2 * student.sf(abs(difference) / max(error, 1e-9), freedom)))
    return Comparison(
        arm=pair[0],
        against=pair[1],
        metric=INFORMEDNESS,
        difference=difference,
        low=max(-2.0, low),
        high=min(2.0, high),
        p_value=p_value,
    )


def _error(apart: Scores, side: NDArray[np.bool_], groups: Groups) -> tuple[float, int]:
    """Return the standard error of a difference in informedness, and its degrees of freedom.

    Each question counts by what it adds to the difference (the delta method), so that a group may
    hold questions of both kinds. The kind with fewer groups says how far that can be trusted; the
    error is infinite where there are not two of them.
    """
    fewest = min(np.unique(groups[own]).size for own in (side, ~side))
    if fewest < 2:
        return np.inf, 1
    rightly, needlessly = apart[side].mean(), apart[~side].mean()
    added = np.where(side, (apart - rightly) / side.mean(), (needlessly - apart) / (~side).mean())
    return mean_error(added, groups)[1], fewest - 1


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
