"""The values that move in memory between reader, arm and metric; imports nothing heavy.

What is written to a run folder and read by other programs is in `prototypes.results`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


class Task(StrEnum):
    """What the prototype has to do."""

    CLASSIFICATION = "classification"
    EXTRACTION = "extraction"
    DOCUMENT_QA = "document_qa"
    GENERATION = "generation"


class Approach(StrEnum):
    """The family an arm belongs to; every family but the baseline can be recommended."""

    BASELINE = "baseline"
    PROMPTING = "prompting"
    RAG = "rag"
    FINE_TUNE = "fine_tune"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the corpus; `id` is its path relative to the documents folder."""

    id: str
    title: str
    text: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one document, the unit that is searched and cited; `id` is `document#number`."""

    id: str
    document_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One question or text with what a right answer looks like.

    Attributes:
        id: Unique within the data set.
        input: The question, or the text to be classified, searched for spans or rewritten.
        targets: Accepted answers, or outputs written by people; for classification exactly one
            label, for extraction the one line of all spans (`prototypes.data.spans`); empty if
            unanswerable.
        sources: Ids of the documents that hold the answer, where known.
        unanswerable: True if the right behaviour is to abstain.
        synthetic: True if the sample was made from the corpus instead of collected.
        group: Samples of one group (a source document) stay on one side of every split.
    """

    id: str
    input: str
    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()
    unanswerable: bool = False
    synthetic: bool = False
    group: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierState:
    """How the corpus stood before it changed.

    Attributes:
        documents: The documents of that time.
        samples: Questions with the answers that were right then, where they are known.
    """

    documents: tuple[Document, ...]
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """What the user handed over, read and checked but not yet split.

    `groups` says who may read which document; None if nothing restricts them.
    """

    task: Task
    samples: tuple[Sample, ...]
    documents: tuple[Document, ...] = ()
    given_test: tuple[Sample, ...] = ()
    label_descriptions: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[RefusedRow, ...] = ()
    fingerprint: str = ""
    earlier: EarlierState | None = None
    groups: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row or file that could not be used, and why; shown to the user, never dropped silently."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class LearningData:
    """What an arm may see before it is measured: never the test samples."""

    task: Task
    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    documents: tuple[Document, ...] = ()
    labels: tuple[str, ...] = ()
    label_descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """A seeded division of a data set, and what had to be done to keep its sides apart."""

    learning: LearningData
    test: tuple[Sample, ...]
    n_duplicates_removed: int = 0
    n_conflicting_labels: int = 0
    n_test_seen_in_train: int = 0
    test_was_given: bool = False
    earlier: EarlierState | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer was found."""

    document_id: str
    passage_id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What an arm said to one input.

    Attributes:
        output: The label, line of spans or answer; None means that the arm abstained.
        confidence: Larger is surer; comparable only within one arm.
        citations: The passages the answer was taken from, best first.
        retrieved: Ids of all passages (or training samples) that were looked at, best first.
        timings_ms: Milliseconds per stage: encode, search, generate (only for single inputs).
        fault: What is wrong with what a language model said, in one phrase; empty if nothing is.
        n_input_tokens: What a language model read.
        n_output_tokens: What it wrote.
    """

    output: str | None
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    retrieved: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""
    n_input_tokens: int = 0
    n_output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class FitReport:
    """What an arm has to say about its own fitting.

    Attributes:
        validation_score: The primary metric on the validation samples, None if not measured.
        n_trained_parameters: How many parameters training changed.
        notes: Choices worth knowing (regularisation chosen, epochs run), in whole phrases.
    """

    validation_score: float | None = None
    n_trained_parameters: int = 0
    notes: tuple[str, ...] = ()


class Progress(Protocol):
    """Told how far a long step has come; `fraction` runs from 0 to 1."""

    def __call__(self, fraction: float, /) -> None:
        """Report that `fraction` of the step is done."""


class Arm(Protocol):
    """One real system: fitted on what it may see, then asked.

    Instances are cheap to make; everything costly happens in `fit` or `load`.
    """

    def fit(
        self, data: LearningData, workbench: Workbench, *, seed: int, progress: Progress
    ) -> FitReport:
        """Learn from the training samples, choose settings on the validation samples."""

    def predict(self, inputs: Sequence[str]) -> list[Prediction]:
        """Answer each input, in order; a single input fills `timings_ms`."""

    def save(self, folder: Path) -> None:
        """Write what was learnt into an existing empty folder: safetensors, npz, json only."""

    @classmethod
    def load(cls, folder: Path, workbench: Workbench) -> Self:
        """Read back what `save` wrote."""


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """An entry of the register of arms; naming an arm loads nothing.

    Attributes:
        name: Unique within its task, such as `fine_tune_head`.
        task: The task it is for.
        approach: The family that a recommendation speaks about.
        title: What the arm really is, in one phrase.
        factory: `module:Class`, imported when the arm is run.
        cites: True if its answers name the passage they come from.
        needs: What must be there: "generator", "local_generator" (one whose probabilities and
            parameters can be reached), "documents", "training_samples".
        cost_rank: Arms run in this order, cheapest first.
        on_request: Only run if it is named itself or recommended.
    """

    name: str
    task: Task
    approach: Approach
    title: str
    factory: str
    cites: bool = False
    needs: tuple[str, ...] = ()
    cost_rank: int = 0
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of the user, held against what is measured.

    Attributes:
        latency_ms: The 95th percentile of a single query may not exceed this; None = no limit.
        must_cite: Every answer has to name its source.
        offline: Nothing may leave the machine.
    """

    latency_ms: float | None = None
    must_cite: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The statement a trial puts to the test, fixed before the test samples are opened.

    Attributes:
        approach: The approach claimed to be the right one.
        margin: The smallest difference in the primary metric worth having (laboratory.md: δ).
    """

    approach: Approach
    margin: float = 0.02
