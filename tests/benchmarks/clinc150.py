"""Measure classification arms on the in-scope test samples of CLINC150's small split.

    python tests/benchmarks/clinc150.py [--arms NAME ...] [--data FOLDER] [--seed N]

The folder holds `data_small.json` (Larson et al. 2019, CC BY 3.0): 7,500 training, 3,000
validation and 4,500 test samples of 150 intents. Out-of-scope samples are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from banking77 import report

from prototypes.contracts import LearningData, Sample, Task
from prototypes.registry import arms_for, select_arms

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "clinc150"
ARMS = ("baseline_tfidf", "rag", "fine_tune_head", "fine_tune_full", "hybrid")


def read_split(content: dict[str, list[list[str]]], name: str) -> tuple[Sample, ...]:
    """Read the samples of one split."""
    return tuple(
        Sample(id=f"{name}:{n}", input=text, targets=(label,))
        for n, (text, label) in enumerate(content[name])
    )


def main() -> None:
    """Run the arms and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", nargs="*", default=ARMS)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    content = json.loads((options.data / "data_small.json").read_text(encoding="utf-8"))
    train, validation, test = (read_split(content, name) for name in ("train", "val", "test"))
    labels = tuple(sorted({sample.targets[0] for sample in train}))
    data = LearningData(Task.CLASSIFICATION, train, validation, labels=labels)
    specs = select_arms(Task.CLASSIFICATION, options.arms) if options.arms else arms_for(data.task)
    report(specs, data, test, seed=options.seed)


if __name__ == "__main__":
    main()
