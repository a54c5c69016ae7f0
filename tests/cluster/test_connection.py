"""What cannot be joined is told before anything is measured."""

from __future__ import annotations

import importlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from prototypes.cluster import connection, greeting
from prototypes.cluster.connection import Cluster, connected, join, require_address
from prototypes.cluster.workers import Machine
from prototypes.errors import ClusterError, ClusterLostError
from prototypes.plan import TrialSettings
from prototypes.scale import scaled

MACHINE = Machine(1, "float32", {"torch": "2.9"})


@pytest.mark.parametrize("address", ["", "head:10001", "ray://head", "ray://:1", "http://head:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """The message names both forms."""
    with pytest.raises(ClusterError, match=r"expected auto, or ray://HOST:PORT"):
        require_address(address)


@pytest.mark.parametrize("address", ["auto", "ray://head.example:10001", "ray://10.0.0.1:10001/"])
def test_addresses_are_taken(address: str) -> None:
    """Both forms that Ray has for a cluster that runs."""
    require_address(address)


def test_missing_ray_is_named_with_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is all that is missing."""

    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)

    with (
        pytest.raises(ClusterError, match=r'pip install "adaptation-advisor\[ray\]"'),
        connected("auto", TrialSettings()),
    ):
        pass


def test_cluster_and_launcher_exclude_each_other() -> None:
    """One spreads arms, the other spreads one arm."""
    settings = TrialSettings(cluster="auto", launch="torchrun")

    with pytest.raises(ClusterError, match="Leave one of them out"), scaled(settings):
        pass


def test_head_that_no_longer_answers_is_told_in_one_sentence() -> None:
    """A port that nobody listens at is a lost head."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        head = closed.getsockname()
    ray = SimpleNamespace(exceptions=SimpleNamespace(RaySystemError=RuntimeError))

    with (
        pytest.raises(ClusterLostError, match=r"no longer answers\. Every result .* is kept"),
        Cluster(ray, head, MACHINE, None).watched(),
    ):
        pass


def test_other_versions_are_refused() -> None:
    """Results of two versions cannot be mixed; precision decides as well."""
    other = Machine(4, "float32", {"torch": "2.8"})

    with pytest.raises(ClusterError, match=r"has torch 2\.8, but the trial was begun with 2\.9"):
        other.require_like(MACHINE)
    Machine(4, "float32", {"torch": "2.9"}).require_like(MACHINE)


SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""What a server of HTTP/2 begins with."""


@pytest.fixture
def listen() -> Iterator[Callable[[bytes | None], tuple[str, int]]]:
    """Listen at ports of this machine and answer whoever connects; None answers nobody."""
    listening: list[socket.socket] = []

    def answer(server: socket.socket, what: bytes) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                line.sendall(what)
                line.recv(64)

    def begin(what: bytes | None) -> tuple[str, int]:
        listening.append(socket.create_server(("127.0.0.1", 0)))
        if what is not None:
            threading.Thread(target=answer, args=(listening[-1], what), daemon=True).start()
        host, port = listening[-1].getsockname()
        return host, port

    yield begin
    for server in listening:
        server.close()


Listen = Callable[[bytes | None], tuple[str, int]]


class AbortingHead:
    """Stands for Ray: its first servers die while they start."""

    def __init__(self, n_aborted: int) -> None:
        self.n_aborted = n_aborted
        self.n_asked = 0

    def init(self, **options: object) -> None:
        """Join, or tell that the server has died, in Ray's words."""
        assert options["address"]
        self.n_asked += 1
        if self.n_asked <= self.n_aborted:
            raise ConnectionAbortedError("Initialization failure from server:\n")


def test_head_whose_server_died_is_asked_again(listen: Listen) -> None:
    """Its next server lives."""
    host, port = listen(SETTINGS)
    head = AbortingHead(2)

    assert join(head, f"ray://{host}:{port}") == (host, port)
    assert head.n_asked == 3


def test_head_whose_servers_all_die_is_named(listen: Listen) -> None:
    """It is there; the message does not deny it."""
    host, port = listen(SETTINGS)
    head = AbortingHead(9)

    with pytest.raises(
        ClusterError, match=r"head answers, but could not .* \(Initialization failure"
    ):
        join(head, f"ray://{host}:{port}")
    assert head.n_asked == 3


def test_head_that_hangs_is_lost(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel still takes connections for it, and Ray would wait for ever."""
    monkeypatch.setattr(greeting, "GREETING_SECONDS", 0.1)
    ray = SimpleNamespace(exceptions=SimpleNamespace(RaySystemError=RuntimeError))

    with (
        pytest.raises(ClusterLostError, match="no longer answers"),
        Cluster(ray, listen(None), MACHINE, None).watched(),
    ):
        pass


def test_service_that_is_no_head_is_told(listen: Listen) -> None:
    """Ray would wait minutes for the port of its dashboard to become a head."""
    host, port = listen(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    head = AbortingHead(0)

    with pytest.raises(
        ClusterError, match=r"no Ray cluster \(127\.0\.0\.1:\d+ is something else\)"
    ):
        join(head, f"ray://{host}:{port}")
    assert head.n_asked == 0


def test_stale_address_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that is started here would not help whoever has it set."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        head = closed.getsockname()
    monkeypatch.setattr(connection, "_find_head", lambda _: head)
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{head[1]}")

    with pytest.raises(ClusterError, match=r"RAY_ADDRESS=127\.0\.0\.1:\d+ leads to no Ray .*unset"):
        join(SimpleNamespace(), "auto")


def test_other_version_of_ray_is_told_whole(listen: Listen) -> None:
    """What Ray says of it stands on several lines."""

    def refuse(**_: object) -> None:
        raise RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.9.0\n")

    host, port = listen(SETTINGS)

    with pytest.raises(ClusterError, match=r"answers, but .*started with: Ray: 2\.9\.0\)"):
        join(SimpleNamespace(init=refuse), f"ray://{host}:{port}")


def test_cluster_that_hangs_is_left_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C does not reach into Ray, which would wait for its head."""
    monkeypatch.setattr(connection, "_LEAVING_SECONDS", 0.1)
    forever = SimpleNamespace(shutdown=threading.Event().wait)
    begun = time.monotonic()

    connection._leave(forever)

    assert time.monotonic() - begun < 5
