"""Full fine-tuning and the hybrid, on a very small transformer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from word_samples import draw_samples

from prototypes.approaches.classification.hybrid import InterpolatedArm
from prototypes.approaches.finetuning.full import FullTuningArm
from prototypes.approaches.finetuning.tuned_classifier import choose_recipe
from prototypes.contracts import Arm, LearningData, Task
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder, load_encoder
from prototypes.workbench import Workbench

pytestmark = pytest.mark.weights  # only the tokenizer of the embedded encoder is used

TUNING_ARMS = (FullTuningArm, InterpolatedArm)

DATA = LearningData(
    Task.CLASSIFICATION, train=draw_samples(12, seed=1), validation=draw_samples(4, seed=2)
)
INPUTS = [sample.input for sample in draw_samples(6, seed=3)]


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", TUNING_ARMS)
def test_a_saved_arm_answers_alike(
    arm_class: type[Arm], tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Saving and loading must change no answer, and write nothing that can run code."""
    bench, arm = Workbench(tiny_encoder), arm_class()
    arm.fit(DATA, bench, seed=0, progress=lambda _: None)

    arm.save(tmp_path)

    assert arm_class.load(tmp_path, bench).predict(INPUTS) == arm.predict(INPUTS)
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".json", ".npz", ".safetensors"}


def test_tuning_changes_the_encoder_and_learns(tiny_encoder: Encoder, tmp_path: Path) -> None:
    """The parameters must move, all be counted, and tell the labels apart."""
    arm = FullTuningArm()

    report = arm.fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)

    arm.save(tmp_path)
    tuned = load_encoder(str(tmp_path / "encoder"))
    assert np.abs(tuned.encode(INPUTS) - tiny_encoder.encode(INPUTS)).max() > 1e-3
    assert report.n_trained_parameters > 30522 * 32
    assert report.validation_score is not None and report.validation_score > 0.6


@pytest.mark.slow
def test_both_arms_share_one_tuning(tiny_encoder: Encoder, tmp_path: Path) -> None:
    """The encoder must be tuned once, and the second arm charged as if it had done it."""
    bench = Workbench(tiny_encoder, cache_dir=tmp_path)
    FullTuningArm().fit(DATA, bench, seed=0, progress=lambda _: None)
    charged, spent = bench.charged_seconds, bench.spent_seconds

    InterpolatedArm().fit(DATA, bench, seed=0, progress=lambda _: None)

    assert len(list(tmp_path.glob("tuned-classifier-*"))) == 1
    assert bench.spent_seconds == spent
    assert bench.charged_seconds == pytest.approx(2 * charged)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_arm(tiny_encoder: Encoder) -> None:
    """Two separate runs must agree to the last digit; another seed must not."""
    outcomes = []
    for seed in (7, 7, 8):
        arm = FullTuningArm()
        arm.fit(DATA, Workbench(tiny_encoder), seed=seed, progress=lambda _: None)
        outcomes.append([p.confidence for p in arm.predict(INPUTS)])

    assert outcomes[0] == outcomes[1]
    assert outcomes[0] != outcomes[2]


@pytest.mark.slow
def test_progress_never_runs_backwards(tiny_encoder: Encoder) -> None:
    """The bar must rise from the first step to the end."""
    told: list[float] = []

    FullTuningArm().fit(DATA, Workbench(tiny_encoder), seed=0, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.slow
def test_without_validation_samples_nothing_is_claimed(tiny_encoder: Encoder) -> None:
    """The hybrid must fall back on its default weight and report no score."""
    arm = InterpolatedArm()

    report = arm.fit(
        replace(DATA, validation=()), Workbench(tiny_encoder), seed=0, progress=lambda _: None
    )

    assert report.validation_score is None
    assert arm.predict(INPUTS)[0].citations


@pytest.mark.parametrize("arm_class", TUNING_ARMS)
def test_an_encoder_without_parameters_cannot_be_tuned(
    arm_class: type[Arm], hashing_encoder: Encoder
) -> None:
    """The message must say what to install."""
    with pytest.raises(ModelUnavailableError, match="no parameters that could be tuned"):
        arm_class().fit(DATA, Workbench(hashing_encoder), seed=0, progress=lambda _: None)


def test_fewer_samples_are_seen_more_often() -> None:
    """Small data sets need more epochs; large ones would only take longer."""
    epochs = [choose_recipe(n, seed=0).epochs for n in (100, 2000, 10000)]

    assert epochs == [3, 2, 1]


def test_tuning_writes_only_into_the_cache(
    tiny_encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Trainer must leave no checkpoint or log in the working folder."""
    monkeypatch.chdir(tmp_path)

    FullTuningArm().fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)

    assert list(tmp_path.iterdir()) == []
