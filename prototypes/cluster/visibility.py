"""What the machines of a cluster lack: a folder that they cannot read, room for a task."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ANSWER_SECONDS = 30.0
_RESOURCES = {"num_cpus": "CPU", "num_gpus": "GPU"}


def describe_waiting(ray: Any, needs: Mapping[str, float]) -> tuple[str, ...]:  # noqa: ANN401
    """Say that Ray has no machine yet for what a task occupies; nothing where it has one."""
    for node in ray.nodes():
        held = node["Resources"] if node["Alive"] else {}
        if all(held.get(_RESOURCES[name], 0) >= wanted for name, wanted in needs.items()):
            return ()
    wanted = "graphics card, as this one has," if needs["num_gpus"] else "processor"
    return (
        f"no machine of the cluster has a {wanted} for a task yet: what is sent out waits until "
        "one joins",
    )


def describe_blind(ray: Any, folder: Path | None) -> tuple[str, ...]:  # noqa: ANN401 # a module
    """Say on which machines the folder of shared parts cannot be read; nothing where it can."""
    blind = find_blind(ray, folder) if folder else []
    if not blind:
        return ()
    return (
        f"the folder of --cache (or ADVISOR_CACHE) cannot be read on {', '.join(blind)}: what is "
        "made there is kept in it all the same, but nothing of it is used there; name a folder on "
        "a file system that all machines share",
    )


def find_blind(ray: Any, folder: Path) -> list[str]:  # noqa: ANN401 # as above
    """List the addresses of the machines of a cluster on which a folder cannot be read.

    A machine that does not answer, or not in time, is left out, as is one that joins later.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = {}
    for node in ray.nodes():
        if node["Alive"]:
            there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            task = ray.remote(num_cpus=0, scheduling_strategy=there)(can_read)
            asked[task.remote(str(folder))] = str(node["NodeManagerAddress"])
    ready, _ = ray.wait(list(asked), num_returns=len(asked), timeout=_ANSWER_SECONDS)
    return sorted({asked[each] for each in ready if not _can_read_there(ray, each)})


def _can_read_there(ray: Any, answer: Any) -> bool:  # noqa: ANN401 # as above
    try:
        return bool(ray.get(answer))
    except ray.exceptions.RayError:
        return True  # the machine has left meanwhile


def can_read(folder: str) -> bool:
    """Tell whether a folder is there and may be read."""
    return Path(folder).is_dir() and os.access(folder, os.R_OK | os.X_OK)
