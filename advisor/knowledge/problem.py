"""A fault found in the rule base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One sentence about one place of the rule base."""

    file: str
    line: int
    severity: Severity
    check: str
    """Kebab-case id of the check that found it."""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message
