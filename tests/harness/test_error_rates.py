"""How often whole trials are wrong: split, arms, limits, comparisons and verdict together.

The verdict alone is simulated in `tests/measure`; here nothing of a trial is left out but models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from prototypes import TrialSettings, run_trial
from prototypes.contracts import (
    Approach,
    ArmSpec,
    Claim,
    Dataset,
    FitReport,
    LearningData,
    Limits,
    Prediction,
    Progress,
    Sample,
    Task,
)
from prototypes.results import Outcome, TrialResult
from prototypes.workbench import Workbench

ARMS = {
    "guess": Approach.BASELINE,
    "prompting": Approach.PROMPTING,
    "rag": Approach.RAG,
    "rag_b": Approach.RAG,
    "fine_tune": Approach.FINE_TUNE,
    "hybrid": Approach.HYBRID,
}
SPECS = tuple(
    ArmSpec(name, Task.CLASSIFICATION, approach, name, factory="", cost_rank=rank)
    for rank, (name, approach) in enumerate(ARMS.items())
)
Plant = Callable[[str], float]


class PlantedArm:
    """Is right by chance, once for each number that texts bear."""

    def __init__(self, chance: float, generator: np.random.Generator) -> None:
        self._chance, self._luck = chance, generator.random(2000)
        self._validation = float(generator.random())

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Learn nothing, and say something about it."""
        return FitReport(validation_score=self._validation)

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Read the label off the text, and be right about it or not."""
        return [Prediction(output=self._label(*text.split()[:2])) for text in inputs]

    def _label(self, right: str, number: str) -> str:
        is_right = self._luck[int(number)] < self._chance
        return right if is_right else {"up": "down", "down": "up"}[right]

    def save(self, folder: Path) -> None:
        """Write nothing."""


def make_dataset(n_test: int, *, per_group: int) -> Dataset:
    """Make texts that tell their label and number; those of one group share the number."""

    def sample(number: int) -> Sample:
        group = number // per_group
        text = f"{('up', 'down')[number % 2]} {group} of {number * 7919}"
        name = f"g{group}" if per_group > 1 else None
        return Sample(str(number), text, (text.split()[0],), group=name)

    known = tuple(
        Sample(f"k{n}", f"known {n} {n * n}", (("up", "down")[n % 2],)) for n in range(24)
    )
    test = tuple(map(sample, range(n_test)))
    return Dataset(Task.CLASSIFICATION, known, given_test=test, fingerprint="planted")


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[TrialResult]]:
    """Hold many trials of planted arms."""
    monkeypatch.setattr("prototypes.registry.ARMS", SPECS)

    def hold(dataset: Dataset, plant: Plant, n_trials: int, *, margin: float) -> list[TrialResult]:
        trials = []
        for trial in range(n_trials):
            generator = np.random.default_rng(trial)
            monkeypatch.setattr(
                "prototypes.measurement.create_arm",
                lambda spec, own=generator: PlantedArm(plant(spec.name), own),
            )
            claim = Claim(Approach.RAG, margin=margin)
            limits = Limits(latency_ms=1000.0)
            settings = TrialSettings(n_bootstrap=300, claim=claim, limits=limits, seed=trial)
            trials.append(run_trial(dataset, settings=settings))
        return trials

    return hold


def share(trials: Sequence[TrialResult], outcome: Outcome) -> float:
    """Return how often an outcome came out."""
    found = [trial.verdict.outcome for trial in trials if trial.verdict is not None]
    return found.count(outcome) / len(trials)


def equal(name: str) -> float:
    """Plant arms that are equally good, and a baseline that guesses."""
    return 0.5 if name == "guess" else 0.75


def test_a_planted_lead_reaches_the_verdict_of_a_trial(
    hold: Callable[..., list[TrialResult]],
) -> None:
    """Thirty points ahead among two hundred samples."""
    (trial,) = hold(
        make_dataset(200, per_group=1),
        lambda name: 0.95 if name == "hybrid" else 0.65,
        1,
        margin=0.02,
    )

    assert trial.verdict is not None and trial.data.n_test_groups is None
    assert (trial.verdict.outcome, trial.verdict.deciding_rival) == (Outcome.CONTRADICTED, "hybrid")


@pytest.mark.slow
@pytest.mark.parametrize("per_group", [1, 10])
def test_trials_of_equal_arms_rarely_contradict(
    hold: Callable[..., list[TrialResult]], per_group: int
) -> None:
    """A/A with four rivals and no margin, also where ten texts of a document fall together."""
    trials = hold(make_dataset(400, per_group=per_group), equal, 60, margin=0.0)

    assert trials[0].data.n_test_groups == (None if per_group == 1 else 40)
    assert share(trials, Outcome.CONTRADICTED) <= 0.05


@pytest.mark.slow
def test_trials_with_a_planted_lead_contradict(hold: Callable[..., list[TrialResult]]) -> None:
    """Eight points among a thousand samples in 90 % of trials.

    Arms that err independently disagree on a third of the samples, far more than arms that read the
    same texts; five points with the usual disagreement stand in `tests/measure`.
    """
    trials = hold(
        make_dataset(1000, per_group=1),
        lambda name: 0.83 if name == "hybrid" else equal(name),
        25,
        margin=0.02,
    )

    assert share(trials, Outcome.CONTRADICTED) >= 0.90
