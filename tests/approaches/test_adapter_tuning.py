"""LoRA and prompt tuning, on a very small transformer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from word_samples import draw_samples

from prototypes.approaches.finetuning.adapted_classifier import most_epochs
from prototypes.approaches.finetuning.adapters import LoraArm, PromptTuningArm
from prototypes.contracts import Arm, LearningData, Task
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder
from prototypes.workbench import Workbench

pytestmark = [pytest.mark.weights, pytest.mark.usefixtures("one_thread")]
# of the embedded encoder only the tokenizer is used

ADAPTER_ARMS = (LoraArm, PromptTuningArm)

DATA = LearningData(
    Task.CLASSIFICATION, train=draw_samples(10, seed=1), validation=draw_samples(4, seed=2)
)
INPUTS = [sample.input for sample in draw_samples(6, seed=3)]


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", ADAPTER_ARMS)
def test_a_saved_arm_answers_alike(
    arm_class: type[Arm], tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Saving and loading must change no answer, and write nothing that can run code."""
    bench, arm = Workbench(tiny_encoder), arm_class()
    arm.fit(DATA, bench, seed=0, progress=lambda _: None)

    arm.save(tmp_path)

    assert arm_class.load(tmp_path, bench).predict(INPUTS) == arm.predict(INPUTS)
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".json", ".npz", ".safetensors"}


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", ADAPTER_ARMS)
def test_only_the_adapter_and_the_head_are_trained(
    arm_class: type[Arm], tiny_encoder: Encoder
) -> None:
    """Far fewer parameters than the encoder has must be enough to tell the labels apart."""
    report = arm_class().fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)

    assert 3 * 33 < report.n_trained_parameters < 30522 * 32 / 20
    assert report.validation_score is not None and report.validation_score > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", ADAPTER_ARMS)
def test_the_adapter_changes_the_vectors(arm_class: type[Arm], tiny_encoder: Encoder) -> None:
    """An adapter that moves nothing would make the arm a mere head."""
    arm = arm_class()
    arm.fit(replace(DATA, validation=()), Workbench(tiny_encoder), seed=0, progress=lambda _: None)

    adapted = arm._classifier.encoder

    assert np.abs(adapted.encode(INPUTS) - tiny_encoder.encode(INPUTS)).max() > 1e-3


@pytest.mark.slow
def test_the_same_seed_gives_the_same_arm(tiny_encoder: Encoder) -> None:
    """Two separate runs must agree to the last digit; another seed must not."""
    outcomes = []
    for seed in (7, 7, 8):
        arm = LoraArm()
        arm.fit(DATA, Workbench(tiny_encoder), seed=seed, progress=lambda _: None)
        outcomes.append([p.confidence for p in arm.predict(INPUTS)])

    assert outcomes[0] == outcomes[1]
    assert outcomes[0] != outcomes[2]


@pytest.mark.slow
def test_progress_never_runs_backwards(tiny_encoder: Encoder) -> None:
    """The bar must rise from the first step to the end, however early training stops."""
    told: list[float] = []

    LoraArm().fit(DATA, Workbench(tiny_encoder), seed=0, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.slow
def test_without_validation_samples_nothing_is_claimed(tiny_encoder: Encoder) -> None:
    """The number of epochs is then fixed, and the note says so."""
    report = LoraArm().fit(
        replace(DATA, validation=()), Workbench(tiny_encoder), seed=0, progress=lambda _: None
    )

    assert report.validation_score is None
    assert report.notes[0].startswith("epochs: 3 on train (no validation samples to choose on)")


def test_an_encoder_without_parameters_cannot_be_adapted(hashing_encoder: Encoder) -> None:
    """The message must say what to install."""
    with pytest.raises(ModelUnavailableError, match="no parameters that could be tuned"):
        LoraArm().fit(DATA, Workbench(hashing_encoder), seed=0, progress=lambda _: None)


@pytest.mark.slow
def test_an_adapter_of_another_shape_is_refused(tiny_encoder: Encoder, tmp_path: Path) -> None:
    """A damaged folder must be named in one sentence, not answer with half an adapter."""
    bench, arm = Workbench(tiny_encoder), PromptTuningArm()
    arm.fit(DATA, bench, seed=0, progress=lambda _: None)
    arm.save(tmp_path)
    path = tmp_path / "adapter" / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8")) | {"num_virtual_tokens": 3}
    path.write_text(json.dumps(settings), encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="does not fit"):
        PromptTuningArm.load(tmp_path, bench)


@pytest.mark.slow
def test_no_path_of_the_machine_is_written(tiny_encoder: Encoder, tmp_path: Path) -> None:
    """An arm's folder must mean the same on another machine."""
    arm = LoraArm()
    arm.fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)
    arm.save(tmp_path)

    written = (tmp_path / "adapter" / "adapter_config.json").read_text(encoding="utf-8")

    assert str(tiny_encoder.folder) not in written


def test_few_samples_may_be_seen_more_often() -> None:
    """Small data sets need more epochs; large ones would only take longer."""
    assert [12, 6, 3] == [most_epochs(n) for n in (100, 2000, 10000)]
