"""What decibans have been worth on published cases: the content of `rules/calibration.yaml`."""

from __future__ import annotations

from pydantic import Field

from advisor.schema.base import Frozen

MIN_CASES = 50
"""Fewer cases calibrate nothing: support stays a word."""


class Estimate(Frozen):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Calibration(Frozen):
    """The temperature that turns relative support into shares of cases that came out so."""

    temperature: float = Field(gt=0)
    """Decibans are divided by it; above 1 the plain support was too sure of itself."""
    date: str
    n_cases: int
    n_groups: int
    source: str
    """The cases it was fitted on, and how it was tested."""
    caveat: str
    rules_version: str
    """The rules whose scores it belongs to; with any others it means nothing."""
    brier: Estimate
    """Cross-validated; mean squared error summed over the approaches, 0 to 2."""
    ece: Estimate
    """Cross-validated expected calibration error of the leading approach, 0 to 1."""

    def holds_for(self, rules_version: str) -> bool:
        """True if support under these rules may be read as a share of cases."""
        return self.n_cases >= MIN_CASES and self.rules_version == rules_version
