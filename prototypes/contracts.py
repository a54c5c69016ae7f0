"""The values that every part of the laboratory shares; imports nothing heavy.

Two kinds live here. What moves in memory between reader, arm and metric is a frozen dataclass;
what is written to a run folder and read by other programs is a frozen pydantic schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from prototypes.workbench import Workbench


class Task(StrEnum):
    """What the prototype has to do."""

    CLASSIFICATION = "classification"
    DOCUMENT_QA = "document_qa"


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
        input: The question, or the text to be classified.
        targets: Accepted answers; for classification exactly one label; empty if unanswerable.
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
class Dataset:
    """What the user handed over, read and checked but not yet split."""

    task: Task
    samples: tuple[Sample, ...]
    documents: tuple[Document, ...] = ()
    given_test: tuple[Sample, ...] = ()
    label_descriptions: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[RefusedRow, ...] = ()
    fingerprint: str = ""


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
        output: The label or answer; None means that the arm abstained.
        confidence: Larger is surer; comparable only within one arm.
        citations: The passages the answer was taken from, best first.
        retrieved: Ids of all passages (or training samples) that were looked at, best first.
        timings_ms: Milliseconds per stage: encode, search, generate (only for single inputs).
    """

    output: str | None
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    retrieved: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


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
        needs: What must be there: "generator", "documents", "training_samples".
        cost_rank: Arms run in this order, cheapest first.
    """

    name: str
    task: Task
    approach: Approach
    title: str
    factory: str
    cites: bool = False
    needs: tuple[str, ...] = ()
    cost_rank: int = 0


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


# ── What is written to disk ──────────────────────────────────────────────────────────────────


class FrozenSchema(BaseModel):
    """A value that is written to a file; unknown keys are refused, fields cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Interval(FrozenSchema):
    """A measured value with its 95 % interval."""

    value: float
    low: float
    high: float


class Latency(FrozenSchema):
    """Milliseconds for one query at a time, after warm-up."""

    p50: float
    p95: float
    n_queries: int
    stages: dict[str, float] = Field(default_factory=dict)
    """Median milliseconds per stage: encode, search, generate."""


class ArmResult(FrozenSchema):
    """What was measured of one arm."""

    name: str
    approach: Approach
    title: str
    feasible: bool
    infeasible_because: list[str] = Field(default_factory=list)
    """Which hard limits were broken, with the measured figure."""
    cites: bool
    metrics: dict[str, Interval]
    latency_ms: Latency
    throughput_per_second: float
    fit_seconds: float
    predict_seconds: float
    cost_per_1000: float | None
    """US dollars for 1,000 answers at the machine price in `Protocol.machine_hour_usd`."""
    n_trained_parameters: int = 0
    size_mb: float
    """Size on disk of what was fitted, in megabytes."""
    validation_score: float | None = None
    notes: list[str] = Field(default_factory=list)


class NotRun(FrozenSchema):
    """An arm that was not run, why, and what would run it."""

    name: str
    approach: Approach
    title: str
    reason: str
    enable: str
    """The flag or file that would run it."""


class Comparison(FrozenSchema):
    """A paired difference between two arms on the same samples: `arm` minus `against`."""

    arm: str
    against: str
    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    """Exact McNemar, two-sided, for 0/1 metrics; paired bootstrap otherwise."""
    n_only_arm_right: int | None = None
    n_only_against_right: int | None = None


class Outcome(StrEnum):
    """What the measurement says about the claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    CANNOT_TELL = "cannot_tell"


class Verdict(FrozenSchema):
    """The claim held against the measurement."""

    outcome: Outcome
    approach: Approach
    arm: str | None
    """The arm that stood for the approach; chosen on validation samples only."""
    because: str
    """One sentence with the figures that decide."""
    samples_needed: int | None = None
    """Test samples in all that would separate the top two; only when it cannot be told."""
    cheaper: str | None = None
    """An arm that is cheaper and within the margin, if there is one."""
    deciding_rival: str | None = None


class DataSummary(FrozenSchema):
    """What the data looked like and what was done to it."""

    n_train: int
    n_validation: int
    n_test: int
    n_documents: int
    n_passages: int
    n_labels: int
    n_unanswerable_test: int
    n_duplicates_removed: int
    n_conflicting_labels: int
    n_test_seen_in_train: int
    test_was_given: bool
    n_synthetic_test: int
    refused: list[str] = Field(default_factory=list)


class TrialProtocol(FrozenSchema):
    """How the trial was run, enough to run it again."""

    seed: int
    margin: float
    n_bootstrap: int
    confidence: float = 0.95
    encoder: str
    encoder_sha256: str | None
    precision: Literal["float32", "bfloat16"]
    threads: int
    test_sha256: str
    data_fingerprint: str
    machine_hour_usd: float | None
    versions: dict[str, str]
    limits: dict[str, float | bool | None]


class TrialResult(FrozenSchema):
    """The content of `trial.json`."""

    schema_version: Literal[1] = 1
    task: Task
    primary_metric: str
    n_test: int
    arms: list[ArmResult]
    not_run: list[NotRun] = Field(default_factory=list)
    comparisons: list[Comparison]
    verdict: Verdict | None
    data: DataSummary
    protocol: TrialProtocol
    interrupted: bool = False


class SampleResult(FrozenSchema):
    """One line of `samples/<arm>.jsonl`."""

    id: str
    input: str
    targets: list[str]
    unanswerable: bool
    output: str | None
    confidence: float
    citations: list[str]
    retrieved: list[str]
    scores: dict[str, float]
