"""The words that everything else is said in: approaches, statuses, exit codes."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

UNKNOWN: Final = "unknown"
"""The answer of somebody who does not know; marginalised over, never read as no."""

NOT_APPLICABLE: Final = "not_applicable"
"""The answer where the question makes no sense; adds exactly 0 decibans."""


class Approach(StrEnum):
    """The alternatives that are ranked."""

    PROMPTING = "prompting"
    RAG = "rag"
    FINE_TUNE = "fine_tune"
    HYBRID = "hybrid"

    @property
    def label(self) -> str:
        """The name used in running text."""
        return _APPROACH_LABELS[self]


_APPROACH_LABELS: Final = {
    Approach.PROMPTING: "prompting",
    Approach.RAG: "RAG",
    Approach.FINE_TUNE: "fine-tuning",
    Approach.HYBRID: "hybrid",
}


class Status(StrEnum):
    """Whether an approach may be chosen at all."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    EXCLUDED = "excluded"


class Truth(StrEnum):
    """Kleene's three values."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How good the evidence behind a rule is (findings.md)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class ExitCode(IntEnum):
    """What the command line tells the shell (product.md)."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    NONE_FEASIBLE = 3
    NO_CLEAR_WINNER = 4
    RULES_BROKEN = 5
    CONTRADICTED = 6
    INTERRUPTED = 130


def share(value: float) -> str:
    """Say a share in steps of 5 %."""
    if value < 0.025:
        return "under 5 %"
    return "over 95 %" if value >= 0.975 else f"{round(value * 20) * 5} %"
