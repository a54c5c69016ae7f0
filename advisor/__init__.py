"""Advisor: prompt, retrieve, fine-tune or combine them? Evidence for one project at a time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.api import advise
    from advisor.schema.answers import Answers
    from advisor.schema.recommendation import Recommendation

__version__ = "0.1.0"

__all__ = ["Answers", "Recommendation", "__version__", "advise"]

_HOMES = {
    "advise": "advisor.api",
    "Answers": "advisor.schema.answers",
    "Recommendation": "advisor.schema.recommendation",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `advisor --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
