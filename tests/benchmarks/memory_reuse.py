"""Full fine-tuning with and without keeping freed memory, in two fresh processes.

Run: python tests/benchmarks/memory_reuse.py [--repeats N]
Tunes the embedded encoder for one epoch on 400 of the shipped API summaries, each way in turn,
and prints the ratio of the median times.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

EPOCH = """
import sys, time
import numpy as np
from prototypes.data.samples.api_summaries import load_api_summaries
from prototypes.models.classifier_training import ClassifierTraining, LabelledTexts
from prototypes.models.encoder import load_encoder
from prototypes.models.training import Recipe
from prototypes.runtime import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()
samples = load_api_summaries().samples[:400]
labels = sorted({sample.targets[0] for sample in samples})
targets = np.array([labels.index(sample.targets[0]) for sample in samples])
training = ClassifierTraining(
    load_encoder(None).folder,
    coefficients=np.zeros((len(labels), 384), np.float32),
    intercepts=np.zeros(len(labels), np.float32),
)
start = time.perf_counter()
training.run(
    LabelledTexts([sample.input for sample in samples], targets),
    recipe=Recipe(1, 16, 1e-5, 0),
    progress=lambda share: None,
)
print(time.perf_counter() - start)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="fresh processes per way")
    n_repeats = parser.parse_args().repeats
    seconds: dict[str, list[float]] = {"returned": [], "kept": []}
    for _ in range(n_repeats):
        for way, times in seconds.items():
            command = [sys.executable, "-c", EPOCH, way]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            times.append(float(done.stdout))
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    for way, median in medians.items():
        print(f"freed memory {way:9} {median:6.2f} s per epoch")
    print(f"ratio {medians['kept'] / medians['returned']:.2f}")


if __name__ == "__main__":
    main()
