"""What a trial could not measure, and whether more time would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from prototypes import TrialSettings, run_trial
from prototypes.budget import Budget, BudgetSpentError
from prototypes.contracts import Dataset, FitReport, LearningData, Prediction, Progress, Split
from prototypes.data.splits import split_dataset
from prototypes.measurement import Conditions, measure_arm
from prototypes.models.lexical import LexicalEncoder
from prototypes.registry import ARMS
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

QUICK = TrialSettings(n_bootstrap=200)


class TalkingArm:
    """Notes how many inputs it is given together."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Learn nothing."""
        progress(1.0)
        return FitReport()

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Say the same to all."""
        self.batches.append(len(inputs))
        return [Prediction(output="card") for _ in inputs]

    def save(self, folder: Path) -> None:
        """Write nothing."""


@pytest.fixture
def halves(dataset: Dataset) -> Split:
    """Enough test samples for two batches of prompts."""
    return split_dataset(dataset, seed=0, test_share=0.5)


def measure(arm: TalkingArm, split: Split, root: Path, progress: Progress) -> None:
    """Measure it as an arm that asks a language model."""
    spec = next(each for each in ARMS if "generator" in each.needs)
    conditions = Conditions(QUICK, split, Workbench(LexicalEncoder()))
    patch = pytest.MonkeyPatch()
    patch.setattr("prototypes.measurement.create_arm", lambda _: arm)
    try:
        measure_arm(
            replace(spec, task=split.learning.task),
            conditions,
            folder=RunFolder(root),
            progress=progress,
        )
    finally:
        patch.undo()


def test_prompts_are_sent_some_at_a_time(halves: Split, tmp_path: Path) -> None:
    """The progress of fitting ends where that of answering begins."""
    arm, seen = TalkingArm(), list[float]()

    measure(arm, halves, tmp_path, seen.append)

    assert [n for n in arm.batches if n > 1] == [32, len(halves.test) - 32]
    assert seen == sorted(seen) and seen[0] == seen[1] == 0.3 and seen[-1] < 1


def test_budget_ends_an_arm_while_it_answers(
    halves: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of prompts is not waited for."""
    arm, budget = TalkingArm(), Budget(100.0)
    monkeypatch.setattr(budget, "left", lambda _: -1.0 if 32 in arm.batches else 10.0)

    with pytest.raises(BudgetSpentError):
        measure(arm, halves, tmp_path, budget.guard("arm", lambda _: None))

    assert [n for n in arm.batches if n > 1] == [32]


def test_budget_ends_an_arm_while_it_is_timed(
    halves: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty queries of a slow model take minutes, too."""
    arm, budget = TalkingArm(), Budget(100.0)
    monkeypatch.setattr(budget, "left", lambda _: 8.0 - len(arm.batches))

    with pytest.raises(BudgetSpentError):
        measure(arm, halves, tmp_path, budget.guard("arm", lambda _: None))

    assert arm.batches == [1] * 9


def test_what_time_left_out_is_told_from_what_cannot_be_built(dataset: Dataset) -> None:
    """Only the former is named with a claim that is confirmed all the same."""
    trial = run_trial(dataset, settings=TrialSettings(n_bootstrap=200, budget_seconds=1.0))

    assert {arm.name: arm.pending for arm in trial.not_run} == {
        "majority": "left_out",
        "nearest": "left_out",
        "votes": "left_out",
        "prompted": "",
    }


def test_fallback_encoder_is_fixed_before_an_arm_embeds_anything(dataset: Dataset) -> None:
    """Its words are those of the training texts, whichever arms run and in whatever order."""
    whole = run_trial(dataset, settings=QUICK)
    other = run_trial(dataset, settings=TrialSettings(n_bootstrap=200, arms=("votes",)))

    assert whole.protocol.encoder_sha256 is not None
    assert whole.protocol.encoder_sha256 == other.protocol.encoder_sha256
