"""Join a Ray cluster, know what it has, notice when it is gone."""

from __future__ import annotations

import atexit
import importlib
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prototypes import runtime
from prototypes.cluster.greeting import answers, is_head
from prototypes.cluster.ray_spreader import RaySpreader
from prototypes.cluster.visibility import describe_blind, describe_waiting
from prototypes.cluster.workers import Delivery, Machine
from prototypes.errors import ClusterError, ClusterLostError, LaboratoryError
from prototypes.plan import TrialSettings
from prototypes.shared_parts import open_shared

AUTO = "auto"
_CLIENT = re.compile(r"ray://(?P<host>[^:/\s]+):(?P<port>\d+)/?")
_START = "`RAY_USAGE_STATS_ENABLED=0 ray start --head`"
LEAVING = "leaving the cluster"
"""The thread that does so, and is still there where the cluster hangs."""

_N_JOINS, _LEAVING_SECONDS = 3, 20.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process has joined.

    Attributes:
        ray: The module.
        head: Host and port at which its head answers.
        machine: What the trial was begun on, and with how many threads.
        encoder_name: As the trial names its encoder; a folder by its whole path.
        shared: Where other run folders find parts, by its whole path; None shares none.
    """

    ray: Any
    head: tuple[str, int]
    machine: Machine
    encoder_name: str | None
    shared: Path | None = None

    @property
    def needs(self) -> Mapping[str, float]:
        """What each task and each actor of a pool declares to occupy."""
        n_gpus = 1 if runtime.device() == "cuda" else 0
        return {"num_cpus": self.machine.n_threads, "num_gpus": n_gpus}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Turn whatever a lost cluster does into one sentence.

        Raises:
            ClusterLostError: If the head no longer answers.
        """
        self._require_head()
        try:
            yield
        except (self.ray.exceptions.RaySystemError, ConnectionError, OSError) as error:
            raise self._lost() from error

    def get(self, reference: Any) -> Any:  # noqa: ANN401 # Ray has no type for it here
        """Wait for a value; Ray alone might wait for ever once the head is gone.

        Raises:
            ClusterLostError: If the head no longer answers.
        """
        while not self.ray.wait([reference], timeout=1.0)[0]:
            self._require_head()
        return self.ray.get(reference)

    def fetch(self, reference: Any) -> Delivery:  # noqa: ANN401 # as above
        """Get what a task returned; one whose process died again and again has a fault.

        An error that is none of the laboratory's is raised as it was raised on the worker.
        """
        exceptions = self.ray.exceptions
        try:
            delivery: Delivery = self.ray.get(reference)
        except exceptions.RayTaskError as error:
            raise error.as_instanceof_cause() from None
        except exceptions.RayError as error:
            self._require_head()
            first = str(error).strip().splitlines()[0]
            died = LaboratoryError(f"its process died on the cluster, each time: {first}")
            return Delivery(None, died, {})
        return delivery

    def _require_head(self) -> None:
        if not answers(self.head):
            raise self._lost()

    def _lost(self) -> ClusterLostError:
        host, port = self.head
        return ClusterLostError(
            f"The Ray cluster is lost: its head at {host}:{port} no longer answers. Every result "
            "that had come in is kept; start the cluster again, or leave out --cluster, and resume."
        )


@contextmanager
def connected(address: str, settings: TrialSettings) -> Iterator[RaySpreader]:
    """Join the cluster at an address, and leave it in the end.

    Args:
        address: `auto` for the one that this machine belongs to, or `ray://HOST:PORT`.
        settings: Of the trial that it will work for.

    Raises:
        ClusterError: If Ray is not installed, or there is no such cluster.
    """
    require_address(address)
    ray = _import_ray()
    with _joined(ray, address) as head:
        shared = open_shared(settings.cache)
        cluster = Cluster(
            ray,
            head,
            Machine.of_this_process(),
            encoder_name=_whole_path(settings.encoder),
            shared=shared.resolve() if shared else None,
        )
        with cluster.watched():
            blind = describe_blind(ray, cluster.shared)
            notes = (*blind, *describe_waiting(ray, cluster.needs))
        spreader = RaySpreader(cluster, notes=notes)
        try:
            yield spreader
        finally:
            spreader.stop()


def require_address(address: str) -> None:
    """Refuse what is no address of a cluster.

    Raises:
        ClusterError: If it is not.
    """
    if address != AUTO and _CLIENT.fullmatch(address) is None:
        raise ClusterError(
            f"--cluster {address!r} is no address of a Ray cluster; expected auto, or "
            "ray://HOST:PORT such as ray://head.example:10001."
        )


def join(ray: Any, address: str) -> tuple[str, int]:  # noqa: ANN401 # as above
    """Join; return where the head answers.

    Ray itself would wait minutes for a head that is gone, and ask a file for where it was.

    Raises:
        ClusterError: If nobody answers, or no server could be started for this client.
    """
    head = _find_head(address)
    _require_head_at(address, head)
    for n_left in reversed(range(_N_JOINS)):
        try:
            ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        # The head forks a server for each client, beside its own threads: now and then the child
        # dies at once, and the next one lives.
        except ConnectionAbortedError as error:
            if not n_left:
                raise _no_server(address, error) from error
        except RuntimeError as error:
            raise _refused(address, error) from error
        except (ConnectionError, ValueError, TimeoutError) as error:
            raise _no_cluster(address, error) from error
        else:
            break
    return head


def _import_ray() -> Any:  # noqa: ANN401 # a module that may be missing
    # Ray would otherwise tell its makers about every cluster.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        importlib.import_module("ray.data")
        return importlib.import_module("ray")
    except ImportError as error:
        raise ClusterError(
            "--cluster needs Ray, which is not installed; install it on every machine of the "
            'cluster with `pip install "adaptation-advisor[ray]"`.'
        ) from error


@contextmanager
def _joined(ray: Any, address: str) -> Iterator[tuple[str, int]]:  # noqa: ANN401 # as above
    """Join a cluster, with threads that its machines have; leave it in the end."""
    named = os.environ.get("RAY_ADDRESS", "")
    head = join(ray, named if address == AUTO and _CLIENT.fullmatch(named) else address)
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(_choose_threads(ray, before))
    try:
        yield head
    finally:
        torch.set_num_threads(before)
        _leave(ray)


def _leave(ray: Any) -> None:  # noqa: ANN401 # as above
    """Leave a cluster; one that hangs is left waiting, since Ctrl-C does not reach into Ray."""

    def shut_down() -> None:
        with suppress(Exception):  # a cluster that is gone cannot be left
            ray.shutdown()

    leaving = threading.Thread(target=shut_down, name=LEAVING, daemon=True)
    leaving.start()
    leaving.join(_LEAVING_SECONDS)
    if leaving.is_alive():
        atexit.unregister(ray.shutdown)  # it would wait again when the process ends


def _whole_path(name: str | None) -> str | None:
    """Name a folder as a machine finds it that works elsewhere; leave any other name alone."""
    folder = Path(name).expanduser() if name else None
    return str(folder.resolve()) if folder and folder.exists() else name


def _find_head(address: str) -> tuple[str, int]:
    """Say where the head of a cluster should be, as Ray would look for it."""
    services = importlib.import_module("ray._private.services")
    try:
        found = _CLIENT.fullmatch(address)
        place = address if found else services.canonicalize_bootstrap_address(address)
    except (ConnectionError, ValueError) as error:
        raise _no_cluster(address, error) from error
    host, _, port = place.removeprefix("ray://").rstrip("/").rpartition(":")
    return host, int(port)


def _require_head_at(address: str, head: tuple[str, int]) -> None:
    place = f"{head[0]}:{head[1]}"
    if not answers(head):
        raise _no_cluster(address, ConnectionError(f"nobody answers at {place}"))
    if not is_head(head):
        raise _no_cluster(address, ConnectionError(f"{place} is something else"))


def _no_server(address: str, error: Exception) -> ClusterError:
    return ClusterError(
        f"--cluster {address}: its head answers, but could not start a server for this client, "
        f"{_N_JOINS} times ({_shorten(error)}); look at ray_client_server*.err among its logs, or "
        "run the trial on one of its machines with --cluster auto."
    )


def _refused(address: str, error: Exception) -> ClusterError:
    said = " ".join(str(error).split()).rstrip(".")
    return ClusterError(
        f"--cluster {address}: its head answers, but Ray does not join it ({said}). Every machine "
        "needs the same version of Python and of Ray."
    )


def _no_cluster(address: str, error: Exception) -> ClusterError:
    said, named = _shorten(error), os.environ.get("RAY_ADDRESS", "")
    if address == AUTO and named:
        return ClusterError(
            f"--cluster auto: RAY_ADDRESS={named} leads to no Ray cluster ({said}). Expected "
            "HOST:PORT as `ray start --head` shows it, or ray://HOST:PORT; correct or unset it."
        )
    if address == AUTO:
        return ClusterError(
            f"--cluster auto: this machine belongs to no Ray cluster ({said}). Start one with "
            f"{_START}, name a distant one as ray://HOST:PORT, or leave out --cluster."
        )
    return ClusterError(
        f"--cluster {address}: there is no Ray cluster ({said}); check its address, and with "
        f"`ray status` that it runs, or start one with {_START}."
    )


def _shorten(error: Exception) -> str:
    return re.split(r"\.\s|\n", str(error).strip())[0].rstrip(".:") or type(error).__name__


def _choose_threads(ray: Any, n_wanted: int) -> int:  # noqa: ANN401 # as above
    """Let a task use as many threads as here, but no more than the largest machine has."""
    n_cpus = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    return max(1, min(n_wanted, max(n_cpus, default=1)))
