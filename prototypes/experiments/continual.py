"""What does a tuned language model forget when it is tuned further on what is new?

The training questions are halved, by lot. A model is tuned on the first half, then the same
parameters go on with the second half alone, as in a monthly update. Forgetting is how much of the
first half it no longer answers; nothing is stopped early, since here it is memory that is measured.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from prototypes.approaches.document_qa.extractive import mean_correct
from prototypes.approaches.document_qa.tuned_generator import TunedClosedBookArm
from prototypes.contracts import LearningData, Sample, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material, measure_share
from prototypes.models.generator_source import LocalSource
from prototypes.results import ExperimentResult
from prototypes.workbench import Workbench

NAME = "continual"
OLD_BEFORE, OLD_AFTER, NEW_BEFORE, NEW_AFTER = (
    "recall_of_old_before_update",
    "recall_of_old_after_update",
    "recall_of_new_before_update",
    "recall_of_new_after_update",
)
MOST = 200
"""Training questions that are taught; more would tell no more."""

_ARM = "fine_tune_generator"


def hold_continual(inquiry: Inquiry) -> ExperimentResult:
    """Hold the experiment in a trial."""
    learning, seed = inquiry.learning, inquiry.seed
    return measure_forgetting(inquiry.bench, inquiry.material, learning=learning, seed=seed)


def measure_forgetting(
    bench: Workbench, material: Material, *, learning: LearningData, seed: int
) -> ExperimentResult:
    """Tune on one half of the training questions, go on with the other, ask both each time.

    Args:
        bench: That of the trial, whose generator is tuned.
        material: The arms that were measured.
        learning: Whose training questions are taught.
        seed: Decides the halves and the order.
    """
    names = [arm.name for arm in material.arms]
    supply = bench.generator_supply
    answered = [sample for sample in learning.train if sample.targets and not sample.unanswerable]
    untested = ""
    if learning.task is not Task.DOCUMENT_QA:
        untested = "it is about questions on documents"
    elif supply is None or not isinstance(supply.source, LocalSource):
        untested = "it needs a language model on this machine (--generator FOLDER)"
    elif len(answered) < 4:
        untested = "there are fewer than four training questions with an answer"
    if untested:
        return ExperimentResult(experiment=NAME, untested=untested, arms=names)
    drawn = random.Random(seed).sample(answered, min(MOST, len(answered)))
    old, new = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    arm = TunedClosedBookArm()
    arm.fit(_only(learning, old), bench, seed=seed, progress=_ignore)
    before = _recall(arm, old), _recall(arm, new)
    arm.update(new, seed=seed, progress=_ignore)
    after = _recall(arm, old), _recall(arm, new)
    quantities = ((OLD_BEFORE, before[0]), (NEW_BEFORE, before[1]))
    later = ((OLD_AFTER, after[0]), (NEW_AFTER, after[1]))
    sizes = {OLD_BEFORE: len(old), OLD_AFTER: len(old), NEW_BEFORE: len(new), NEW_AFTER: len(new)}
    return ExperimentResult(
        experiment=NAME,
        measured=[
            measure_share(quantity, _ARM, count=round(share * sizes[quantity]), n=sizes[quantity])
            for quantity, share in (*quantities, *later)
        ],
        arms=names,
    )


def _only(learning: LearningData, samples: Sequence[Sample]) -> LearningData:
    """Leave out everything but some training samples, the validation samples with the rest."""
    return LearningData(learning.task, tuple(samples), (), learning.documents)


def _recall(arm: TunedClosedBookArm, samples: Sequence[Sample]) -> float:
    predictions = arm.predict([sample.input for sample in samples])
    return mean_correct(samples, predictions) or 0.0


def _ignore(fraction: float) -> None:
    """Show nothing."""
