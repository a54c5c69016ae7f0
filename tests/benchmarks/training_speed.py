"""Our full fine-tuning against the Trainer at its defaults, on Banking77.

    python tests/benchmarks/training_speed.py [--data FOLDER] [--samples N] [--epochs N]
                                              [--batch-size N] [--test N]

Both train the same encoder with the same warm-started head, on the same samples, for as many
epochs, in batches of the same size, at the same learning rate: what decides accuracy is equal.
What decides speed is left as the Trainer has it (float32, batches in random order, padded to the
longest) or done as ours does it. Each runs in a process of its own. Prints samples per second,
their ratio (floor 2.2), the accuracies on the test split (to be equal within .3 points), and the
share of the matrix-multiply peak that ours reaches.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from banking77 import DATA, read_samples
from matmul_peak import count_matrix_parameters, describe_share, measure_peaks
from torch.nn.functional import cross_entropy
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

from prototypes.approaches.classification.labelling import require_labels
from prototypes.approaches.finetuning.tuned_classifier import (
    LEARNING_RATE,
    texts_of,
    warm_start,
)
from prototypes.contracts import Sample
from prototypes.models.classifier_training import ClassifierTraining, LabelledTexts
from prototypes.models.training import Recipe
from prototypes.models.transformer import pool
from prototypes.runtime import keep_freed_memory, precision
from prototypes.workbench import Workbench

SEED = 0


class _WithLoss(torch.nn.Module):
    """What the Trainer expects: a model that returns its loss."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Pool, classify, compare."""
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits = self.model.head(pool(hidden, attention_mask))
        return {"loss": cross_entropy(logits, labels), "logits": logits}


def train_ours(training: ClassifierTraining, data: LabelledTexts, recipe: Recipe) -> None:
    """Train as the full fine-tuning arm does."""
    training.run(data, recipe=recipe, progress=lambda done: None)


def train_plainly(training: ClassifierTraining, data: LabelledTexts, recipe: Recipe) -> None:
    """Train with the Trainer, every option that decides speed at its default."""
    rows = [
        {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": target}
        for ids, target in training._tokenize(data)
    ]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=recipe.epochs,
            per_device_train_batch_size=recipe.batch_size,
            learning_rate=recipe.learning_rate,
            seed=recipe.seed,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        Trainer(
            model=_WithLoss(training.model),
            args=arguments,
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(training._tokenizer),
        ).train()
    training.model.eval()


WAYS = {"ours": train_ours, "trainer": train_plainly}


def run_one(way: str, options: argparse.Namespace) -> dict[str, float]:
    """Train one way and measure it, in this process."""
    if way == "ours":
        keep_freed_memory()
    train, test = (_read(options.data / f"{name}.csv") for name in ("train", "test"))
    train, test = train[: options.samples], test[: options.test]
    labels = require_labels(train)
    training = warm_start(train, Workbench(), labels=labels)
    data = texts_of(train, labels)
    recipe = Recipe(options.epochs, options.batch_size, LEARNING_RATE, SEED)
    started = time.perf_counter()
    WAYS[way](training, data, recipe)
    seconds = time.perf_counter() - started
    known = texts_of(test, labels)
    n_tokens = sum(len(ids) for ids, _ in training._tokenize(data))
    flops = 6 * count_matrix_parameters(training.model) * n_tokens * options.epochs
    return {
        "samples_per_second": len(data.texts) * options.epochs / seconds,
        "accuracy": training.accuracy(known) * len(known.texts) / len(test),
        "gflops": flops / seconds / 1e9,
    }


def main() -> None:
    """Measure both ways and print."""
    options = _parse()
    if options.way:
        print(json.dumps(run_one(options.way, options)))
        return
    print(f"python {' '.join(sys.argv)}")
    found: dict[str, dict[str, float]] = {}
    for way in WAYS:
        command = [sys.executable, *sys.argv, "--way", way]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found[way] = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{way:8} {found[way]['samples_per_second']:7.1f} samples/s  accuracy "
            f"{found[way]['accuracy']:.4f}  {found[way]['gflops']:.0f} GFLOP/s",
            flush=True,
        )
    ours, plain = found["ours"], found["trainer"]
    print(f"ratio {ours['samples_per_second'] / plain['samples_per_second']:.2f}")
    print(f"accuracy {100 * (ours['accuracy'] - plain['accuracy']):+.2f} points")
    print(f"ours, {precision()}: {describe_share(ours['gflops'], measure_peaks())}")


def _read(path: Path) -> tuple[Sample, ...]:
    samples = read_samples(path)
    order = np.random.default_rng(SEED).permutation(len(samples))
    return tuple(samples[row] for row in order)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--samples", type=int, help="only this many of the training samples")
    parser.add_argument("--test", type=int, help="only this many of the test samples")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--way", choices=WAYS, help="only this one, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
