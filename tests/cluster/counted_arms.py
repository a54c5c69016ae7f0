"""Small real arms and an encoder that write down what they do, on whatever node they do it.

`ADVISOR_TEST_LOG` names the file, `ADVISOR_TEST_SECONDS` how long an arm takes to fit,
`ADVISOR_TEST_ENCODING` how long several texts take to be encoded.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototypes.contracts import (
    Approach,
    ArmSpec,
    Dataset,
    FitReport,
    LearningData,
    Prediction,
    Progress,
    Sample,
    Task,
)
from prototypes.workbench import Workbench

SUBJECTS = {
    "card": "card pin chip terminal plastic",
    "transfer": "transfer iban sender beneficiary wire",
    "account": "account profile password login address",
}


def log(what: str) -> None:
    """Add a line to the log."""
    with Path(os.environ["ADVISOR_TEST_LOG"]).open("a") as file:
        file.write(f"{what}\n")


class WordEncoder:
    """Adds up a fixed random direction per word."""

    name, dimension, folder = "words", 32, None
    sha256: str | None = hashlib.sha256(b"words").hexdigest()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, 32)."""
        if len(texts) > 1:
            time.sleep(float(os.environ.get("ADVISOR_TEST_ENCODING", "0")))
            log(f"encode {hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:8]}")
        rows = np.array([sum(map(_direction, text.split())) for text in texts], dtype=np.float32)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def _direction(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(32)


class CountedArm:
    """Tells when it begins to learn and when it is done."""

    state: Any
    validation_score: float | None = None
    """Says which of two arms stands for an approach; without one a clock would."""

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Note, wait, learn, note."""
        log(f"begin {type(self).__name__}")
        time.sleep(float(os.environ.get("ADVISOR_TEST_SECONDS", "0")))
        self._workbench = workbench
        self.learn(data, workbench)
        log(f"done {type(self).__name__}")
        return FitReport(validation_score=self.validation_score)

    def save(self, folder: Path) -> None:
        """Write the state."""
        (folder / "state.json").write_text(json.dumps(self.state), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> CountedArm:
        """Read the state."""
        arm = cls()
        arm.state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return arm


class Majority(CountedArm):
    """The most frequent label."""

    def learn(self, data: LearningData, workbench: Workbench) -> None:
        """Count the labels."""
        self.state = Counter(sample.targets[0] for sample in data.train).most_common(1)[0][0]

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Repeat it."""
        return [Prediction(output=self.state) for _ in inputs]


class Nearest(CountedArm):
    """The label of the nearest text."""

    def learn(self, data: LearningData, workbench: Workbench) -> None:
        """Embed the texts that the learning curve embeds, too."""
        samples = (*data.train, *data.validation)
        self.state = [sample.targets[0] for sample in samples]
        self._vectors = workbench.embed([sample.input for sample in samples])

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Look it up."""
        nearest = (self._workbench.embed(inputs) @ self._vectors.T).argmax(axis=1)
        return [Prediction(output=self.state[row]) for row in nearest]


class Votes(CountedArm):
    """Each word votes for the labels it was seen with; a part that its hybrid shares."""

    validation_score = 0.6

    def learn(self, data: LearningData, workbench: Workbench) -> None:
        """Count the words, unless somebody has."""

        def build(folder: Path) -> None:
            log("tune")
            seen = Counter(f"{w} {s.targets[0]}" for s in data.train for w in s.input.split())
            (folder / "seen.json").write_text(json.dumps(seen, sort_keys=True), encoding="utf-8")

        # A kind of part that run folders may share.
        folder = workbench.part(workbench.fingerprint("head", *map(str, data.train)), build)
        self.state = json.loads((folder / "seen.json").read_text(encoding="utf-8"))

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Count the votes."""
        labels = sorted(SUBJECTS)
        return [
            Prediction(
                output=max(
                    labels, key=lambda label: sum(self.state.get(f"{w} {label}", 0) for w in words)
                )
            )
            for words in (text.split() for text in inputs)
        ]


class Mixed(Votes):
    """The same votes, as a hybrid has them."""


class Answering(CountedArm):
    """Tells how many test samples it was asked, and takes its time over them."""

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer; single queries are timings."""
        if len(inputs) > 1:
            time.sleep(float(os.environ.get("ADVISOR_TEST_SECONDS", "0")))
            log(f"answer {type(self).__name__} {len(inputs)}")
        return super().predict(inputs)  # type: ignore[misc,no-any-return]


class Guess(Answering, Majority):
    """A rival that is far behind."""


class Doubt(Answering, Votes):
    """A rival that is about as good."""

    validation_score = 0.5


def _spec(kind: type[CountedArm], approach: Approach, rank: int) -> ArmSpec:
    return ArmSpec(
        name=kind.__name__.lower(),
        task=Task.CLASSIFICATION,
        approach=approach,
        title=kind.__name__,
        factory=f"{__name__}:{kind.__name__}",
        needs=("training_samples",),
        cost_rank=rank,
    )


ARMS = (
    _spec(Majority, Approach.BASELINE, 0),
    _spec(Nearest, Approach.RAG, 1),
    _spec(Votes, Approach.FINE_TUNE, 2),
    _spec(Mixed, Approach.HYBRID, 3),
)
RACED = (_spec(Guess, Approach.PROMPTING, 4), _spec(Doubt, Approach.FINE_TUNE, 5))
"""Rivals that take long to answer."""


def halve(dataset: Dataset) -> Dataset:
    """Give half of the samples as a test split: enough for a look at 23 answers."""
    return replace(dataset, samples=dataset.samples[::2], given_test=dataset.samples[1::2])


def build_dataset() -> Dataset:
    """Ninety short texts about three subjects, all different, three of them mislabelled."""
    samples = [
        Sample(id=f"{label}-{a}-{b}", input=f"{first} about my {second} {a}{b}", targets=(label,))
        for label, words in SUBJECTS.items()
        for a, first in enumerate(words.split())
        for b, second in enumerate((*words.split(), "bank"))
    ]
    return Dataset(task=Task.CLASSIFICATION, samples=tuple(samples), fingerprint="abc")
