"""Experiment 9: how much could a hybrid gain, judged by where its two parents err?

A router that always asked the right parent would answer whatever either of them answers. Its score
is the ceiling of everything that chooses between the two, and it is known before a hybrid is
built. A hybrid that blends its parents can in principle pass it, so a built one is compared, too.
"""

from __future__ import annotations

import numpy as np

from prototypes.contracts import Approach
from prototypes.experiments.material import Material, compare_shares, measure_scores
from prototypes.measure.grouped import grouped_mean
from prototypes.measure.groups import pick_groups
from prototypes.measure.significance import Scores
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured

NAME = "hybrid_forecast"
CEILING = "router_score"
GAIN = "router_gain"
OVERLAP = "error_overlap"
QUALITY = "quality"
ROUTER = "oracle_router"

_RIGHT = 0.5
"""A sample counts as right from this score on, where scores are not 0 or 1."""


def forecast_hybrid(material: Material) -> ExperimentResult:
    """Measure the overlap of the parents' errors and the ceiling of a perfect router.

    - `error_overlap`: of the samples that either parent gets wrong, the share that both do.
    - `router_score`: the better parent's score on each sample, averaged.
    - `router_gain`: that minus each parent's own score.
    - `quality`: a built hybrid minus each parent.
    """
    parents = [material.standing_for(each) for each in (Approach.RAG, Approach.FINE_TUNE)]
    found = [parent for parent in parents if parent is not None]
    if len(found) < len(parents):
        untested = "it takes an arm of retrieval and one of fine-tuning, and one was not measured"
        return ExperimentResult(
            experiment=NAME, untested=untested, differences=_built(material, found)
        )
    scores = [material.sample_scores(parent) for parent in found]
    router = np.fmax(*scores)
    return ExperimentResult(
        experiment=NAME,
        measured=[_ceiling(router, material), *_overlap(*scores, material=material)],
        differences=[
            *(
                compare_shares(
                    GAIN,
                    (ROUTER, router),
                    (parent.name, own),
                    resampling=material.resampling,
                    groups=material.groups,
                )
                for parent, own in zip(found, scores, strict=True)
            ),
            *_built(material, found),
        ],
    )


def _built(material: Material, parents: list[ArmResult]) -> list[Comparison]:
    """Compare a hybrid that was built with its parents."""
    hybrid = material.standing_for(Approach.HYBRID)
    if hybrid is None:
        return []
    first = (hybrid.name, material.scores(hybrid))
    return [
        compare_shares(
            QUALITY,
            first,
            (parent.name, material.scores(parent)),
            resampling=material.resampling,
            groups=material.groups,
        )
        for parent in parents
    ]


def _ceiling(router: Scores, material: Material) -> Measured:
    if np.isin(router, (0.0, 1.0)).all():
        return measure_scores(CEILING, ROUTER, router, material.groups)
    interval = grouped_mean(router, material.groups, material.resampling)
    return Measured(quantity=CEILING, arm=ROUTER, n=router.size, **interval.model_dump())


def _overlap(first: Scores, second: Scores, *, material: Material) -> list[Measured]:
    wrong = [scores < _RIGHT for scores in (first, second)]
    either = wrong[0] | wrong[1]
    both = (wrong[0] & wrong[1])[either].astype(np.float64)
    groups = pick_groups(material.groups, either)
    return [measure_scores(OVERLAP, ROUTER, both, groups)] if both.size else []
