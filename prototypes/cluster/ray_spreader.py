"""Spread arms, parts and shards over a Ray cluster; whatever comes in is kept at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from prototypes.cache import PartCache
from prototypes.cluster.beforehand import embed_beforehand
from prototypes.cluster.contest import Contest
from prototypes.cluster.crates import Crate, pack_parts
from prototypes.cluster.ordered_generator import order_generator
from prototypes.cluster.workers import Delivery, EncoderOrder, Kit, measure_away, work
from prototypes.contracts import Approach, ArmSpec, Progress
from prototypes.errors import LaboratoryError
from prototypes.measurement import Conditions
from prototypes.models.encoder import Encoder
from prototypes.models.generator_source import EndpointSource
from prototypes.racing import Race
from prototypes.results import DroppedArm
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.spreading import HERE, EncodedShard, Job

if TYPE_CHECKING:
    from prototypes.cluster.connection import Cluster

_N_RETRIES = 3
"""How often Ray begins a task anew whose worker was lost."""


class RaySpreader:
    """Sends out what can be sent, as tasks with declared resources, and gathers what comes back.

    Ray itself repeats what a lost worker had begun. What came back is on disk before anything
    else is waited for, so nothing that was finished is ever computed again.
    """

    def __init__(self, cluster: Cluster, *, notes: Sequence[str] = ()) -> None:
        self._cluster, self.notes = cluster, notes
        self._delivered: set[str] = set()
        self._faults: dict[str, LaboratoryError] = {}
        self._waiting: list[ArmSpec] = []
        self._running: dict[Any, ArmSpec | None] = {}
        self._contests: dict[str, Contest] = {}
        self._offered: dict[str, Any] = {}
        self._kit: Any = None
        self._conditions: Conditions | None = None
        self._folder: RunFolder | None = None

    @property
    def delivered(self) -> set[str]:
        """The arms whose results came in while another one was waited for."""
        return self._delivered

    def begin(
        self, entries: Mapping[ArmSpec, Race | None], conditions: Conditions, *, folder: RunFolder
    ) -> None:
        """Embed what several arms need, then send the arms out."""
        self._conditions, self._folder = conditions, folder
        sent = {spec: race for spec, race in entries.items() if _can_travel(spec, conditions)}
        if any(spec.approach is not Approach.BASELINE for spec in sent):
            embed_beforehand(conditions)
        put = self._cluster.ray.put
        for spec, race in sent.items():
            if race is not None:
                contest = Contest(spec, conditions, race=race, folder=folder, put=put)
                self._contests[spec.name] = contest
        self._waiting.extend(sent)
        self._send_arms()

    def measure(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race | None,
        folder: RunFolder,
        progress: Progress,
    ) -> MeasuredArm | DroppedArm:
        """Wait for an arm that was sent out; one that cannot travel is measured here.

        Raises:
            ClusterError: If the cluster is lost.
            LaboratoryError: If the arm cannot be built from these data or models.
        """
        if not self._is_out(spec) and spec.name not in self._faults:
            return HERE.measure(spec, conditions, race=race, folder=folder, progress=progress)
        contest = self._contests.get(spec.name)
        while self._is_out(spec):
            self._check(lambda: progress(contest.progress if contest else 0.0), spec)
            self._gather()
        if spec.name in self._faults:
            raise self._faults.pop(spec.name)
        return (contest and contest.outcome) or folder.read_arm(spec.name)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Make the parts on the cluster; one that fails is left to whoever asks for it."""
        if self._conditions is None or not _has_portable_encoder(self._conditions):
            return
        sent = {self._send(job): None for job in jobs}
        self._running.update(sent)
        while any(each in self._running for each in sent):
            self._gather()

    def encode(
        self, encoder: Encoder, shards: Mapping[str, Sequence[str]]
    ) -> Iterator[EncodedShard]:
        """Encode shards of texts by Ray Data; each is handed over as it is done."""
        from prototypes.cluster.embedding import stream

        cluster, constructor = self._cluster, (self._order(encoder), self._cluster.machine)
        if shards:
            with cluster.watched():
                yield from stream(shards, constructor, needs=cluster.needs, get=cluster.get)

    def stop(self) -> None:
        """Call back whatever is still out."""
        for each in self._running:
            with suppress(Exception):  # the cluster may be gone, and the work is no longer wanted
                self._cluster.ray.cancel(each, force=True)
        self._running.clear()

    def _is_out(self, spec: ArmSpec) -> bool:
        return spec in self._waiting or spec in self._running.values()

    def _check(self, step: Callable[[], None], spec: ArmSpec) -> None:
        """Take a step that may end the wait, such as a budget that is spent."""
        try:
            step()
        except BaseException:
            self._waiting = [each for each in self._waiting if each != spec]
            for each in [ref for ref, running in self._running.items() if running == spec]:
                self._cluster.ray.cancel(each, force=True)
                del self._running[each]
            raise

    def _send_arms(self) -> None:
        """Send out every arm whose parents are in: a hybrid is built of what they trained."""
        is_tuning = any(
            spec is not None and spec.approach is Approach.FINE_TUNE
            for spec in (*self._running.values(), *self._waiting)
        )
        for spec in [*self._waiting]:
            if spec.approach is Approach.HYBRID and is_tuning:
                continue
            self._waiting.remove(spec)
            self._go_on(spec)

    def _go_on(self, spec: ArmSpec) -> None:
        """Send an arm out, or of a raced one what comes next; nothing once its race is over."""
        contest = self._contests.get(spec.name)
        job = contest.next_job() if contest else Job(measure_away, (spec,))
        if job is not None:
            self._running[self._send(job)] = spec
        elif contest and isinstance(contest.outcome, MeasuredArm):
            self._delivered.add(spec.name)

    def _send(self, job: Job) -> Any:  # noqa: ANN401 # Ray's references have no type here
        ray = self._cluster.ray
        if self._kit is None:
            self._kit = ray.put(self._pack_kit())
        for name, crate in pack_parts(self._parts, without=self._offered).items():
            self._offered[name] = ray.put(crate)
        return self._task.remote([self._kit], dict(self._offered), job)

    def _gather(self) -> None:
        """Wait a second for something to come in, and keep what did."""
        self._send_arms()
        with self._cluster.watched():
            ready, _ = self._cluster.ray.wait(list(self._running), timeout=1.0)
            for each in ready:
                spec = self._running.pop(each)
                self._keep(spec, self._cluster.fetch(each))

    def _keep(self, spec: ArmSpec | None, delivery: Delivery) -> None:
        for name, crate in delivery.parts.items():
            crate.keep(self._parts, name)
        if spec is None:
            return
        if delivery.fault is not None:
            self._faults[spec.name] = delivery.fault
            return
        if spec.name in self._contests:
            self._contests[spec.name].take(delivery.value)
            self._go_on(spec)
            return
        measured, learnt = delivery.value
        self._keep_arm(measured, learnt)

    def _keep_arm(self, measured: MeasuredArm, learnt: Crate) -> None:
        assert self._folder is not None
        self._folder.keep_arm(measured.result.name, learnt)
        self._folder.keep_result(measured)
        self._delivered.add(measured.result.name)

    @cached_property
    def _task(self) -> Any:  # noqa: ANN401 # as above
        return self._cluster.ray.remote(max_retries=_N_RETRIES, **self._cluster.needs)(work)

    @cached_property
    def _parts(self) -> PartCache:
        assert self._folder is not None and self._conditions is not None
        is_shared = self._conditions.bench.shares_parts
        return PartCache(self._folder.cache, shared=self._cluster.shared if is_shared else None)

    def _pack_kit(self) -> Kit:
        assert self._conditions is not None
        bench = self._conditions.bench
        return Kit(
            settings=self._conditions.settings,
            split=self._conditions.split,
            documents=bench.documents,
            encoder=self._order(bench.encoder),
            generator=order_generator(bench.generator_supply),
            templates=bench.templates,
            machine=self._cluster.machine,
            shared=self._cluster.shared,
        )

    def _order(self, encoder: Encoder) -> EncoderOrder:
        ready = encoder if encoder.folder is None else None
        return EncoderOrder(self._cluster.encoder_name, encoder.sha256, ready)


def _can_travel(spec: ArmSpec, conditions: Conditions) -> bool:
    """Keep here what asks a server, whose cap and key are here, and what no sha256 identifies."""
    supply = conditions.bench.generator_supply
    asks_server = supply is not None and isinstance(supply.source, EndpointSource)
    return _has_portable_encoder(conditions) and not ("generator" in spec.needs and asks_server)


def _has_portable_encoder(conditions: Conditions) -> bool:
    return conditions.bench.encoder.sha256 is not None
