"""The trial as a section of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from advisor.report.figures import latency_figure, quality_figure
from advisor.report.provenance import describe_data, describe_protocol, list_remarks
from advisor.report.reliability_figure import reliability_figure
from advisor.report.samples_section import build_sample_section
from advisor.report.trade_off import trade_off_figure
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
from advisor.schema.exhibits import SpotFigure
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Fact, Figure, TrialSection
from advisor.schema.rule import RuleBase

if TYPE_CHECKING:
    from advisor.evidence.prices import Price
    from prototypes.results import ArmResult, SampleResult, TrialResult


@dataclass(frozen=True, slots=True)
class Case:
    """The consultation that a trial belongs to."""

    rule_base: RuleBase
    answers: Answers
    recommendation: Recommendation


def build_trial_section(
    trial: TrialResult,
    case: Case,
    *,
    prices: Sequence[Price] = (),
    samples: Mapping[str, Sequence[SampleResult]] = MappingProxyType({}),
) -> TrialSection:
    """Word a trial; arms come best first by the primary metric.

    Args:
        trial: What was measured.
        case: What was answered and recommended, by which rules.
        prices: What seconds and tokens cost.
        samples: Per arm, its answers to the test samples, as far as they are to be shown.
    """
    from advisor.report.cost_section import build_cost_section
    from advisor.report.curve_section import build_curve_section
    from advisor.report.experiment_sections import build_experiment_sections
    from advisor.report.generator_experiments import state_generator_experiments
    from advisor.report.race_section import dropped_table
    from advisor.report.rule_checks import build_rule_checks

    arms = sorted(trial.arms, key=lambda arm: -arm.metrics[trial.primary_metric].value)
    return TrialSection(
        outcome=trial.verdict.outcome.value if trial.verdict else "none",
        verdict=describe_verdict(trial),
        remarks=(*list_remarks(trial), *state_generator_experiments(trial)),
        figures=_figures(trial, arms) if arms else (),
        trade_off=_trade_off(trial, arms),
        reliability=reliability_figure(trial, samples),
        arms=arms_table(trial, arms),
        comparisons=comparisons_table(trial),
        dropped=dropped_table(trial),
        not_run=not_run_table(trial.not_run),
        details=(effort_table(arms), metrics_table(trial, arms)),
        costs=build_cost_section(trial, case.answers, case.rule_base, prices=prices),
        rule_checks=build_rule_checks(trial, case.recommendation, case.rule_base, prices=prices),
        learning_curve=build_curve_section(trial),
        experiments=build_experiment_sections(trial),
        arm_notes=tuple(_arm_note(arm) for arm in arms),
        samples=build_sample_section(trial, samples),
        data=describe_data(trial.data),
        protocol=describe_protocol(trial.protocol),
    )


def _figures(trial: TrialResult, arms: list[ArmResult]) -> tuple[Figure, ...]:
    recommended, budget = _recommended(trial), _budget(trial)
    return (
        quality_figure(arms, trial.primary_metric, recommended=recommended),
        latency_figure(arms, recommended=recommended, budget_ms=budget),
    )


def _trade_off(trial: TrialResult, arms: list[ArmResult]) -> SpotFigure | None:
    return trade_off_figure(
        arms, trial.primary_metric, recommended=_recommended(trial), budget_ms=_budget(trial)
    )


def _recommended(trial: TrialResult) -> str | None:
    return trial.verdict.arm if trial.verdict else None


def _budget(trial: TrialResult) -> float | None:
    budget = trial.protocol.limits.get("latency_ms")
    return float(budget) if budget else None


def _arm_note(arm: ArmResult) -> Fact:
    parts = (arm.title, *arm.notes)
    text = " ".join(as_sentence(plain_text(part)) for part in parts if part.strip())
    return Fact(name=arm_name(arm.name), value=text)
