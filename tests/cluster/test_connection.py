"""What cannot be joined is told before anything is measured."""

from __future__ import annotations

import importlib
import socket
from types import SimpleNamespace

import pytest

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


def test_head_whose_server_died_is_asked_again() -> None:
    """Its next server lives."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        head = AbortingHead(2)

        assert join(head, f"ray://{host}:{port}") == (host, port)

    assert head.n_asked == 3


def test_head_whose_servers_all_die_is_named() -> None:
    """It is there; the message does not deny it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        head = AbortingHead(9)

        with pytest.raises(
            ClusterError, match=r"head answers, but could not .* \(Initialization failure"
        ):
            join(head, f"ray://127.0.0.1:{port}")

    assert head.n_asked == 3
