"""The machine the laboratory runs on."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from prototypes import runtime


def test_the_same_seed_gives_the_same_numbers() -> None:
    """NumPy and torch must both start again."""
    import torch

    drawn = []
    for _ in range(2):
        runtime.seed_everything(3)
        drawn.append((np.random.random(), float(torch.rand(1))))

    assert drawn[0] == drawn[1]


def test_precision_follows_the_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that only emulates bfloat16 must compute in float32."""
    monkeypatch.setattr(runtime, "device", lambda: "cpu")
    monkeypatch.setattr(runtime, "_cpu_has_fast_bfloat16", lambda: False)

    assert runtime.precision.__wrapped__() == "float32"


@pytest.mark.parametrize(
    ("device", "precision", "held"),
    [
        ("cuda", "bfloat16", "bfloat16"),
        ("cuda", "float32", "float16"),
        ("cpu", "bfloat16", "bfloat16"),
        ("cpu", "float32", "float32"),
    ],
)
def test_language_models_take_two_bytes_where_those_are_fast(
    monkeypatch: pytest.MonkeyPatch, device: str, precision: str, held: str
) -> None:
    """A GPU without bfloat16 has float16; a processor without it would only emulate it."""
    monkeypatch.setattr(runtime, "device", lambda: device)
    monkeypatch.setattr(runtime, "precision", lambda: precision)

    assert runtime.generator_precision.__wrapped__() == held


def test_versions_name_what_results_depend_on() -> None:
    """A reader must see what made a number: models, adapters, metrics and tests."""
    needed = {"python", "numpy", "torch", "transformers", "peft", "sacrebleu", "scipy"}

    assert needed <= runtime.versions().keys()


def test_transformers_is_cut_off_from_the_hub() -> None:
    """In a fresh interpreter the hub client must know that it may not connect."""
    script = (
        "from prototypes.runtime import prepare_transformers\n"
        "prepare_transformers()\n"
        "import huggingface_hub.constants\n"
        "print(huggingface_hub.constants.HF_HUB_OFFLINE)"
    )
    environment = {k: v for k, v in os.environ.items() if "OFFLINE" not in k}

    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )

    assert finished.stdout.strip() == "True"


def test_the_light_modules_load_nothing_heavy() -> None:
    """Naming arms and setting up a bench must not import a machine-learning library."""
    script = (
        "import sys, prototypes.registry, prototypes.workbench, prototypes.runtime\n"
        "print({'torch', 'transformers', 'faiss', 'sklearn', 'bm25s'} & sys.modules.keys())"
    )

    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert finished.stdout.strip() == "set()"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; trimming is glibc's")
def test_what_is_freed_can_be_given_back() -> None:
    """Kept while an arm is trained, a hundred megabytes of small blocks are gone after it."""
    code = (
        "from prototypes.runtime import give_memory_back, keep_freed_memory\n"
        "size = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "keep_freed_memory()\n"
        "blocks = [b'x' * 60_000 for _ in range(2_000)]\n"
        "del blocks\n"
        "kept = size()\n"
        "give_memory_back()\n"
        "print(kept - size())\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert int(done.stdout) > 100_000_000
