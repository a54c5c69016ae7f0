"""Racing in the report: which rivals were dropped halfway, and by what rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.report.trial_tables import AT_95, arm_name, metric_cells, metric_name
from advisor.report.wording import join_words, milliseconds, p_value, points
from advisor.schema.report import Column, Table

if TYPE_CHECKING:
    from prototypes.results import DroppedArm, RaceProtocol, TrialResult


def dropped_table(trial: TrialResult) -> Table:
    """One row per rival that answered only a part of the samples; no rows if none did."""
    metric = trial.primary_metric
    quality = metric_cells([arm.metrics[metric] for arm in trial.dropped])
    claimed = next((arm.difference.against for arm in trial.dropped), "The claimed arm")
    numeric = (
        "Answered",
        f"{metric_name(metric)} on them {AT_95}",
        f"{arm_name(claimed)} is ahead by {AT_95}",
        "p",
        "p50",
    )
    return Table(
        caption=(
            "Rivals dropped in the race: shown to be worse than the recommended arm on the samples "
            "they answered. The others are not made up; stopping there tends to overstate the lead"
        ),
        columns=(
            Column(title="Arm"),
            *(Column(title=title, is_numeric=True) for title in numeric),
        ),
        rows=tuple(_row(arm, cell) for arm, cell in zip(trial.dropped, quality, strict=True)),
    )


def _row(arm: DroppedArm, quality: str) -> tuple[str, ...]:
    gap = arm.difference
    ahead = f"{points(-gap.difference)} ({points(-gap.high)} to {points(-gap.low)})"
    return (
        arm_name(arm.name),
        f"dropped after {arm.n_answered:,} of {arm.n_test:,} samples",
        quality,
        ahead,
        p_value(arm.corrected_p),
        milliseconds(arm.latency_ms.p50),
    )


def describe_race(race: RaceProtocol | None) -> Iterator[tuple[str, str]]:
    """Say how rivals were raced; nothing if they were not."""
    if race is None:
        return
    if not race.arms:
        yield "Racing", "asked for, but no rival could be raced: every arm answered every sample"
        return
    names = join_words(map(arm_name, race.arms))
    yield (
        "Racing",
        f"{names} against the recommended arm, on samples in seeded order, looked at after "
        f"{join_words(_counts(race.looks))} answers; an equal or better rival is dropped in at "
        f"most {100 * race.error:g} % of trials (Bonferroni over looks and rivals)",
    )


def _counts(looks: Sequence[int]) -> list[str]:
    return [f"{look:,}" for look in looks]
