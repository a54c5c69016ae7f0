"""A laboratory that builds small real systems on the user's data and measures them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prototypes.harness import run_trial
    from prototypes.plan import TrialSettings

__all__ = ["TrialSettings", "run_trial"]

_HOMES = {"TrialSettings": "prototypes.plan", "run_trial": "prototypes.harness"}


def __getattr__(name: str) -> object:
    """Load a module only when it is asked for: the harness brings the models' libraries."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
