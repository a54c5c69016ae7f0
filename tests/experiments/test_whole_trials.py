"""Trials of extraction and generation with every experiment they allow, on a very small encoder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototypes import TrialSettings, run_trial
from prototypes.approaches.generation import tuned
from prototypes.contracts import Dataset, Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.experiments import curve_spans, curve_writers, noise, tuned_forms
from prototypes.models.encoder import find_embedded_folder

pytestmark = [pytest.mark.weights, pytest.mark.slow]  # only the embedded tokenizer is used

EXPERIMENTS = ("learning_curve", "noise", "compression")
BIRDS = [f"{a}{b}" for a in ("rav", "her", "gan", "plov") for b in ("en", "on", "et", "er")]
STONES = [f"{a}{b}" for a in ("gran", "bas", "mar", "jas") for b in ("ite", "alt", "ble", "per")]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build a transformer of one layer with random parameters and a real tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    folder, source = tmp_path_factory.mktemp("tiny"), find_embedded_folder()
    assert source is not None
    torch.manual_seed(0)
    configuration = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(configuration).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(source / name, folder / name)
    return str(folder)


def _samples(task: Task, n: int) -> tuple[Sample, ...]:
    generator = np.random.default_rng(0)
    pairs = zip(generator.choice(BIRDS, n), generator.choice(STONES, n), range(n), strict=True)
    return tuple(_sample(task, row, str(bird), str(stone)) for bird, stone, row in pairs)


def _sample(task: Task, row: int, bird: str, stone: str) -> Sample:
    text = f"on day {row} the {bird} sat on {stone}"
    if task is Task.GENERATION:
        return Sample(str(row), text, (f"A {bird} was seen on {stone}.",))
    spans = [
        Span(text.index(word), text.index(word) + len(word), label)
        for word, label in ((bird, "bird"), (stone, "stone"))
    ]
    return Sample(str(row), text, (format_spans(spans),))


@pytest.mark.parametrize(
    ("task", "learner"), [(Task.EXTRACTION, "fine_tune_head"), (Task.GENERATION, "fine_tune")]
)
def test_every_experiment_is_held_and_none_is_held_twice(
    task: Task, learner: str, encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resumed trial takes all three from its folder."""
    monkeypatch.setattr(tuned, "_N_STEPS", 15)
    dataset = Dataset(task, _samples(task, 160), fingerprint="planted")
    settings: dict[str, Any] = {
        "arms": ("rag", "fine_tune"),
        "experiments": EXPERIMENTS,
        "encoder": encoder,
        "n_bootstrap": 200,
        "out": tmp_path / "run",
    }

    first = run_trial(dataset, settings=TrialSettings(**settings))
    for module, name in (
        (noise, "create_arm"),
        (tuned_forms, "load_arm_class"),
        (curve_spans, "fit_head"),
        (curve_writers, "score_answers"),
    ):
        monkeypatch.setattr(module, name, None)
    again = run_trial(dataset, settings=TrialSettings(**settings, resume=True))

    held = {one.experiment: one for one in first.experiments if one.experiment in EXPERIMENTS}
    assert {name: one.untested for name, one in held.items()} == dict.fromkeys(EXPERIMENTS, "")
    curve = held["learning_curve"].curve
    assert {point.arm for point in curve if point.sampling == "law"} == {learner}
    assert {one.arm for one in held["noise"].measured} == {"rag", "fine_tune"}
    assert {one.arm for one in held["compression"].measured} == {"fine_tune"}
    assert again.experiments == first.experiments
