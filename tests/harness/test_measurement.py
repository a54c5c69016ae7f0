"""An arm that finds shared parts ready is charged as if it had made them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from prototypes import runtime
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


def _prepare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Conditions:
    runtime.seed_everything(0)  # torch is imported before anything is timed
    monkeypatch.setattr("prototypes.measurement.create_arm", lambda _: EmbeddingArm())
    samples = tuple(Sample(id=str(n), input=f"text {n}", targets=("a",)) for n in range(8))
    learning = LearningData(Task.CLASSIFICATION, train=samples[:4], validation=())
    bench = Workbench(SlowEncoder(), cache_dir=folder / "cache")
    return Conditions(TrialSettings(n_bootstrap=100), Split(learning, test=samples[4:]), bench)


def test_shared_embeddings_are_charged_to_every_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second arm finds all vectors in the cache, and yet costs what the first one cost."""
    conditions = _prepare(tmp_path, monkeypatch)
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


def test_memory_of_the_arm_before_is_not_told_of_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An arm that failed left a peak of 7 GB behind; this one took 2 GB."""
    peaks = iter((7.0, 2.0))
    monkeypatch.setattr("prototypes.runtime.take_peak_gpu_gb", lambda: next(peaks))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    conditions = _prepare(tmp_path, monkeypatch)

    found = measure_arm(ARMS[0], conditions, folder=RunFolder(tmp_path), progress=lambda _: None)

    assert found.result.notes == ["at most 2.0 GB of GPU memory in use"]
