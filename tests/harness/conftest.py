"""Small real arms, a small labelled data set, and a bench that loads no weights."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from prototypes.contracts import (
    Approach,
    ArmSpec,
    Citation,
    Dataset,
    FitReport,
    LearningData,
    Prediction,
    Progress,
    Sample,
    Task,
)
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

SUBJECTS = {
    "card": "card pin chip terminal plastic",
    "transfer": "transfer iban sender beneficiary wire",
    "account": "account profile password login address",
}


class RecordedArm:
    """Counts how often each kind of arm was fitted, and lets a test step in."""

    fitted: ClassVar[list[str]] = []
    before_fit: ClassVar[dict[str, Callable[[LearningData], None]]] = {}

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Note the call, then learn."""
        self.fitted.append(type(self).__name__)
        self.before_fit.get(type(self).__name__, lambda _: None)(data)
        self.learn(data)
        progress(1.0)
        return FitReport()

    def learn(self, data: LearningData) -> None:
        """Keep what `save` writes."""
        self.state: Any = [(sample.input, sample.targets[0]) for sample in data.train]

    def save(self, folder: Path) -> None:
        """Write the state."""
        (folder / "state.json").write_text(json.dumps(self.state), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> RecordedArm:
        """Read the state."""
        arm = cls()
        arm.state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return arm


class MajorityArm(RecordedArm):
    """The most frequent label."""

    def learn(self, data: LearningData) -> None:
        """Count the labels."""
        self.state = Counter(sample.targets[0] for sample in data.train).most_common(1)[0][0]

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Repeat it."""
        return [Prediction(output=self.state) for _ in inputs]


class NearestTextArm(RecordedArm):
    """The label of the training text that shares most words; names that text."""

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Look it up."""
        return [self._answer(text) for text in inputs]

    def _answer(self, text: str) -> Prediction:
        words = set(text.split())
        number, (_, label) = max(
            enumerate(self.state), key=lambda pair: len(words & set(pair[1][0].split()))
        )
        return Prediction(output=label, citations=(Citation("train", f"train#{number}"),))


class WordVoteArm(RecordedArm):
    """Each word votes for the label it was seen with most."""

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Count the votes."""
        seen = Counter((word, label) for text, label in self.state for word in text.split())
        labels = sorted({label for _, label in self.state})

        def vote(text: str) -> str:
            return max(labels, key=lambda label: sum(seen[w, label] for w in text.split()))

        return [Prediction(output=vote(text)) for text in inputs]


def spec(name: str, approach: Approach, kind: type[RecordedArm] | None, rank: int) -> ArmSpec:
    """Describe one of the arms above; without a kind it needs a generator."""
    return ArmSpec(
        name=name,
        task=Task.CLASSIFICATION,
        approach=approach,
        title=name,
        factory=f"{__name__}:{kind.__name__}" if kind else "",
        cites=kind is NearestTextArm,
        needs=("training_samples",) if kind else ("generator",),
        cost_rank=rank,
    )


ARMS = (
    spec("majority", Approach.BASELINE, MajorityArm, 0),
    spec("nearest", Approach.RAG, NearestTextArm, 1),
    spec("votes", Approach.FINE_TUNE, WordVoteArm, 2),
    spec("prompted", Approach.PROMPTING, None, 9),
)


@pytest.fixture(autouse=True)
def _laboratory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer the arms above, and the encoder that needs no weights."""
    monkeypatch.setattr("prototypes.registry.ARMS", ARMS)
    monkeypatch.setattr("prototypes.workbench.load_encoder", lambda _: LexicalEncoder())
    monkeypatch.setattr(RecordedArm, "fitted", [])
    monkeypatch.setattr(RecordedArm, "before_fit", {})


@pytest.fixture
def fitted() -> list[str]:
    """The arms that were fitted, in order."""
    return RecordedArm.fitted


@pytest.fixture
def before_fit() -> dict[str, Callable[[LearningData], None]]:
    """What happens when an arm begins to learn, by class."""
    return RecordedArm.before_fit


def build_dataset() -> Dataset:
    """Ninety short texts about three subjects, all different."""
    samples = tuple(
        Sample(id=f"{label}-{a}-{b}", input=f"{first} about my {second} {a}{b}", targets=(label,))
        for label, words in SUBJECTS.items()
        for a, first in enumerate(words.split())
        for b, second in enumerate((*words.split(), "bank"))
    )
    return Dataset(task=Task.CLASSIFICATION, samples=samples, fingerprint="abc")


@pytest.fixture
def dataset() -> Dataset:
    """The texts of `build_dataset`."""
    return build_dataset()
