"""Would another training have come out the same?

The arms that stand for the approaches are trained again from two further seeds, on the same
samples, and answer the same test. An arm that learns nothing from a seed is not built again, and a
language model that is only prompted, greedily, is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from prototypes.contracts import Approach, ArmSpec, Progress
from prototypes.errors import LaboratoryError
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.losses import state_quality
from prototypes.experiments.material import Material, widen_interval
from prototypes.experiments.scoring import fingerprint_samples, score_answers
from prototypes.measure.significance import Scores
from prototypes.measure.trainings import EXPERIMENT, Trainings, compare_trainings, spread_of
from prototypes.measurement import Conditions
from prototypes.registry import arms_for, create_arm
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured
from prototypes.run_folder import RunFolder
from prototypes.runtime import give_memory_back
from prototypes.spreading import Job
from prototypes.workbench import Workbench

N_TRAININGS = 3
QUALITY, SPREAD, DIFFERENCE = "quality_of_training", "spread_of_trainings", "trained_difference"

_FILE = "scores.npy"


def hold_training_seeds(inquiry: Inquiry) -> ExperimentResult:
    """Train again what stands for the approaches; compare the claimed one over all trainings."""
    rivals = inquiry.material.rivals()
    names = [arm.name for arm in rivals]
    specs = [spec for spec in arms_for(inquiry.learning.task) if spec.name in names]
    trained = [spec for spec in specs if is_trained(spec)]
    if not trained:
        return ExperimentResult(
            experiment=EXPERIMENT, untested="none of the arms that stand for an approach is trained"
        )
    try:
        trainings = _train_again(trained, inquiry)
    except LaboratoryError as error:
        return ExperimentResult(experiment=EXPERIMENT, untested=str(error))
    baselines = [arm for arm in inquiry.material.arms if arm.approach is Approach.BASELINE]
    for arm in (*rivals, *baselines):
        if arm.name not in trainings:
            trainings[arm.name] = np.tile(inquiry.material.scores(arm), (N_TRAININGS, 1))
    return ExperimentResult(
        experiment=EXPERIMENT,
        measured=_state(trainings, [spec.name for spec in trained], inquiry),
        differences=_compare(_find_claimed(rivals, inquiry), trainings, inquiry),
        notes=["the split stays, so that how the samples were divided is not in these figures"],
    )


def is_trained(spec: ArmSpec) -> bool:
    """Tell whether a seed may change what an arm answers."""
    only_prompts = "generator" in spec.needs and "local_generator" not in spec.needs
    return spec.approach in (Approach.FINE_TUNE, Approach.HYBRID) and not only_prompts


def train_again(conditions: Conditions, spec: ArmSpec, seed: int) -> None:
    """Train an arm from another seed; its scores become a part of the bench.

    Args:
        conditions: Data and bench; their own seed decides nothing here.
        spec: Names it.
        seed: What it is trained from.
    """
    inquiry = Inquiry(conditions, Material("", [], {}), RunFolder(Path()), lambda _: None)
    bench = _set_up_apart(inquiry.bench)
    _score(spec, inquiry, seed=seed, bench=bench, progress=inquiry.progress)


def _train_again(trained: list[ArmSpec], inquiry: Inquiry) -> dict[str, Trainings]:
    seeds = [inquiry.seed + step for step in range(1, N_TRAININGS)]
    jobs = [Job(train_again, (spec, seed)) for seed in seeds for spec in trained]
    inquiry.bench.spreader.prepare(jobs)
    first = {arm.name: inquiry.material.scores(arm) for arm in inquiry.material.rivals()}
    found = {spec.name: [first[spec.name]] for spec in trained}
    for turn, seed in enumerate(seeds):
        bench = _set_up_apart(inquiry.bench)
        for place, spec in enumerate(trained):
            tell = _part_of(inquiry.progress, turn * len(trained) + place, len(jobs))
            scores = _score(spec, inquiry, seed=seed, bench=bench, progress=tell)
            found[spec.name].append(scores)
            give_memory_back()
    return {name: np.stack(rows) for name, rows in found.items()}


def _part_of(progress: Progress, n_done: int, n_all: int) -> Progress:
    return lambda fraction: progress((n_done + min(fraction, 0.99)) / n_all)


def _set_up_apart(bench: Workbench) -> Workbench:
    """Set up a bench whose parts go with it: the models and vectors of every training."""
    return Workbench(
        bench.encoder,
        documents=bench.documents,
        generator=bench.generator_supply,
        templates=bench.templates,
        store=bench.store,
    )


def _score(
    spec: ArmSpec, inquiry: Inquiry, *, seed: int, bench: Workbench, progress: Progress
) -> Scores:
    def build(folder: Path) -> None:
        arm = create_arm(spec)
        arm.fit(inquiry.learning, bench, seed=seed, progress=progress)
        answers = arm.predict([sample.input for sample in inquiry.test])
        np.save(folder / _FILE, score_answers(inquiry.learning.task, inquiry.test, answers))

    learning = inquiry.learning
    content = fingerprint_samples(learning.train, learning.validation, inquiry.test)
    texts = (passage.text for passage in bench.passages)
    part = bench.fingerprint("training-seed", spec.name, str(seed), content, *texts)
    scores: Scores = np.load(inquiry.bench.part(part, build) / _FILE, allow_pickle=False)
    return scores


def _find_claimed(rivals: list[ArmResult], inquiry: Inquiry) -> ArmResult:
    """Return the arm that stands for the claim, else the one that was best on validation."""
    claim = inquiry.conditions.settings.claim
    claimed = claim and inquiry.material.standing_for(claim.approach)
    return claimed or max(rivals, key=lambda arm: arm.validation_score or 0.0)


def _state(
    trainings: Mapping[str, Trainings], trained: list[str], inquiry: Inquiry
) -> list[Measured]:
    found = []
    for name in trained:
        for number, scores in enumerate(trainings[name], start=1):
            quantity, draw = f"{QUALITY}_{number}", inquiry.resampling
            one = state_quality(quantity, name, scores, resampling=draw, groups=inquiry.groups)
            found.append(one)
        spread = spread_of(trainings[name])
        found.append(Measured(quantity=SPREAD, arm=name, n=N_TRAININGS, **spread.model_dump()))
    return found


def _compare(
    claimed: ArmResult, trainings: Mapping[str, Trainings], inquiry: Inquiry
) -> list[Comparison]:
    return [
        _compare_pair((claimed.name, trainings[claimed.name]), (name, rows), inquiry)
        for name, rows in trainings.items()
        if name != claimed.name
    ]


def _compare_pair(
    first: tuple[str, Trainings], second: tuple[str, Trainings], inquiry: Inquiry
) -> Comparison:
    found = compare_trainings(first[1], second[1], inquiry.groups, inquiry.resampling)
    apart = first[1].mean(axis=0) - second[1].mean(axis=0)
    low, high = widen_interval(found.interval.low, found.interval.high, apart)
    return Comparison(
        arm=first[0],
        against=second[0],
        metric=DIFFERENCE,
        difference=found.interval.value,
        low=low,
        high=high,
        p_value=found.p_value,
    )
