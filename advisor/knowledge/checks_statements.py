"""Checks of one statement at a time: its condition, weights, citations and name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from advisor.errors import did_you_mean
from advisor.inference.conditions import criteria_of
from advisor.knowledge.conditions_as_boxes import boxes_of
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import problem_in, statements_of
from advisor.schema.rule import Rule, RuleBase, Statement
from advisor.vocabulary import Approach, Grade

MAX_JUDGED_DB: Final = 5.0
"""Expert opinion alone may not move an approach further than this."""

MAX_CRITERIA: Final = 2

EXPERIMENTS: Final = (
    "knowledge_probe",
    "learning_curve",
    "freshness",
    "latency_cost",
    "citation",
    "abstention",
    "compression",
    "noise",
    "hybrid_forecast",
)
"""What the laboratory can test a rule with."""

_EXPERIMENT_OF: Final = {
    "latency": "latency_cost",
    "cost": "latency_cost",
    "citation": "citation",
    "abstention": "abstention",
    "quality": "hybrid_forecast",
    "labels": "learning_curve",
    "freshness": "freshness",
    "robustness": "noise",
    "knowledge": "knowledge_probe",
    "compression": "compression",
    "distillation": "compression",
}
"""Which experiment measures a quantity that a rule may expect something of."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_conditions(rule_base: RuleBase) -> Iterator[Problem]:
    """Find statements that can never be true, and (waiver) those that read many criteria."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    for statement in statements_of(rule_base):
        if not boxes_of(statement.when, criteria):
            yield problem_in(statement, "dead-rule", "can never be true: no answers satisfy it.")
        n_read = len(criteria_of(statement.when))
        if n_read > MAX_CRITERIA and not statement.waiver:
            message = (
                f"reads {n_read} criteria; more than {MAX_CRITERIA} need a waiver that says why."
            )
            yield problem_in(statement, "many-criteria", message)


def check_weights(rule_base: RuleBase) -> Iterator[Problem]:
    """Find weights that move nothing, or (waiver) judge too loudly."""
    for rule in rule_base.rules:
        weights = [rule.weights.get(approach, 0.0) for approach in Approach]
        if max(weights) == min(weights):
            message = "gives every approach the same weight, so it moves no pair."
            yield problem_in(rule, "moves-nothing", message)
        if rule.grade is Grade.D and _loudest(weights) > MAX_JUDGED_DB and not rule.waiver:
            message = (
                f"moves an approach by {_loudest(weights):.1f} db on grade D; above "
                f"{MAX_JUDGED_DB:.0f} db expert opinion needs a waiver that says why."
            )
            yield problem_in(rule, "loud-judgement", message)


def _loudest(weights: list[float]) -> float:
    mean = sum(weights) / len(weights)
    return max(abs(weight - mean) for weight in weights)


def check_citations(rule_base: RuleBase) -> Iterator[Problem]:
    """Find uncited statements, sources on both sides, and measured weights without their sum."""
    for statement in statements_of(rule_base):
        if not statement.sources:
            yield problem_in(statement, "uncited", "cites no source.")
        for source in set(statement.sources) & set(statement.opposed_by):
            message = f"cites {source} both for and against itself; keep the side that weighs more."
            yield problem_in(statement, "both-sides", message, is_error=False)
        if _lacks_derivation(statement):
            message = (
                f"claims grade {statement.grade}; a derivation must say how the published number "
                "became decibans."
            )
            yield problem_in(statement, "no-derivation", message, is_error=False)


def _lacks_derivation(statement: Statement) -> bool:
    is_measured = isinstance(statement, Rule) and statement.grade is not Grade.D
    return is_measured and not getattr(statement, "derivation", "").strip()


def check_experiments(rule_base: RuleBase) -> Iterator[Problem]:
    """Find statements to be tested by an experiment that the laboratory does not have."""
    for statement in statements_of(rule_base):
        found = statement.experiment
        if found and found not in EXPERIMENTS:
            hint = did_you_mean(found, EXPERIMENTS) or f" Expected: {', '.join(EXPERIMENTS)}."
            message = f"names the experiment {found!r}, which does not exist.{hint}"
            yield problem_in(statement, "unknown-experiment", message)
        if statement.expects and _EXPERIMENT_OF[statement.expects.quantity] != found:
            quantity = statement.expects.quantity
            message = (
                f"expects something of {quantity}, which the experiment {found or 'none'!r} does "
                f"not measure; name {_EXPERIMENT_OF[quantity]}."
            )
            yield problem_in(statement, "unmeasured-expectation", message)


def check_names(rule_base: RuleBase) -> Iterator[Problem]:
    """Find names that are not kebab-case, and two statements of the same name."""
    seen: dict[str, str] = {}
    for statement in statements_of(rule_base):
        if not _NAME.fullmatch(statement.name):
            message = (
                f"has the name {statement.name!r}; expected kebab-case such as labels-are-few."
            )
            yield problem_in(statement, "name", message)
        first = seen.setdefault(statement.name, statement.id)
        if first != statement.id:
            message = f"has the name of {first}: {statement.name!r}."
            yield problem_in(statement, "name", message, is_error=False)
