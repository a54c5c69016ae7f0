"""An arm that finds shared parts ready is charged as if it had made them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes.contracts import FitReport, LearningData, Prediction, Progress, Sample, Split, Task
from prototypes.measurement import Conditions, measure_arm
from prototypes.plan import TrialSettings
from prototypes.registry import ARMS
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

SECONDS = 0.3


class SlowEncoder:
    """Takes its time for whatever it is given; never loaded from disk."""

    name, dimension, sha256, folder = "slow", 2, "0", None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one constant vector per text."""
        time.sleep(SECONDS if len(texts) > 1 else 0)
        return np.ones((len(texts), 2), dtype=np.float32)


class EmbeddingArm:
    """Embeds the training samples and the questions."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Embed the training samples."""
        self.bench = workbench
        self.bench.embed([sample.input for sample in data.train])
        return FitReport()

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Embed the inputs."""
        self.bench.embed(inputs)
        return [Prediction(output="a") for _ in inputs]

    def save(self, folder: Path) -> None:
        """Write nothing: nothing is learnt."""


def test_shared_embeddings_are_charged_to_every_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second arm finds all vectors in the cache, and yet costs what the first one cost."""
    monkeypatch.setattr("prototypes.measurement.create_arm", lambda _: EmbeddingArm())
    samples = tuple(Sample(id=str(n), input=f"text {n}", targets=("a",)) for n in range(8))
    learning = LearningData(Task.CLASSIFICATION, train=samples[:4], validation=())
    bench = Workbench(SlowEncoder(), cache_dir=tmp_path / "cache")
    conditions = Conditions(
        TrialSettings(n_bootstrap=100), Split(learning, test=samples[4:]), bench
    )
    began = time.perf_counter()
    results = [
        measure_arm(arm, conditions, folder=RunFolder(tmp_path), progress=lambda _: None).result
        for arm in ARMS[:2]
    ]
    wall = time.perf_counter() - began

    assert all(result.fit_seconds >= SECONDS for result in results)
    assert all(result.predict_seconds >= SECONDS for result in results)
    assert all(result.latency_ms.p95 < 1000 * SECONDS for result in results)
    assert wall < 4 * SECONDS
