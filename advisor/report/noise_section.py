"""What noise costs: wrong labels, or documents that do not belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.found import Found, look_up, loss_cell, share_cell
from advisor.report.trial_tables import arm_name, metric_name
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, TrialResult

_SYSTEMS = {
    "classification": {
        "rag": "Nearest labelled samples",
        "fine_tune": "Logistic head, frozen encoder",
    },
    "extraction": {"rag": "Nearest words", "fine_tune": "Head for words, frozen encoder"},
    "generation": {"rag": "Copy of the nearest", "fine_tune": "Tuned model"},
}
_WRONG = {
    "classification": ("Labels", "wrong labels"),
    "extraction": ("Labels of spans", "wrong labels"),
    "generation": ("Outputs", "outputs of other inputs"),
}


def build_noise_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what was lost, by rate of wrong labels or by metric of search."""
    found = look_up(result)
    if any(quantity.startswith("quality_lost") for _, quantity in found):
        return _labels(trial, found)
    return _documents(found)


def _labels(trial: TrialResult, found: Found) -> tuple[tuple[str, ...], Table]:
    rates = sorted({int(name.split("_")[-1]) for _, name in found if name.startswith("quality_")})
    metric, task = metric_name(trial.primary_metric), trial.task.value
    systems = _SYSTEMS.get(task, _SYSTEMS["classification"])
    what, wrong = _WRONG.get(task, _WRONG["classification"])
    remark = (
        f"{what} to learn from were replaced by others, drawn by lot, and both systems learnt "
        "anew; a minus sign means that nothing was lost."
    )
    table = Table(
        caption=f"{metric} with {wrong}, and the points lost, with 95 % intervals",
        columns=_columns(f"System and {wrong}", metric, "Lost (points)"),
        rows=tuple(
            (
                f"{systems.get(arm, arm_name(arm))}, {rate} %",
                share_cell(found, arm, f"quality_{rate}"),
                loss_cell(found, arm, f"quality_lost_{rate}"),
            )
            for arm in dict.fromkeys(arm for arm, _ in found)
            for rate in rates
        ),
    )
    return (remark,), table


def _documents(found: Found) -> tuple[tuple[str, ...], Table]:
    metrics = dict.fromkeys(quantity.rpartition("_")[0] for _, quantity in found)
    remark = (
        "Documents on another subject were indexed together with the corpus, and the same "
        "questions were asked again."
    )
    table = Table(
        caption="Retrieval without and with irrelevant documents, with 95 % intervals",
        columns=_columns("Metric", "Without", "With", "Lost (points)"),
        rows=tuple(
            (
                metric_name(metric),
                share_cell(found, "rag", f"{metric}_without"),
                share_cell(found, "rag", f"{metric}_with"),
                loss_cell(found, "rag", f"{metric}_lost"),
            )
            for metric in metrics
        ),
    )
    return (remark,), table


def _columns(first: str, *others: str) -> tuple[Column, ...]:
    return (Column(title=first), *(Column(title=title, is_numeric=True) for title in others))
