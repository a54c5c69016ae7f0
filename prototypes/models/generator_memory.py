"""Whether a model fits into free memory, with the arithmetic, before it is loaded."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path

from prototypes.errors import ModelUnavailableError
from prototypes.runtime import device, generator_precision

HEADROOM = 1.2
"""Beside the parameters: activations and the keys and values of what was read."""

_BYTES_EACH = {"bfloat16": 2, "float16": 2, "float32": 4}
_FOUR_BITS = 0.56
"""Bytes per parameter with the scales of its group, as in llama.cpp's Q4_K_M and in NF4."""
_CGROUP = Path("/sys/fs/cgroup")


def require_fitting(name: str, files: Sequence[Path]) -> None:
    """Refuse a model that needs more memory than is free.

    Raises:
        ModelUnavailableError: With parameters, bytes, free memory, and what would fit.
    """
    require_room(name, count_parameters(files))


def require_some_room(name: str, n_parameters: int) -> None:
    """Refuse a model that fits in no form that this machine computes with.

    Where four bits are one of them, arms that want it whole refuse it one by one.

    Raises:
        ModelUnavailableError: With parameters, bytes, free memory, and what would fit.
    """
    if not (can_quantise() and _bytes_in_four_bits(n_parameters) <= free_bytes()):
        require_room(name, n_parameters)


def require_room_in_four_bits(name: str, files: Sequence[Path]) -> None:
    """Refuse a model that needs more memory than is free even in four bits per parameter.

    Raises:
        ModelUnavailableError: With parameters, bytes, free memory, and what would fit.
    """
    n_parameters, free = count_parameters(files), free_bytes()
    needed = _bytes_in_four_bits(n_parameters)
    if needed <= free:
        return
    fitting = free / (_FOUR_BITS * HEADROOM)
    raise ModelUnavailableError(
        f"'{name}' does not fit even in four bits: {_in_words(n_parameters)} parameters × "
        f"{_FOUR_BITS:g} bytes × {HEADROOM:g} for what is computed = {needed / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} GB of memory are free on {device()}. A model of up to "
        f"{_in_words(fitting)} parameters would fit; or name a server with openai:MODEL@URL."
    )


def can_quantise() -> bool:
    """Tell whether parameters of four bits can be computed with here."""
    return device() == "cuda" and importlib.util.find_spec("bitsandbytes") is not None


def require_room(name: str, n_parameters: int) -> None:
    """Refuse a model of so many parameters if it needs more memory than is free.

    Raises:
        ModelUnavailableError: With parameters, bytes, free memory, and what would fit.
    """
    free, kind = free_bytes(), generator_precision()
    each = _BYTES_EACH[kind]
    needed = math.ceil(n_parameters * each * HEADROOM)
    if needed <= free:
        return
    fitting = free / (each * HEADROOM)
    raise ModelUnavailableError(
        f"'{name}' does not fit: {_in_words(n_parameters)} parameters × {each} bytes "
        f"({kind}) × {HEADROOM:g} for what is computed = {needed / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} GB of memory are free on {device()}. A model of up to "
        f"{_in_words(fitting)} parameters would fit{_fit_quantised(n_parameters, free)}; or name a "
        "server with openai:MODEL@URL."
    )


def _fit_quantised(n_parameters: int, free: float) -> str:
    """Say so if the same model fits in four bits, as local servers hold it."""
    needed = _bytes_in_four_bits(n_parameters)
    if needed > free:
        return ""
    how = "with --arms fine_tune_qlora, or " if can_quantise() else ""
    return f", or this one in four bits (about {needed / 1e9:.1f} GB) {how}behind a local server"


def _bytes_in_four_bits(n_parameters: int) -> float:
    return n_parameters * _FOUR_BITS * HEADROOM


def count_parameters(files: Sequence[Path]) -> int:
    """Count the numbers in safetensors files by reading their headers only.

    Raises:
        ModelUnavailableError: If a file is not in this format.
    """
    return sum(_count(path) for path in files)


def free_bytes() -> int:
    """Return the free memory of the GPUs if there are any, else of the machine or container."""
    if device() == "cuda":
        import torch

        return sum(torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count()))
    import psutil

    return int(min(psutil.virtual_memory().available, _free_in_container()))


def _count(path: Path) -> int:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return sum(math.prod(file.get_slice(key).get_shape()) for key in file.keys())  # noqa: SIM118 # no mapping
    except (SafetensorError, OSError) as error:
        raise ModelUnavailableError(
            f"{path} cannot be read as safetensors ({error}); it is damaged or cut short. Fetch "
            "the model again."
        ) from error


def _free_in_container() -> float:
    """Return what the control group leaves, as Linux containers are limited; else infinity."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii")
    except OSError:
        return math.inf
    return math.inf if limit == "max" else int(limit) - int(used)


def _in_words(n_parameters: float) -> str:
    if n_parameters >= 1e9:
        return f"{n_parameters / 1e9:.1f} billion"
    return f"{n_parameters / 1e6:.1f} million"
