"""Two runs side by side: the content of `advisor compare --format json`."""

from __future__ import annotations

from typing import Literal

from advisor.schema.base import Frozen
from advisor.schema.decision import RuleDrift, ValueDrift
from advisor.vocabulary import Approach


class Standing(Frozen):
    """What one of the runs came to."""

    run: str
    recommended: Approach | None
    leading: Approach
    rules_version: str
    verdict: str | None
    """confirmed, contradicted or cannot_tell; None if nothing was measured."""


class ArmDifference(Frozen):
    """An arm that both runs measured; the difference is second minus first."""

    arm: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    """The 95 % interval of the difference."""
    p_value: float | None
    """Of the paired comparison; None where the samples are not the same."""


class RunComparison(Frozen):
    """Two runs: answers, advice and what both of them measured."""

    schema_version: Literal[1] = 1
    first: Standing
    second: Standing
    answers: list[ValueDrift]
    rival: Approach | None
    """The leading approach of the second run; where it is that of the first, the runner-up."""
    rules: list[RuleDrift]
    """Leads are told for the leading approach of the first run against `rival`."""
    metric: str | None
    """What the arms are compared by; None if the runs cannot be compared."""
    is_paired: bool
    """True if both were measured on the same test samples."""
    arms: list[ArmDifference]
    only_first: list[str]
    only_second: list[str]
    """Arms that only one of the runs measured."""
    warnings: list[str]
    """What keeps the figures from being compared, in whole sentences."""
