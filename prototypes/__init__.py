"""A laboratory that builds small real systems on the user's data and measures them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prototypes.harness import run_trial

__all__ = ["run_trial"]


def __getattr__(name: str) -> object:
    """Load the harness only when it is asked for: it brings the models' libraries."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prototypes import harness

    return getattr(harness, name)
