"""What a judge's verdicts come to, and whether they agree with people enough to be heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from prototypes.experiments.losses import state_quality
from prototypes.experiments.material import Material, compare_shares, measure_share
from prototypes.experiments.rulings import HumanLabel, JudgedAnswer, Judgement, Key, Ruling
from prototypes.measure.agreement import bootstrap_kappa
from prototypes.measure.significance import Scores
from prototypes.results import ExperimentResult, Interval, Measured, SampleResult

NAME = "judge"
JUDGE = "judge"
JUDGED_RIGHT, UNPARSABLE, CHANGED, KAPPA = "judged_right", "unparsable", "changed_verdict", "kappa"
CHECKED, SECONDARY = "checked", "secondary"
ENOUGH_LABELS = 20
ENOUGH_KAPPA = 0.6
"""Agreement that Landis and Koch (1977) call substantial begins here."""

_CATEGORIES = {Ruling.RIGHT: 0, Ruling.WRONG: 1, Ruling.UNPARSABLE: 2}


def summarise_judgement(
    judgement: Judgement, labels: Sequence[HumanLabel], material: Material
) -> ExperimentResult:
    """State what was judged right of each arm, the judge's noise, and its agreement with people.

    Args:
        judgement: What the judge said.
        labels: What people said.
        material: The arms and their answers; one with an answer never judged is left out.
    """
    rulings = {answer.key: answer for answer in judgement.answers}
    scores = {arm.name: _score(material.samples[arm.name], rulings) for arm in material.arms}
    judged = {name: each for name, each in scores.items() if not np.isnan(each).any()}
    kappa, n_labels = _agree(labels, rulings, material)
    missing = [name for name in scores if name not in judged]
    notes = [f"judged by {judgement.judge}", *_excuse(kappa, n_labels)]
    if missing:
        notes.append(f"not every answer was judged of {', '.join(missing)}")
    return ExperimentResult(
        experiment=NAME,
        measured=[
            *(_state(name, each, material) for name, each in judged.items()),
            *(_count_unparsable(name, rulings, material) for name in judged),
            *_state_noise(judgement.answers),
            *_state_kappa(kappa, n_labels),
        ],
        differences=[
            compare_shares(
                JUDGED_RIGHT,
                (second.name, judged[second.name]),
                (first.name, judged[first.name]),
                resampling=material.resampling,
                groups=material.groups,
            )
            for first, second in combinations(material.rivals(), 2)
            if first.name in judged and second.name in judged
        ],
        conclusion=_conclude(kappa, n_labels),
        notes=notes,
        arms=[arm.name for arm in material.arms],
    )


def _score(samples: Sequence[SampleResult], rulings: Mapping[Key, JudgedAnswer]) -> Scores:
    """Return the share of the judge's rounds that found each answer right; NaN if none was."""
    return np.array([_score_one(sample, rulings) for sample in samples], dtype=np.float64)


def _score_one(sample: SampleResult, rulings: Mapping[Key, JudgedAnswer]) -> float:
    if sample.output is None:
        return float(sample.unanswerable)
    judged = rulings.get((sample.id, sample.output))
    if judged is None:
        return float("nan")
    return judged.rulings.count(Ruling.RIGHT) / len(judged.rulings)


def _state(name: str, scores: Scores, material: Material) -> Measured:
    draw, groups = material.resampling, material.groups
    return state_quality(JUDGED_RIGHT, name, scores, resampling=draw, groups=groups)


def _count_unparsable(
    name: str, rulings: Mapping[Key, JudgedAnswer], material: Material
) -> Measured:
    """Count the answers of an arm of which the judge at least once said nothing readable."""
    samples = material.samples[name]
    keys = [(sample.id, sample.output) for sample in samples if sample.output is not None]
    count = sum(Ruling.UNPARSABLE in rulings[key].rulings for key in keys)
    return measure_share(UNPARSABLE, name, count=count, n=len(samples))


def _state_noise(answers: Sequence[JudgedAnswer]) -> list[Measured]:
    """Count the answers of which the judge said one thing and then another."""
    changed = sum(len(set(answer.rulings)) > 1 for answer in answers)
    return [measure_share(CHANGED, JUDGE, count=changed, n=len(answers))] if answers else []


def _agree(
    labels: Sequence[HumanLabel], rulings: Mapping[Key, JudgedAnswer], material: Material
) -> tuple[Interval | None, int]:
    """Return kappa over the answers that both people and the judge spoke about, and how many."""
    both = [
        (Ruling(label.said), rulings[label.key].rulings)
        for label in labels
        if label.said != "skipped" and label.key in rulings
    ]
    people = np.array([_CATEGORIES[said] for said, _ in both], dtype=np.int64)
    rounds = np.array([[_CATEGORIES[one] for one in each] for _, each in both], dtype=np.int64)
    return (bootstrap_kappa(people, rounds, material.resampling) if both else None), len(both)


def _state_kappa(kappa: Interval | None, n_labels: int) -> list[Measured]:
    if kappa is None:
        return []
    return [Measured(quantity=KAPPA, arm=JUDGE, n=n_labels, **kappa.model_dump())]


def _conclude(kappa: Interval | None, n_labels: int) -> str:
    return SECONDARY if _excuse(kappa, n_labels) else CHECKED


def _excuse(kappa: Interval | None, n_labels: int) -> list[str]:
    """Say why the verdicts are secondary; empty if they are not."""
    if n_labels < ENOUGH_LABELS:
        return [
            f"its verdicts are secondary, since {n_labels} of the {ENOUGH_LABELS} human labels "
            "that are needed to check it have been given (advisor judge RUN)"
        ]
    if kappa is None:
        return [
            "its verdicts are secondary, since it and people said the same of every labelled "
            "answer, so that nothing tells agreement from habit (advisor judge RUN gives more)"
        ]
    if kappa.value < ENOUGH_KAPPA:
        return [
            f"its verdicts are secondary, since its agreement with people is below a kappa of "
            f"{ENOUGH_KAPPA:g}"
        ]
    return []
