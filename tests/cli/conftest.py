"""Run folders made by hand, for the commands that look back on a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.api import advise
from advisor.evidence.run_files import TRIAL_FILE, store_advice
from advisor.schema.answers import Answers, Project
from prototypes.contracts import Approach, Task
from prototypes.results import (
    ArmResult,
    DataSummary,
    Interval,
    Latency,
    Outcome,
    SampleResult,
    TrialProtocol,
    TrialResult,
    Verdict,
)
from prototypes.run_folder import RunFolder
from prototypes.storage import write_lines, write_schema

HELP_CENTRE = {
    "task_kind": "document_qa",
    "data_volatility": "weekly",
    "source_citation": "mandatory",
    "labeled_examples": "none",
    "knowledge_source": "curated_documents",
}

Right = Mapping[str, str]
"""Per arm, one character per test sample: 1 if it is right, 0 if not."""


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """Make a run folder with advice and, if samples are named, with a trial."""

    def make(
        name: str = "run",
        *,
        answers: Mapping[str, str] = HELP_CENTRE,
        right: Right | None = None,
        **protocol: object,
    ) -> Path:
        run = tmp_path / name
        run.mkdir()
        given = Answers(project=Project(name="Help centre"), answers=dict(answers))
        store_advice(run, given, advise(given))
        if right is not None:
            write_schema(run / TRIAL_FILE, _trial(right, protocol))
            for arm, marks in right.items():
                write_lines(RunFolder(run).samples_path(arm), _samples(marks))
        return run

    return make


def _trial(right: Right, protocol: Mapping[str, object]) -> TrialResult:
    n_test = max(map(len, right.values()))
    return TrialResult(
        task=Task.DOCUMENT_QA,
        primary_metric="correct",
        n_test=n_test,
        arms=[_arm(name, marks) for name, marks in right.items()],
        comparisons=[],
        verdict=Verdict(
            outcome=Outcome.CONFIRMED, approach=Approach.RAG, arm="rag", because="It is best."
        ),
        data=DataSummary(
            n_train=10,
            n_validation=5,
            n_test=n_test,
            n_documents=3,
            n_passages=9,
            n_labels=0,
            n_unanswerable_test=0,
            n_duplicates_removed=0,
            n_conflicting_labels=0,
            n_test_seen_in_train=0,
            test_was_given=False,
            n_synthetic_test=0,
        ),
        protocol=_protocol(protocol),
    )


def _arm(name: str, marks: str) -> ArmResult:
    value = marks.count("1") / len(marks)
    metric = Interval(value=value, low=max(0.0, value - 0.1), high=min(1.0, value + 0.1))
    return ArmResult(
        name=name,
        approach=Approach(name),
        title=name,
        feasible=True,
        cites=name == "rag",
        metrics={"correct": metric},
        latency_ms=Latency(p50=5.0, p95=9.0, n_queries=10),
        throughput_per_second=100.0,
        fit_seconds=1.0,
        predict_seconds=1.0,
        cost_per_1000=0.01,
        size_mb=1.0,
    )


def _protocol(changed: Mapping[str, object]) -> TrialProtocol:
    fixed: dict[str, object] = {
        "seed": 0,
        "margin": 0.02,
        "n_bootstrap": 1000,
        "encoder": "embedded",
        "encoder_sha256": "e" * 64,
        "precision": "float32",
        "threads": 1,
        "test_sha256": "a" * 64,
        "data_fingerprint": "d" * 64,
        "machine_hour_usd": 0.0816,
        "versions": {},
        "limits": {},
    }
    return TrialProtocol.model_validate({**fixed, **changed})


def _samples(marks: str) -> list[SampleResult]:
    return [
        SampleResult(
            id=f"q{number}",
            input=f"question {number}",
            targets=["yes"],
            unanswerable=False,
            output="yes" if mark == "1" else "no",
            confidence=0.5,
            citations=[],
            retrieved=[],
            scores={"correct": float(mark)},
        )
        for number, mark in enumerate(marks)
    ]
