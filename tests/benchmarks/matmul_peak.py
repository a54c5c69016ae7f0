"""How fast this machine multiplies matrices, and what share of that a model reaches.

Run: python tests/benchmarks/matmul_peak.py
"""

from __future__ import annotations

import statistics
import time

import torch

SIZE = 2048
N_TIMES = 7


def measure_peak(dtype: torch.dtype, *, size: int = SIZE) -> float:
    """Return the median GFLOP/s of a square matrix product of this type."""
    left, right = (torch.randn(size, size).to(dtype) for _ in range(2))
    seconds = []
    for _ in range(N_TIMES + 1):
        started = time.perf_counter()
        torch.matmul(left, right)
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / statistics.median(seconds[1:]) / 1e9


def count_matrix_parameters(model: torch.nn.Module) -> int:
    """Count the parameters that every token is multiplied with: all but the embeddings."""
    return sum(
        each.numel()
        for name, each in model.named_parameters()
        if "embeddings" not in name and each.ndim == 2
    )


def describe_share(gflops: float, peaks: dict[str, float]) -> str:
    """Say how much of each peak a rate is."""
    shares = "; ".join(f"{gflops / peak:.0%} of the {name} peak" for name, peak in peaks.items())
    return f"{gflops:.0f} GFLOP/s in matrices, {shares}"


def measure_peaks() -> dict[str, float]:
    """Measure both types that models run in."""
    return {"float32": measure_peak(torch.float32), "bfloat16": measure_peak(torch.bfloat16)}


def main() -> None:
    """Print both."""
    for name, peak in measure_peaks().items():
        print(f"{name:9} {peak:6.0f} GFLOP/s on {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
