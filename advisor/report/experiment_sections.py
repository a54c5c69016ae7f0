"""The experiments that train or answer anew, each as a section of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report.compression_section import (
    build_compression_section,
    build_quantisation_section,
)
from advisor.report.distillation_section import build_distillation_section
from advisor.report.freshness_section import build_freshness_figure, build_freshness_section
from advisor.report.judge_section import build_judge_section
from advisor.report.noise_section import build_noise_section
from advisor.report.probe_section import build_probe_section
from advisor.report.training_section import build_training_section
from advisor.report.wording import as_sentence, plain_text
from advisor.schema.exhibits import ExperimentSection, Table

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, TrialResult

_BUILDERS = {
    "freshness": ("Freshness over time", build_freshness_section),
    "knowledge_probe": ("Knowledge, search or reading", build_probe_section),
    "noise": ("Noise", build_noise_section),
    "distillation": ("Distillation", build_distillation_section),
    "judge": ("Judged by a language model", build_judge_section),
    "compression": ("Compression", build_compression_section),
    "quantisation": ("The language model in fewer bits", build_quantisation_section),
    "training_seeds": ("Trained again from other seeds", build_training_section),
}


def build_experiment_sections(trial: TrialResult) -> tuple[ExperimentSection, ...]:
    """Word every experiment of its own that was held, and why one could not be."""
    return tuple(
        _build(trial, result) for result in trial.experiments if result.experiment in _BUILDERS
    )


def _build(trial: TrialResult, result: ExperimentResult) -> ExperimentSection:
    title, build = _BUILDERS[result.experiment]
    remarks, table = _untested(title, result) if result.untested else build(trial, result)
    notes = tuple(as_sentence(plain_text(note)) for note in result.notes)
    draws = result.experiment == "freshness" and not result.untested
    return ExperimentSection(
        id=result.experiment.replace("_", "-"),
        title=title,
        remarks=(*remarks, *notes),
        figure=build_freshness_figure(trial, result) if draws else None,
        table=table,
    )


def _untested(title: str, result: ExperimentResult) -> tuple[tuple[str, ...], Table]:
    """Say why an experiment could not be held; a table without rows is not shown."""
    remark = as_sentence(f"Could not be tested here: {plain_text(result.untested)}")
    return (remark,), Table(caption=title, columns=(), rows=())
