"""A race in the terminal: who runs, and who was dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prototypes.results import DroppedArm, RaceProtocol


def describe_race(race: RaceProtocol) -> str:
    """Say before anything is measured who may be dropped, when and by which error."""
    if not race.looks:
        return "racing: there are too few test samples, so every arm answers all of them"
    if not race.arms:
        return "racing: no rival takes long to answer, so every arm answers all samples"
    looks = ", ".join(map(str, race.looks))
    return (
        f"racing: {', '.join(race.arms)} against {race.against.value}; looked at after {looks} "
        f"answers; an equal or better one is dropped in at most {100 * race.error:g} % of trials"
    )


def describe_dropped(dropped: DroppedArm) -> str:
    """Say after how many answers an arm was dropped, its partial figure, and how far behind."""
    gap = dropped.difference
    partial = dropped.metrics[gap.metric]
    return (
        f"{dropped.name} dropped after {dropped.n_answered:,} of {dropped.n_test:,} samples: "
        f"{gap.metric} {partial.value:.3f} [{partial.low:.3f}, {partial.high:.3f}] on them, "
        f"{gap.against} is ahead by {-100 * gap.difference:.1f} points "
        f"[{-100 * gap.high:.1f}, {-100 * gap.low:.1f}]"
    )
