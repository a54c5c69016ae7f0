"""Points of a curve and levels of noise can be made by others, before they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.contracts import LearningData, Sample, Split, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.learning_curve import hold_learning_curve
from prototypes.experiments.noise import RATES, check_noise
from prototypes.measurement import Conditions
from prototypes.plan import TrialSettings
from prototypes.spreading import Here, Job
from prototypes.workbench import Workbench

Inquire = Callable[..., Inquiry]


class Eager(Here):
    """Does every job at once, as a cluster would, on a bench of its own with the same cache."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self.bench: Workbench | None = None
        self.n_jobs: list[int] = []
        self.spent_seconds = 0.0

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Do them, and note what the bench that asked has made itself so far."""
        assert self.bench is not None
        self.n_jobs.append(len(jobs))
        self.spent_seconds = self.bench.spent_seconds
        for job in jobs:
            job.function(self._conditions, *job.arguments)


class Planted:
    """Texts are numbers of rows of a table of vectors."""

    name, sha256, folder, dimension = "planted", "0", None, 6

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Look the rows up."""
        return self._vectors[[int(text) for text in texts]]


@pytest.fixture
def split_and_encoder() -> tuple[Split, Planted]:
    """Three clouds."""
    generator = np.random.default_rng(0)
    targets = generator.integers(3, size=180)
    vectors = generator.normal(size=(180, 6)).astype(np.float32)
    vectors[np.arange(180), targets] += 2
    samples = [Sample(str(row), str(row), (f"l{target}",)) for row, target in enumerate(targets)]
    learning = LearningData(Task.CLASSIFICATION, tuple(samples[:128]), tuple(samples[128:140]))
    return Split(learning, test=tuple(samples[140:])), Planted(vectors)


@pytest.mark.parametrize(
    ("hold", "n_jobs"),
    [(check_noise, [2 * (1 + len(RATES))]), (hold_learning_curve, [3, 15, 15, 15, 1])],
)
@pytest.mark.slow
def test_what_others_made_is_only_looked_up(
    hold: Callable[[Inquiry], object],
    n_jobs: list[int],
    split_and_encoder: tuple[Split, Planted],
    inquire: Inquire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The result is the same, and after `prepare` no part is made any more."""
    split, encoder = split_and_encoder
    monkeypatch.setattr("prototypes.experiments.learning_curve.N_RESAMPLES", 20)
    expected = hold(inquire(split, Workbench(encoder)))
    cache = inquire(split, Workbench(encoder)).folder.cache
    eager = Eager(Conditions(TrialSettings(), split, Workbench(encoder, cache_dir=cache)))
    eager.bench = Workbench(encoder, cache_dir=cache, spreader=eager)

    found = hold(inquire(split, eager.bench))

    assert eager.n_jobs == n_jobs
    assert eager.bench.spent_seconds == eager.spent_seconds
    assert found == expected
