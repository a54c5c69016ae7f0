"""Arms are trained again, and what differs is what training changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from prototypes.contracts import (
    Approach,
    ArmSpec,
    Claim,
    LearningData,
    Prediction,
    Sample,
    Split,
    Task,
)
from prototypes.experiments import training_seeds
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.experiments.training_seeds import hold_training_seeds, is_trained
from prototypes.measurement import Conditions
from prototypes.models.lexical import LexicalEncoder
from prototypes.plan import TrialSettings
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

N = 60
TEST = tuple(Sample(str(n), f"text {n}", ("right",)) for n in range(N))
SHARES = {"rag": 0.5, "fine_tune": 0.8}
SPECS = {
    name: ArmSpec(name, Task.CLASSIFICATION, Approach(name), "", f"{__name__}:Lucky")
    for name in SHARES
}


@dataclass
class Lucky:
    """Is right on as many samples as its seed is lucky."""

    spec: ArmSpec
    n_right: int = 0

    def fit(self, data: LearningData, bench: Workbench, *, seed: int, progress: object) -> None:
        """Count on the seed."""
        LEARNT.append((self.spec.name, seed))
        self.n_right = round(SHARES[self.spec.name] * N) + seed

    def predict(self, inputs: list[str]) -> list[Prediction]:
        """Answer the first ones."""
        return [
            Prediction("right" if n < self.n_right else "wrong", 1.0) for n, _ in enumerate(inputs)
        ]


LEARNT: list[tuple[str, int]] = []


@pytest.fixture
def inquiry(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[..., object], tmp_path: Path
) -> Inquiry:
    """A trial in which retrieval was claimed and fine-tuning measured beside it, from seed 0."""
    LEARNT.clear()
    monkeypatch.setattr(training_seeds, "arms_for", lambda task: tuple(SPECS.values()))
    monkeypatch.setattr(training_seeds, "create_arm", Lucky)
    monkeypatch.setattr(training_seeds, "give_memory_back", lambda: None)
    planted = [
        plant(Approach(name), [{"accuracy": n < share * N} for n in range(N)])
        for name, share in SHARES.items()
    ]
    material = Material("accuracy", [arm for arm, _ in planted], {a.name: s for a, s in planted})
    learning = LearningData(Task.CLASSIFICATION, TEST[:10], TEST[10:20])
    settings = TrialSettings(claim=Claim(Approach.RAG), n_bootstrap=500)
    bench = Workbench(LexicalEncoder(), words=["text"], cache_dir=tmp_path / "cache")
    conditions = Conditions(settings, Split(learning, test=TEST), bench)
    return Inquiry(conditions, material, RunFolder(tmp_path), lambda _: None)


def test_what_is_trained_is_trained_from_two_further_seeds(inquiry: Inquiry) -> None:
    """The trial's own training counts as the first; what learns nothing is not built again."""
    result = hold_training_seeds(inquiry)

    values = {(one.arm, one.quantity): one.value for one in result.measured}
    assert LEARNT == [("fine_tune", 1), ("fine_tune", 2)]
    assert values == {
        ("fine_tune", "quality_of_training_1"): pytest.approx(48 / N),
        ("fine_tune", "quality_of_training_2"): pytest.approx(49 / N),
        ("fine_tune", "quality_of_training_3"): pytest.approx(50 / N),
        ("fine_tune", "spread_of_trainings"): pytest.approx(1 / N),
    }


def test_claimed_arm_is_compared_over_all_trainings(inquiry: Inquiry) -> None:
    """Its difference is that of the means, with an interval around it."""
    (found,) = hold_training_seeds(inquiry).differences

    assert (found.arm, found.against, found.metric) == ("rag", "fine_tune", "trained_difference")
    assert found.difference == pytest.approx((30 - 49) / N)
    assert found.low < found.difference < found.high < 0


def test_no_training_is_done_twice(inquiry: Inquiry) -> None:
    """What was interrupted goes on behind the last one that ended."""
    first = hold_training_seeds(inquiry)

    again = hold_training_seeds(inquiry)

    assert again == first
    assert len(LEARNT) == 2


def test_trial_without_a_trained_arm_says_so(inquiry: Inquiry) -> None:
    """There is nothing to train again."""
    arms = [arm for arm in inquiry.material.arms if arm.name == "rag"]
    material = Material("accuracy", arms, {"rag": inquiry.material.samples["rag"]})

    result = hold_training_seeds(
        Inquiry(inquiry.conditions, material, inquiry.folder, inquiry.progress)
    )

    assert result.untested == "none of the arms that stand for an approach is trained"


@pytest.mark.parametrize(
    ("approach", "needs", "expected"),
    [
        (Approach.FINE_TUNE, (), True),
        (Approach.HYBRID, ("local_generator", "generator"), True),
        (Approach.HYBRID, ("generator",), False),
        (Approach.RAG, ("generator",), False),
    ],
)
def test_only_what_learns_from_a_seed_is_trained(
    approach: Approach, needs: tuple[str, ...], expected: bool
) -> None:
    """A prompted model answers greedily, the same every time."""
    spec = ArmSpec("arm", Task.CLASSIFICATION, approach, "", "", needs=needs)

    assert is_trained(spec) is expected
