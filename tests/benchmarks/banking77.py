"""Measure every classification arm on the published test split of Banking77.

    python tests/benchmarks/banking77.py [--arms NAME ...] [--per-class N] [--seed N]

The folder `--data` holds `train.csv` and `test.csv` (`text,category`; 10,003 and 3,080 rows,
PolyAI, CC BY 4.0). 15 % of the training rows are held out as validation samples; the test rows
are used once, for the figures printed. `--per-class 10` keeps ten training rows of each class,
two of them for validation.
"""

from __future__ import annotations

import argparse
import csv
import platform
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from prototypes.contracts import ArmSpec, LearningData, Sample, Task
from prototypes.registry import arms_for, create_arm, select_arms
from prototypes.runtime import n_threads, precision
from prototypes.workbench import Workbench

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "banking77"
N_LATENCY_QUERIES = 200


def read_samples(path: Path) -> tuple[Sample, ...]:
    """Read one of the two files; the id of a sample is its file and row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Sample(id=f"{path.stem}:{n}", input=row["text"], targets=(row["category"],))
        for n, row in enumerate(rows)
    )


def keep_some(samples: tuple[Sample, ...], *, per_class: int, seed: int) -> tuple[Sample, ...]:
    """Draw as many samples of each label."""
    shuffled = random.Random(seed).sample(samples, len(samples))
    seen: Counter[str] = Counter()
    kept = []
    for sample in shuffled:
        seen[sample.targets[0]] += 1
        if seen[sample.targets[0]] <= per_class:
            kept.append(sample)
    return tuple(kept)


def split_samples(samples: tuple[Sample, ...], seed: int, *, share: float = 0.15) -> LearningData:
    """Hold out a share of the samples, by label, as validation samples."""
    labels = [sample.targets[0] for sample in samples]
    train, validation = train_test_split(
        samples, test_size=share, stratify=labels, random_state=seed
    )
    return LearningData(
        Task.CLASSIFICATION, tuple(train), tuple(validation), labels=tuple(sorted(set(labels)))
    )


def measure(
    spec: ArmSpec, data: LearningData, test: tuple[Sample, ...], *, bench: Workbench, seed: int
) -> str:
    """Fit one arm, answer the test samples, and report it as one line."""
    charged, spent, started = bench.charged_seconds, bench.spent_seconds, time.perf_counter()
    arm = create_arm(spec)
    report = arm.fit(data, bench, seed=seed, progress=lambda _: None)
    wall = time.perf_counter() - started
    fit_seconds = wall - (bench.spent_seconds - spent) + (bench.charged_seconds - charged)
    predictions = arm.predict([sample.input for sample in test])
    right = [p.output == s.targets[0] for p, s in zip(predictions, test, strict=True)]
    latencies = []
    for sample in test[:N_LATENCY_QUERIES]:
        asked = time.perf_counter()
        arm.predict([sample.input])
        latencies.append((time.perf_counter() - asked) * 1000)
    score = report.validation_score or 0.0
    return (
        f"{spec.name:20} {np.mean(right):.4f}  {score:.4f}  {fit_seconds:8.1f}  "
        f"{np.percentile(latencies, 50):6.1f}  {'; '.join(report.notes)}"
    )


def main() -> None:
    """Run the arms and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", nargs="*", default=[])
    parser.add_argument("--per-class", type=int, default=0)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    task = Task.CLASSIFICATION
    specs = select_arms(task, options.arms) if options.arms else arms_for(task)
    rows, test = (read_samples(options.data / name) for name in ("train.csv", "test.csv"))
    if options.per_class:
        rows = keep_some(rows, per_class=options.per_class, seed=options.seed)
    data = split_samples(rows, options.seed, share=0.2 if options.per_class else 0.15)
    report(specs, data, test, seed=options.seed)


def report(
    specs: Sequence[ArmSpec], data: LearningData, test: tuple[Sample, ...], *, seed: int
) -> None:
    """Measure arms that need no language model and print a line for each."""
    bench = Workbench()
    print(
        f"{platform.machine()}, {n_threads()} threads, {precision()}: {len(data.train)} train, "
        f"{len(data.validation)} validation, {len(test)} test samples"
    )
    print("arm                  accuracy  validation  fit s  p50 ms  notes")
    for spec in specs:
        if "generator" not in spec.needs:
            print(measure(spec, data, test, bench=bench, seed=seed), flush=True)


if __name__ == "__main__":
    main()
