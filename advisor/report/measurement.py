"""The trial as a section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.report.figures import latency_figure, quality_figure
from advisor.report.provenance import describe_data, describe_protocol, list_remarks
from advisor.report.trial_tables import (
    arm_name,
    arms_table,
    comparisons_table,
    effort_table,
    metrics_table,
    not_run_table,
)
from advisor.report.verdicts import describe_verdict
from advisor.report.wording import as_sentence, plain_text
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Fact, Figure, TrialSection
from advisor.schema.rule import RuleBase

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from prototypes.results import ArmResult, TrialResult


@dataclass(frozen=True, slots=True)
class Case:
    """The consultation that a trial belongs to."""

    rule_base: RuleBase
    answers: Answers
    recommendation: Recommendation


def build_trial_section(
    trial: TrialResult, case: Case, *, prices: Sequence[Price] = ()
) -> TrialSection:
    """Word a trial; arms come best first by the primary metric.

    Args:
        trial: What was measured.
        case: What was answered and recommended, by which rules.
        prices: What seconds and tokens cost.
    """
    from advisor.report.cost_section import build_cost_section
    from advisor.report.curve_section import build_curve_section
    from advisor.report.generator_experiments import state_generator_experiments
    from advisor.report.rule_checks import build_rule_checks

    arms = sorted(trial.arms, key=lambda arm: -arm.metrics[trial.primary_metric].value)
    return TrialSection(
        outcome=trial.verdict.outcome.value if trial.verdict else "none",
        verdict=describe_verdict(trial),
        remarks=(*list_remarks(trial), *state_generator_experiments(trial)),
        figures=_figures(trial, arms) if arms else (),
        arms=arms_table(trial, arms),
        comparisons=comparisons_table(trial),
        not_run=not_run_table(trial.not_run),
        details=(effort_table(arms), metrics_table(trial, arms)),
        costs=build_cost_section(trial, case.answers, case.rule_base, prices=prices),
        rule_checks=build_rule_checks(trial, case.recommendation, case.rule_base, prices=prices),
        learning_curve=build_curve_section(trial),
        arm_notes=tuple(_arm_note(arm) for arm in arms),
        data=describe_data(trial.data),
        protocol=describe_protocol(trial.protocol),
    )


def _figures(trial: TrialResult, arms: list[ArmResult]) -> tuple[Figure, ...]:
    recommended = trial.verdict.arm if trial.verdict else None
    budget = trial.protocol.limits.get("latency_ms")
    return (
        quality_figure(arms, trial.primary_metric, recommended=recommended),
        latency_figure(arms, recommended=recommended, budget_ms=float(budget) if budget else None),
    )


def _arm_note(arm: ArmResult) -> Fact:
    parts = (arm.title, *arm.notes)
    text = " ".join(as_sentence(plain_text(part)) for part in parts if part.strip())
    return Fact(name=arm_name(arm.name), value=text)
