"""A folder of shared parts is of use only on machines that can read it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from prototypes.cluster.visibility import can_read, describe_blind, describe_waiting


class Machines:
    """As much of Ray as is asked; each machine answers as it can, or has left."""

    exceptions = SimpleNamespace(RayError=RuntimeError)

    def __init__(self, answers: dict[str, bool | None]) -> None:
        self._answers = answers

    def nodes(self) -> list[dict[str, Any]]:
        """List them; one is gone."""
        alive = [
            {"Alive": True, "NodeID": name, "NodeManagerAddress": name} for name in self._answers
        ]
        return [*alive, {"Alive": False, "NodeID": "gone", "NodeManagerAddress": "gone"}]

    def remote(
        self, *, num_cpus: int, scheduling_strategy: str
    ) -> Callable[[object], SimpleNamespace]:
        """Ask a machine, whatever the question."""
        return lambda _: SimpleNamespace(remote=lambda _: scheduling_strategy)

    def wait(
        self, asked: list[str], *, num_returns: int, timeout: float
    ) -> tuple[list[str], list[str]]:
        """All have answered."""
        return asked, []

    def get(self, machine: str) -> bool:
        """Answer."""
        answer = self._answers[machine]
        if answer is None:
            raise RuntimeError(machine)
        return answer


@pytest.fixture(autouse=True)
def _strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine is chosen by its name."""
    module: Any = ModuleType("ray.util.scheduling_strategies")
    module.NodeAffinitySchedulingStrategy = lambda name, *, soft: name
    for name in ("ray", "ray.util"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_machines_that_cannot_read_the_folder_are_named_in_one_line(tmp_path: Path) -> None:
    """Those that can, and one that has left meanwhile, are not."""
    machines = Machines({"10.0.0.1": True, "10.0.0.2": False, "10.0.0.3": None})

    (line,) = describe_blind(machines, tmp_path)

    assert "cannot be read on 10.0.0.2: what is made there is kept" in line
    assert "\n" not in line and "gone" not in line


@pytest.mark.parametrize("answers", [{"10.0.0.1": True}, {}])
def test_nothing_is_said_where_all_can_read_it(answers: dict[str, bool], tmp_path: Path) -> None:
    """Nor where there is no such folder."""
    assert describe_blind(Machines(dict(answers)), tmp_path) == ()
    assert describe_blind(Machines({"10.0.0.2": False}), None) == ()


def test_what_is_no_folder_cannot_be_read(tmp_path: Path) -> None:
    """A machine without the file system has nothing at the path."""
    (tmp_path / "file").touch()

    assert can_read(str(tmp_path))
    assert not can_read(str(tmp_path / "file"))
    assert not can_read(str(tmp_path / "missing"))


def test_cluster_without_room_for_a_task_is_told() -> None:
    """Ray would wait for a machine in silence; one that has left has no room."""
    cpus, gone = {"Alive": True, "Resources": {"CPU": 2.0}}, {"Resources": {"CPU": 9.0, "GPU": 1.0}}
    nodes = SimpleNamespace(nodes=lambda: [cpus, gone | {"Alive": False}])

    assert describe_waiting(nodes, {"num_cpus": 2, "num_gpus": 0}) == ()
    (note,) = describe_waiting(nodes, {"num_cpus": 1, "num_gpus": 1})
    assert note.startswith("no machine of the cluster has a graphics card")
    (note,) = describe_waiting(nodes, {"num_cpus": 4, "num_gpus": 0})
    assert "a processor for a task yet" in note
