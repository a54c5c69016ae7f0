"""The evaluation set of a project: the test samples, what was answered, what that came to."""

from __future__ import annotations

import json

from advisor.export.project import FittedArm
from prototypes.forgetting.traces import FORGOTTEN
from prototypes.results import SampleResult
from prototypes.storage import read_lines


def render_samples(arm: FittedArm) -> str:
    """Render one line per test sample, in the order in which they were answered.

    `output` is what the arm answered when it was measured, null where it abstained. Samples that
    were blanked with a document are left out.
    """
    return "".join(
        json.dumps(_describe(sample), ensure_ascii=False) + "\n"
        for sample in read_lines(SampleResult, arm.samples)
        if sample.input != FORGOTTEN
    )


def render_measured(arm: FittedArm) -> dict[str, object]:
    """Say what was measured, where and how."""
    metric, protocol = arm.trial.primary_metric, arm.trial.protocol
    return {
        "arm": arm.spec.name,
        "metric": metric,
        **arm.result.metrics[metric].model_dump(),
        "n_test": arm.trial.n_test,
        "data_fingerprint": arm.lock.data_fingerprint,
        "seed": protocol.seed,
        "precision": protocol.precision,
        "threads": protocol.threads,
        "versions": protocol.versions,
    }


def _describe(sample: SampleResult) -> dict[str, object]:
    return {
        "id": sample.id,
        "input": sample.input,
        "targets": sample.targets,
        "unanswerable": sample.unanswerable,
        "output": sample.output,
    }
