"""What the answers demand of a prototype: hard limits, the task, the claim to be tested."""

from __future__ import annotations

from typing import Final

from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from prototypes.contracts import Approach, Claim, Limits, Task

LATENCY_MS: Final = {
    "under_100ms": 100.0,
    "under_500ms": 500.0,
    "under_2s": 2_000.0,
    "under_10s": 10_000.0,
}

TASKS: Final = {
    "classification": Task.CLASSIFICATION,
    "extraction": Task.EXTRACTION,
    "document_qa": Task.DOCUMENT_QA,
    "generation": Task.GENERATION,
    "style_or_format": Task.GENERATION,
}

ARMS_ON_REQUEST: Final = {
    ("fine_tune", "lora"): "fine_tune_lora",
    ("fine_tune", "adapters_retrained_on_schedule"): "fine_tune_lora",
    ("fine_tune", "prompt_tuning"): "fine_tune_prompt",
    ("hybrid", "tuned_retriever_and_reader"): "hybrid_span",
}
"""The arms that build a form which the rules may recommend and a trial leaves out otherwise."""


def limits_from(answers: Answers) -> Limits:
    """Turn answers into the limits a prototype is held against."""
    return Limits(
        latency_ms=LATENCY_MS.get(answers.level("latency_budget")),
        must_cite=answers.level("source_citation") == "mandatory",
        offline=answers.level("deployment") in ("offline", "edge"),
    )


def task_from(answers: Answers) -> Task | None:
    """Name the laboratory's task for a project; None if it has no such task or none is known."""
    return TASKS.get(answers.level("task_kind"))


def claim_from(
    recommendation: Recommendation, *, margin: float, chosen: str | None = None
) -> Claim:
    """State what the trial tests: that the leading approach, or a chosen one, is the right one."""
    return Claim(approach=Approach(chosen or recommendation.leading.value), margin=margin)


def arms_from(recommendation: Recommendation) -> tuple[str, ...]:
    """Name the arm on request that is the recommended form of the leading approach, if any."""
    form = recommendation.variants.get(recommendation.leading.value)
    arm = ARMS_ON_REQUEST.get((recommendation.leading.value, form or ""))
    return () if arm is None else (arm,)
