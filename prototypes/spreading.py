"""Where the work of a trial is done: in this process, or spread over a cluster.

What is done is the same in both cases: an arm is measured by `measure_arm`, a shard of texts is
encoded by the encoder, a part is made by whoever is asked for it. Only the place differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from prototypes.contracts import ArmSpec, Progress
    from prototypes.measurement import Conditions
    from prototypes.models.encoder import Encoder
    from prototypes.racing import Race
    from prototypes.results import DroppedArm
    from prototypes.run_folder import MeasuredArm, RunFolder


@dataclass(frozen=True, slots=True)
class Job:
    """A call that leaves its result behind as a part of the bench.

    Attributes:
        function: Of a module, called with the conditions of the trial and the arguments.
        arguments: What follows the conditions.
    """

    function: Callable[..., object]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class EncodedShard:
    """The vectors (n, d) of some texts, and the seconds that encoding them took."""

    name: str
    vectors: NDArray[np.float32]
    seconds: float


class Spreader(Protocol):
    """Who does the work of a trial."""

    @property
    def delivered(self) -> Collection[str]:
        """The arms whose results came in while another one was waited for."""

    @property
    def notes(self) -> Collection[str]:
        """What is worth knowing of the place before anything is measured there."""

    def begin(
        self, entries: Mapping[ArmSpec, Race | None], conditions: Conditions, *, folder: RunFolder
    ) -> None:
        """Learn which arms will be asked for next, in this order, and which of them are raced."""

    def measure(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race | None,
        folder: RunFolder,
        progress: Progress,
    ) -> MeasuredArm | DroppedArm:
        """Fit an arm and measure it, or race it; by then everything of it is on disk.

        Raises:
            LaboratoryError: If the arm cannot be built from these data or models.
        """

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Learn which parts will be asked for next, none of which depends on another."""

    def encode(
        self, encoder: Encoder, shards: Mapping[str, Sequence[str]]
    ) -> Iterator[EncodedShard]:
        """Encode shards of texts; each is handed over as it is done, in any order."""


class Here:
    """Does everything in this process, and nothing before it is asked for."""

    delivered: Collection[str] = ()
    notes: Collection[str] = ()

    def begin(
        self, entries: Mapping[ArmSpec, Race | None], conditions: Conditions, *, folder: RunFolder
    ) -> None:
        """Wait to be asked."""

    def measure(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race | None,
        folder: RunFolder,
        progress: Progress,
    ) -> MeasuredArm | DroppedArm:
        """Fit an arm and measure or race it now."""
        from prototypes.measurement import measure_arm
        from prototypes.raced_measurement import race_arm

        if race is not None:
            return race_arm(spec, conditions, race=race, folder=folder, progress=progress)
        return measure_arm(spec, conditions, folder=folder, progress=progress)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Wait to be asked."""

    def encode(
        self, encoder: Encoder, shards: Mapping[str, Sequence[str]]
    ) -> Iterator[EncodedShard]:
        """Encode one shard after another."""
        for name, texts in shards.items():
            yield encode_shard(encoder, name, texts)


HERE = Here()


def encode_shard(encoder: Encoder, name: str, texts: Sequence[str]) -> EncodedShard:
    """Encode the texts of one shard, and time it."""
    started = time.perf_counter()
    vectors = encoder.encode(texts)
    return EncodedShard(name, vectors, time.perf_counter() - started)
