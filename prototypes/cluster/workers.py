"""What happens on a worker: a kit is unpacked, one call is made, what it made is sent back.

A worker keeps nothing: what it writes lies in a temporary folder that ends with the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prototypes import runtime
from prototypes.cache import Part, PartCache
from prototypes.cluster.crates import Crate, pack, pack_parts
from prototypes.contracts import ArmSpec, Document, Split
from prototypes.errors import ClusterError, LaboratoryError
from prototypes.measurement import Conditions, measure_arm, warm_up
from prototypes.models.encoder import Encoder, load_encoder
from prototypes.models.generator_source import GeneratorSupply
from prototypes.plan import TrialSettings
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.spreading import Job
from prototypes.templates import PromptTemplates
from prototypes.workbench import Workbench


@dataclass(frozen=True, slots=True)
class EncoderOrder:
    """Which encoder is wanted; every machine loads it by itself.

    Attributes:
        name: As `--encoder` names it, None for the embedded one.
        sha256: What it must be.
        ready: The encoder itself, where it has no files to be loaded from.
    """

    name: str | None
    sha256: str | None
    ready: Encoder | None = None

    def load(self) -> Encoder:
        """Load the encoder, once per process.

        Raises:
            ClusterError: If this machine has another one under that name.
        """
        if self.ready is not None:
            return self.ready
        found = _load_once(self.name)
        if found.sha256 != self.sha256:
            raise ClusterError(
                f"The encoder '{self.name or found.name}' has the sha256 {found.sha256} on a "
                f"machine of the cluster, but the trial was begun with {self.sha256}; put the same "
                "encoder on every machine."
            )
        return found


@dataclass(frozen=True, slots=True)
class Machine:
    """What has to be the same wherever a trial computes."""

    n_threads: int
    precision: str
    versions: Mapping[str, str]

    @classmethod
    def of_this_process(cls) -> Machine:
        """Look at this machine; the name of its operating system does not matter."""
        versions = {k: v for k, v in runtime.versions().items() if k != "platform"}
        return cls(runtime.n_threads(), runtime.precision(), versions)

    def require_like(self, other: Machine) -> None:
        """Refuse to compute here what was begun there.

        Raises:
            ClusterError: If precision or versions differ; names the first difference.
        """
        here, there = (
            {"precision": machine.precision, **machine.versions} for machine in (self, other)
        )
        for name in sorted(here.keys() | there.keys()):
            if here.get(name) != there.get(name):
                raise ClusterError(
                    f"A machine of the cluster has {name} {here.get(name, 'not at all')}, but the "
                    f"trial was begun with {there.get(name, 'none')}; results of both cannot be "
                    "mixed. Install the same on every machine."
                )


@dataclass(frozen=True, slots=True)
class Kit:
    """All that a worker needs to do any part of a trial."""

    settings: TrialSettings
    split: Split
    documents: tuple[Document, ...]
    encoder: EncoderOrder
    generator: GeneratorSupply | None
    templates: PromptTemplates
    machine: Machine
    shared: Path | None

    def unpack(self, parts: PartCache) -> Conditions:
        """Set the bench up as the trial has it."""
        supply = self.generator
        if supply is not None:
            options = replace(supply.options, cache_dir=parts.root / "answers")
            supply = replace(supply, options=options)
        bench = Workbench(
            self.encoder.load(),
            documents=self.documents,
            cache_dir=parts,
            generator=supply,
            templates=self.templates,
            store=self.settings.store,
        )
        return Conditions(self.settings, self.split, bench)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a call returned, or why it could not be done, and the parts that it made."""

    value: Any
    fault: LaboratoryError | None
    parts: Mapping[str, Crate]


class OfferedParts(PartCache):
    """A cache that fetches what it lacks from the parts that the trial has already.

    Or from those of other run folders, where this machine can read them.
    """

    def __init__(
        self, root: Path, offered: Mapping[str, Any], *, shared: Path | None = None
    ) -> None:
        """Open the cache; `offered` are references of Ray by fingerprint."""
        super().__init__(root, shared=shared)
        self._offered = offered

    def find(self, fingerprint: str) -> Part | None:
        """Return the part with this fingerprint, None if nobody has it."""
        found = super().find(fingerprint)
        if found is not None or fingerprint not in self._offered:
            return found
        import ray

        crate: Crate = ray.get(self._offered[fingerprint])
        return crate.keep(self, fingerprint)

    def _share(self, part: Part) -> None:
        """Leave that to the driver, to which everything is delivered."""


def work(kit: Sequence[Any], offered: Mapping[str, Any], job: Job) -> Delivery:
    """Do one job; called by Ray in a process of its own.

    Args:
        kit: One reference to a `Kit`, in a list, so that Ray hands it over as it is.
        offered: References to the parts that are there already.
        job: What is to be done.
    """
    import ray

    try:
        with _workplace(ray.get(kit[0]), offered) as (conditions, parts):
            value = job.function(conditions, *job.arguments)
            return Delivery(value, None, pack_parts(parts, without=offered))
    except LaboratoryError as error:
        return Delivery(None, error, {})


def measure_away(conditions: Conditions, spec: ArmSpec) -> tuple[MeasuredArm, Crate]:
    """Fit and measure an arm; return what was measured, and what it learnt."""
    warm_up(conditions)
    with TemporaryDirectory(prefix="arm-") as scratch:
        folder = RunFolder(Path(scratch))
        measured = measure_arm(spec, conditions, folder=folder, progress=lambda _: None)
        return measured, pack(folder.arm_folder(spec.name))


@contextmanager
def _workplace(kit: Kit, offered: Mapping[str, Any]) -> Iterator[tuple[Conditions, PartCache]]:
    """Prepare this process as the trial was prepared."""
    import torch

    torch.set_num_threads(kit.machine.n_threads)
    Machine.of_this_process().require_like(kit.machine)
    runtime.keep_freed_memory()
    with TemporaryDirectory(prefix="parts-") as scratch:
        parts = OfferedParts(Path(scratch), offered, shared=kit.shared)
        yield kit.unpack(parts), parts


@cache
def _load_once(name: str | None) -> Encoder:
    return load_encoder(name)
