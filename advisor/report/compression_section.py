"""What smaller forms of a system cost in quality and bring in size and speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.found import Found, look_up, loss_cell, share_cell
from advisor.report.trial_tables import NONE, metric_name
from advisor.report.wording import megabytes, milliseconds
from advisor.schema.exhibits import Column, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, TrialResult

_FORMS = {
    "whole": "As it is",
    "int8": "Linear layers in eight bits",
    "int4": "Linear layers in four bits",
    "distilled": "Student: first 3 layers and a head",
    "words": "Student: words, no encoder",
}
_SYSTEMS = {
    "classification": "the logistic head on the encoder",
    "extraction": "the tuned tagger",
    "generation": "the tuned sequence-to-sequence model",
}


def build_compression_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what was measured; one row per form."""
    is_tuned = any(one.arm == "fine_tune" for one in result.measured)
    system = _SYSTEMS.get(trial.task, "the tuned model") if is_tuned else "retrieval"
    return _build(trial, result, system)


def build_quantisation_section(
    trial: TrialResult, result: ExperimentResult
) -> tuple[tuple[str, ...], Table]:
    """Word what was measured of a language model; one row per form."""
    return _build(trial, result, "the language model, prompted")


def _build(
    trial: TrialResult, result: ExperimentResult, system: str
) -> tuple[tuple[str, ...], Table]:
    found = look_up(result)
    (arm,) = {arm for arm, _ in found}
    metric = metric_name(trial.primary_metric)
    titles = (metric, "Lost (points)", "Size", "p50 of one query")
    table = Table(
        caption="Smaller forms of the same system, with 95 % intervals",
        columns=(
            Column(title="Form"),
            *(Column(title=title, is_numeric=True) for title in titles),
        ),
        rows=tuple(
            (
                words,
                share_cell(found, arm, f"quality_{form}"),
                loss_cell(found, arm, f"quality_lost_{form}"),
                _plain(found, arm, f"size_mb_{form}"),
                _plain(found, arm, f"p50_ms_{form}"),
            )
            for form, words in _FORMS.items()
            if (arm, f"quality_{form}") in found
        ),
    )
    remark = (
        f"Measured of {system} on the same test samples; a minus sign means that nothing was lost. "
        "The size is that of the parameters."
    )
    return (remark,), table


def _plain(found: Found, arm: str, quantity: str) -> str:
    one = found.get((arm, quantity))
    if one is None:
        return NONE
    if quantity.startswith("size_mb"):
        return megabytes(one.value)
    return f"{milliseconds(one.value)} ({milliseconds(one.low)} to {milliseconds(one.high)})"
