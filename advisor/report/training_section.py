"""What other trainings of the same arms gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.found import look_up, loss_cell, share_cell
from advisor.report.trial_tables import arm_name, metric_name
from advisor.report.wording import points
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import Comparison, ExperimentResult, TrialResult

_QUALITY, _SPREAD = "quality_of_training", "spread_of_trainings"


def build_training_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word the differences over all trainings; one row per arm that was trained again."""
    found, metric = look_up(result), metric_name(trial.primary_metric)
    numbers = sorted(
        {quantity.rpartition("_")[2] for _, quantity in found if quantity.startswith(_QUALITY)}
    )
    titles = (*(f"Training {number}" for number in numbers), "Standard deviation (points)")
    table = Table(
        caption=f"{metric} of {len(numbers)} trainings from different seeds, with 95 % intervals",
        columns=(Column(title="Arm"), *(Column(title=title, is_numeric=True) for title in titles)),
        rows=tuple(
            (
                arm_name(arm),
                *(share_cell(found, arm, f"{_QUALITY}_{number}") for number in numbers),
                loss_cell(found, arm, _SPREAD),
            )
            for arm in dict.fromkeys(arm for arm, _ in found)
        ),
    )
    heading = (
        f"Differences are means over {len(numbers)} trainings, and their intervals count both how "
        "the samples fell and how training did."
    )
    return (heading, *map(_word, result.differences)), table


def _word(each: Comparison) -> str:
    """Say a difference, and whether it may be none."""
    value, low, high = (points(end) for end in (each.difference, each.low, each.high))
    apart = "which may be chance" if each.low <= 0 <= each.high else "which is more than chance"
    names = f"{arm_name(each.arm)} against {arm_name(each.against)}"
    return f"{names}: {value} points ({low} to {high}), {apart}."
