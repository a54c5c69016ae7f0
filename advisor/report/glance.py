"""The handful of figures for somebody in a hurry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.report.trial_tables import arm_name, metric_cells, metric_name
from advisor.report.wording import dollars, milliseconds, share
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Fact

if TYPE_CHECKING:
    from prototypes.results import ArmResult, TrialResult


def build_glance(recommendation: Recommendation, trial: TrialResult | None) -> tuple[Fact, ...]:
    """Pick who leads and how firmly, and what was measured of the arm that stands for it."""
    further = _trial_facts(trial) if trial else _firmness_facts(recommendation)
    return (*_advice_facts(recommendation), *further)


def _advice_facts(recommendation: Recommendation) -> Iterator[Fact]:
    first, *others = recommendation.ranking
    title = "Recommended" if recommendation.recommended else "Leading"
    yield Fact(name=title, value=first.approach.label)
    rival = f" ({others[0].approach.label} {share(others[0].support)})" if others else ""
    yield Fact(name="Support", value=f"{share(first.support)}{rival}")


def _firmness_facts(recommendation: Recommendation) -> Iterator[Fact]:
    yield Fact(name="First in the draws", value=share(recommendation.ranking[0].rank_acceptability))
    yield Fact(name="Questions left open", value=str(len(recommendation.unanswered)))


def _trial_facts(trial: TrialResult) -> Iterator[Fact]:
    wanted = trial.verdict.arm if trial.verdict else None
    for arm in trial.arms:
        if arm.name == wanted:
            yield from _arm_facts(trial, arm)


def _arm_facts(trial: TrialResult, arm: ArmResult) -> Iterator[Fact]:
    (quality,) = metric_cells([arm.metrics[trial.primary_metric]])
    yield Fact(name=f"{metric_name(trial.primary_metric)} of {arm_name(arm.name)}", value=quality)
    budget = trial.protocol.limits.get("latency_ms")
    held_against = f" (budget {milliseconds(float(budget))})" if budget else ""
    p95 = milliseconds(arm.latency_ms.p95)
    yield Fact(name="Latency, 95th percentile", value=f"{p95}{held_against}")
    if arm.cost_per_1000 is not None:
        yield Fact(name="Cost of 1,000 answers", value=dollars(arm.cost_per_1000))
