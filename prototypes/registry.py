"""The register of arms: what can be run for each task; naming an arm loads nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from prototypes.arms import classification, document_qa
from prototypes.contracts import Arm, ArmSpec, Task
from prototypes.errors import UnknownArmError

ARMS: tuple[ArmSpec, ...] = (*classification.ARMS, *document_qa.ARMS)


def arms_for(task: Task) -> tuple[ArmSpec, ...]:
    """List the arms of a task, cheapest first."""
    return tuple(sorted((a for a in ARMS if a.task is task), key=lambda arm: arm.cost_rank))


def select_arms(task: Task, names: Iterable[str]) -> tuple[ArmSpec, ...]:
    """Pick arms by their own names or by approach, cheapest first, each once.

    Args:
        task: The task the arms are for.
        names: Such as `fine_tune_head`, or `fine_tune` for every arm of that approach; `rag`,
            which is both, stands for the approach. Arms on request have to be named.

    Raises:
        UnknownArmError: If a name is neither an arm nor an approach of the task.
    """
    arms, wanted = arms_for(task), list(names)
    for name in wanted:
        _require_known(name, task, arms)
    return tuple(
        arm for arm in arms if arm.name in wanted or (arm.approach in wanted and not arm.on_request)
    )


def load_arm_class(spec: ArmSpec) -> type[Arm]:
    """Import the class behind an entry of the register."""
    module, _, name = spec.factory.partition(":")
    found: Any = getattr(importlib.import_module(module), name)
    return found  # type: ignore[no-any-return]


def create_arm(spec: ArmSpec) -> Arm:
    """Make an unfitted instance of an arm."""
    return load_arm_class(spec)()


def _require_known(name: str, task: Task, arms: tuple[ArmSpec, ...]) -> None:
    known = sorted({arm.name for arm in arms} | {str(arm.approach) for arm in arms})
    if name in known:
        return
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise UnknownArmError(
        f"There is no arm or approach '{name}' for {task}; known are {', '.join(known)}.{hint}"
    )
