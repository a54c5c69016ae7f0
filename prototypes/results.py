"""What a trial leaves behind: the schemas of the files in a run folder, read by other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from prototypes.contracts import Approach, Task


class FrozenSchema(BaseModel):
    """A value that is written to a file; unknown keys are refused, fields cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


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
    queries_ms: list[float] = Field(default_factory=list)
    """Each timed query, in the order of the test samples; what intervals are drawn from."""


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
    """US dollars for 1,000 answers at the machine price in `TrialProtocol.machine_hour_usd`, or at
    the price of tokens where a server elsewhere answers; None if there is no such price."""
    n_trained_parameters: int = 0
    size_mb: float
    """Size on disk of what was fitted, in megabytes."""
    validation_score: float | None = None
    input_tokens: float | None = None
    """Mean tokens that a language model read per answer; None without one."""
    output_tokens: float | None = None
    """Mean tokens that it wrote."""
    notes: list[str] = Field(default_factory=list)


class NotRun(FrozenSchema):
    """An arm that was not run, why, and what would run it."""

    name: str
    approach: Approach
    title: str
    reason: str
    enable: str
    """The flag or file that would run it."""
    pending: Literal["", "left_out", "cut_off"] = ""
    """Left out for want of time, memory or tokens, or cut off by an interruption; else empty."""


class RaceProtocol(FrozenSchema):
    """How rivals are raced, fixed before the test samples are used."""

    against: Approach
    """The claimed approach; its arm is measured whole, before its rivals."""
    arms: list[str]
    """The rivals that may be dropped: those that take long to answer."""
    looks: list[int]
    """After how many answers each is looked at."""
    error: float
    """The chance that an equal or better rival is dropped, over all looks and rivals."""


class Comparison(FrozenSchema):
    """A paired difference between two arms on the same samples: `arm` minus `against`."""

    arm: str
    against: str
    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    """Two-sided: exact McNemar for 0/1, Student's t over trainings, paired bootstrap otherwise."""
    n_only_arm_right: int | None = None
    n_only_against_right: int | None = None


class DroppedArm(FrozenSchema):
    """A rival that was left once it was shown to be worse than the claimed arm (racing).

    Its figures are those of the samples it answered; the others are not made up. Stopping while
    it was behind tends to overstate by how much.
    """

    name: str
    approach: Approach
    title: str
    n_answered: int
    n_test: int
    metrics: dict[str, Interval]
    difference: Comparison
    """This arm minus the claimed one, on the samples that it answered."""
    corrected_p: float
    """One-sided, that it is worse; corrected for the number of looks."""
    latency_ms: Latency
    fit_seconds: float
    predict_seconds: float
    """What the answers took that it gave."""


class Measured(FrozenSchema):
    """A quantity that an experiment measured of one arm, or of several together."""

    quantity: str
    arm: str
    """The arm, or what stands for several: `oracle_router`."""
    value: float
    low: float
    high: float
    n: int
    """Samples or queries it rests on."""


class CurvePoint(FrozenSchema):
    """The primary metric after learning from some number of labels."""

    sampling: str
    """How the labels were chosen: random, uncertainty, margin, entropy or diversity; or law, for
    what the power law fitted to the random draws says, with its band."""
    arm: str = "fine_tune_head"
    """What learnt from them."""
    n_labels: int
    n_seeds: int
    value: float
    low: float
    high: float


class ExperimentResult(FrozenSchema):
    """What an experiment found on these data; it puts claims about approaches to the test."""

    experiment: str
    """As rules name it: latency_cost, citation, learning_curve, …"""
    measured: list[Measured] = Field(default_factory=list)
    differences: list[Comparison] = Field(default_factory=list)
    """Paired, between the arms that stand for the approaches; `metric` names the quantity."""
    curve: list[CurvePoint] = Field(default_factory=list)
    """Only of a learning curve."""
    arms: list[str] = Field(default_factory=list)
    """The arms that had been measured, where the experiment is held once and kept."""
    conclusion: str = ""
    """What it comes to, as one of a few words that the experiment names; empty if it is open."""
    notes: list[str] = Field(default_factory=list)
    """What part of it was left out and why, or how it was done, in phrases."""
    untested: str = ""
    """Why it could not be held on these data, in a phrase; empty if it was."""


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
    n_test_groups: int | None = None  # None where every test sample stands for itself
    refused: list[str] = Field(default_factory=list)


class TrialProtocol(FrozenSchema):
    """How the trial was run, enough to run it again."""

    seed: int
    margin: float
    n_bootstrap: int
    confidence: float = 0.95
    encoder: str
    encoder_sha256: str | None
    generator: str | None = None
    generator_sha256: str | None = None
    prompts_sha256: str | None = None
    """Of the prompt templates; None if nothing was prompted."""
    token_prices_usd: list[float] | None = None
    """US dollars per million tokens read and written."""
    store: str = "faiss"
    """The vector store that dense search over documents asked."""
    launch: str | None = None
    """The command that started training on several devices."""
    precision: Literal["float32", "bfloat16"]
    threads: int
    test_sha256: str
    data_fingerprint: str
    machine_hour_usd: float | None
    versions: dict[str, str]
    limits: dict[str, float | bool | None]
    race: RaceProtocol | None = None
    """How rivals were raced; None if every arm answered every sample."""
    on_request: list[str] = Field(default_factory=list)
    """Arms that are only run if they are named; empty where only some arms were chosen."""


class TrialResult(FrozenSchema):
    """The content of `trial.json`."""

    schema_version: Literal[1] = 1
    task: Task
    primary_metric: str
    n_test: int
    arms: list[ArmResult]
    not_run: list[NotRun] = Field(default_factory=list)
    dropped: list[DroppedArm] = Field(default_factory=list)
    """Rivals that were left halfway because they were behind; only where they were raced."""
    comparisons: list[Comparison]
    verdict: Verdict | None
    experiments: list[ExperimentResult] = Field(default_factory=list)
    first_shares: dict[Approach, float] = Field(default_factory=dict)
    """Share of the resamples in which the arm that stands for an approach is feasible and best;
    empty where the test samples are synthetic, which says nothing about the approaches."""
    data: DataSummary
    protocol: TrialProtocol
    interrupted: bool = False
    forgotten: list[str] = Field(default_factory=list)
    """One note per document that was removed afterwards: what cannot be reproduced since."""

    def _repr_html_(self) -> str:
        """Show the verdict and the arms in a notebook."""
        from prototypes.display import render_card
        from prototypes.trial_card import trial_card

        return render_card(trial_card(self))


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
    fault: str = ""
    group: str | None = None
    """What the sample belongs to; intervals draw whole groups."""
