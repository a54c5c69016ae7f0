"""What a trial tells while it runs; the terminal draws it, a notebook may ignore it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prototypes.contracts import ArmSpec
from prototypes.results import (
    ArmResult,
    DroppedArm,
    ExperimentResult,
    NotRun,
    RaceProtocol,
    TrialResult,
)


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """An arm that is about to be run, and about how many seconds it will take."""

    spec: ArmSpec
    seconds: float


@dataclass(frozen=True, slots=True)
class PlannedExperiment:
    """An experiment that is held after the arms, and its seconds; None if nobody can say."""

    name: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class PlannedPrompts:
    """What a language model is about to be asked.

    Attributes:
        generator: Its name.
        n_tokens: About how many tokens it will read and write.
        max_tokens: How many it is allowed; None if it runs here and there is no such limit.
        usd: About what that costs in US dollars; None if nobody said what a token costs.
        max_usd: What it is allowed to cost; None if there is no such limit.
    """

    generator: str
    n_tokens: int
    max_tokens: int | None
    usd: float | None = None
    max_usd: float | None = None


@dataclass(frozen=True, slots=True)
class TrialPlanned:
    """The data are split, the protocol is locked, nothing is fitted yet."""

    arms: tuple[PlannedArm, ...]
    n_train: int
    n_validation: int
    n_test: int
    prompts: PlannedPrompts | None = None
    judge: PlannedPrompts | None = None
    race: RaceProtocol | None = None
    experiments: tuple[PlannedExperiment, ...] = ()
    notes: tuple[str, ...] = ()
    """What is worth knowing of the place where it is measured."""

    @property
    def seconds(self) -> float:
        """About how long all arms take together."""
        return sum(arm.seconds for arm in self.arms)


@dataclass(frozen=True, slots=True)
class ArmStarted:
    """Fitting begins.

    Attributes:
        spec: The arm.
        seconds: About how long this arm takes.
        trial_seconds_left: About how long this arm and all after it take.
    """

    spec: ArmSpec
    seconds: float
    trial_seconds_left: float


@dataclass(frozen=True, slots=True)
class ArmProgress:
    """How far the arm that started last has come, from 0 to 1."""

    name: str
    fraction: float


@dataclass(frozen=True, slots=True)
class ArmFinished:
    """An arm is measured and its result is on disk; `resumed` if it already was."""

    result: ArmResult
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class ArmSkipped:
    """An arm is not run, for the reason given."""

    arm: NotRun


@dataclass(frozen=True, slots=True)
class ArmDropped:
    """A raced arm was shown to be worse than the claimed one and answers no more."""

    arm: DroppedArm


@dataclass(frozen=True, slots=True)
class ExperimentStarted:
    """An experiment that trains or answers anew begins."""

    name: str


@dataclass(frozen=True, slots=True)
class ExperimentProgress:
    """How far the experiment that started last has come, from 0 to 1."""

    name: str
    fraction: float


@dataclass(frozen=True, slots=True)
class ExperimentFinished:
    """What an experiment found is on disk."""

    result: ExperimentResult


@dataclass(frozen=True, slots=True)
class TrialFinished:
    """Everything that can be known is known; also sent after an interruption."""

    result: TrialResult


ExperimentEvent = ExperimentStarted | ExperimentProgress | ExperimentFinished

Event = (
    TrialPlanned
    | ArmStarted
    | ArmProgress
    | ArmFinished
    | ArmSkipped
    | ArmDropped
    | ExperimentEvent
    | TrialFinished
)

Listener = Callable[[Event], None]
