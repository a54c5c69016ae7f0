"""How good a system is, and by how much worse a cut-down or disturbed one."""

from __future__ import annotations

from prototypes.experiments.material import compare_shares
from prototypes.measure.grouped import grouped_mean
from prototypes.measure.groups import Groups
from prototypes.measure.significance import Resampling, Scores
from prototypes.results import Measured


def state_quality(
    quantity: str,
    arm: str,
    scores: Scores,
    *,
    resampling: Resampling,
    groups: Groups | None,
) -> Measured:
    """State the mean of a score with its bootstrap interval, over groups where there are some."""
    interval = grouped_mean(scores, groups, resampling)
    return Measured(quantity=quantity, arm=arm, n=scores.size, **interval.model_dump())


def state_loss(
    quantity: str,
    whole: tuple[str, Scores],
    reduced: tuple[str, Scores],
    *,
    resampling: Resampling,
    groups: Groups | None,
) -> Measured:
    """State by how much one system is worse than it was, sample by sample or group by group."""
    found = compare_shares(quantity, whole, reduced, resampling=resampling, groups=groups)
    return Measured(
        quantity=quantity,
        arm=whole[0],
        value=found.difference,
        low=found.low,
        high=found.high,
        n=whole[1].size,
    )
