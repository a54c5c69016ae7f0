"""Experiment 5: does an answer name a document that really holds it?"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from prototypes.experiments.material import Material, compare_shares, measure_scores
from prototypes.measure.groups import pick_groups
from prototypes.measure.significance import Scores
from prototypes.results import ArmResult, Comparison, ExperimentResult

NAME = "citation"
CITES = "citation_correct"


def check_citations(material: Material) -> ExperimentResult:
    """Measure how many of an arm's answers cite a right document, and compare the approaches.

    Counted are answers to questions with known sources. Two arms are compared on the questions
    that both of them answered, so that one that keeps silent is not punished for it.
    """
    scored = {arm.name: material.scores(arm, CITES) for arm in material.arms}
    answered = {name: ~np.isnan(scores) for name, scores in scored.items()}
    if not any(each.any() for each in answered.values()):
        untested = "no answer was given to a test sample with known sources"
        return ExperimentResult(experiment=NAME, untested=untested)
    return ExperimentResult(
        experiment=NAME,
        measured=[
            measure_scores(CITES, name, scored[name][each], pick_groups(material.groups, each))
            for name, each in answered.items()
            if each.any()
        ],
        differences=[
            _compare(material, (later, earlier), scored=scored)
            for earlier, later in combinations(material.rivals(), 2)
            if (~np.isnan(scored[later.name] - scored[earlier.name])).any()
        ],
    )


def _compare(
    material: Material, pair: tuple[ArmResult, ArmResult], *, scored: dict[str, Scores]
) -> Comparison:
    first, second = ((arm.name, scored[arm.name]) for arm in pair)
    return compare_shares(
        CITES, first, second, resampling=material.resampling, groups=material.groups
    )
