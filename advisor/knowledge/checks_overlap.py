"""Checks of statements against each other: twice the same, the opposite, or never of any effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import sqrt
from typing import Final

from advisor.knowledge.conditions_as_boxes import Boxes, boxes_of, implies
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import problem_in
from advisor.schema.rule import Rule, RuleBase, Statement
from advisor.vocabulary import Approach

SAME_DIRECTION: Final = 0.9
"""Cosine between the weights of two rules from which on they say the same."""


def check_overlaps(rule_base: RuleBase) -> Iterator[Problem]:
    """Find duplicates, contradictions, and (group or waiver) rules that only repeat a wider one."""
    boxes = _boxes(rule_base, rule_base.rules)
    for first, second in combinations(rule_base.rules, 2):
        if boxes[first.id] == boxes[second.id]:
            yield _compare_twins(first, second)
            continue
        for narrow, wide in ((first, second), (second, first)):
            if implies(boxes[narrow.id], boxes[wide.id]) and _only_repeats(narrow, wide):
                message = (
                    f"fires only when {wide.id} does and says the same; put both into one group, "
                    "or give a waiver that says what it adds."
                )
                yield problem_in(narrow, "subsumed-rule", message, is_error=False)


def _boxes(rule_base: RuleBase, statements: Sequence[Statement]) -> dict[str, Boxes]:
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    return {statement.id: boxes_of(statement.when, criteria) for statement in statements}


def _compare_twins(first: Rule, second: Rule) -> Problem:
    """Report two rules that fire on the same answers."""
    if first.weights == second.weights:
        message = f"fires exactly when {first.id} does; and its weights are the same: remove one."
        return problem_in(second, "duplicate-rule", message)
    if _cosine(first, second) <= -SAME_DIRECTION:
        message = (
            f"fires exactly when {first.id} does and says the opposite: decide which is right."
        )
        return problem_in(second, "contradicting-rule", message)
    message = (
        f"fires exactly when {first.id} does; merge them, or say in their conditions how they "
        "differ."
    )
    return problem_in(second, "duplicate-rule", message, is_error=False)


def _only_repeats(narrow: Rule, wide: Rule) -> bool:
    is_excused = bool(narrow.waiver) or bool(narrow.group and narrow.group == wide.group)
    return not is_excused and _cosine(narrow, wide) >= SAME_DIRECTION


def _cosine(first: Rule, second: Rule) -> float:
    a, b = _centred(first), _centred(second)
    size = sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _centred(rule: Rule) -> list[float]:
    weights = [rule.weights.get(approach, 0.0) for approach in Approach]
    mean = sum(weights) / len(weights)
    return [weight - mean for weight in weights]


def check_idle_rules(rule_base: RuleBase) -> Iterator[Problem]:
    """Find rules that move only approaches which a veto excludes whenever they fire."""
    boxes = _boxes(rule_base, (*rule_base.rules, *rule_base.vetoes))
    for rule in rule_base.rules:
        vetoes = [v for v in rule_base.vetoes if implies(boxes[rule.id], boxes[v.id])]
        excluded = {approach for veto in vetoes for approach in veto.excludes}
        left = {rule.weights.get(a, 0.0) for a in Approach if a not in excluded}
        if boxes[rule.id] and excluded and len(left) < 2:
            names = ", ".join(veto.id for veto in vetoes)
            message = f"moves no pair: it differs only on what {names} excludes whenever it fires."
            yield problem_in(rule, "moves-nothing", message, is_error=False)


def check_shadowed_variants(rule_base: RuleBase) -> Iterator[Problem]:
    """Find variants that are never chosen, because an earlier one of the slot always is."""
    boxes = _boxes(rule_base, rule_base.variants)
    for earlier, later in combinations(rule_base.variants, 2):
        if earlier.slot == later.slot and implies(boxes[later.id], boxes[earlier.id]):
            message = f"is never chosen: {earlier.id} stands before it and holds whenever it does."
            yield problem_in(later, "shadowed-variant", message)
