"""The parts of a project that answers questions about documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.export.project import FittedArm, Parts

RECIPES: Mapping[str, Callable[[FittedArm], Parts]] = {}
"""How each arm becomes a project."""
