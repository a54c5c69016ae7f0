"""Semantic lint of a rule base: what loads and is wrong all the same.

Errors keep a rule base from being trusted; warnings ask its author to look again. A statement's
`waiver` silences the checks that say so in their docstring.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from advisor.inference.conditions import clauses_of, criteria_of, satisfying_levels
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import check_references, problem_in, statements_of
from advisor.schema.rule import Criterion, Rule, RuleBase, Statement
from advisor.vocabulary import Approach, Grade

MAX_JUDGED_DB: Final = 5.0
"""Expert opinion alone may not move an approach further than this."""

MAX_CRITERIA: Final = 2

_LOCATOR = re.compile(r"arXiv:\d|doi:|https?://|\b10\.\d{4}|document \d|chapter \d|page \d|ISBN")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Check = Callable[[RuleBase], Iterator[Problem]]


def check_rules(rule_base: RuleBase) -> list[Problem]:
    """Report all faults of a rule base, in the order of files and lines.

    The checks of meaning need references that hold, so faults in these are reported alone.
    """
    broken = check_references(rule_base)
    if broken:
        return sorted(broken)
    return sorted(problem for check in CHECKS for problem in check(rule_base))


def check_conditions(rule_base: RuleBase) -> Iterator[Problem]:
    """Find statements that can never be true, and (waiver) those that read many criteria."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    for statement in statements_of(rule_base):
        if not _truth_table(statement, criteria):
            yield problem_in(statement, "dead-rule", "can never be true: no answers satisfy it.")
        n_read = len(criteria_of(statement.when))
        if n_read > MAX_CRITERIA and not statement.waiver:
            message = (
                f"reads {n_read} criteria; more than {MAX_CRITERIA} need a waiver that says why."
            )
            yield problem_in(statement, "many-criteria", message)


Boxes = frozenset[frozenset[tuple[str, frozenset[str]]]]
"""Alternatives, each a set of levels for every criterion that it reads."""


def _truth_table(statement: Statement, criteria: dict[str, Criterion]) -> Boxes:
    """Describe when a condition is true; conditions that say the same look the same."""
    alternatives = set()
    for clause in clauses_of(statement.when):
        box: dict[str, frozenset[str]] = {}
        for leaf in clause:
            levels = satisfying_levels(leaf, criteria[leaf.criterion])
            box[leaf.criterion] = box.get(leaf.criterion, levels) & levels
        if all(box.values()):
            alternatives.add(frozenset(box.items()))
    return frozenset(alternatives)


def check_weights(rule_base: RuleBase) -> Iterator[Problem]:
    """Find weights that move nothing, cite nothing, or (waiver) judge too loudly."""
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
    for statement in statements_of(rule_base):
        if not statement.sources:
            yield problem_in(statement, "uncited", "cites no source.")


def _loudest(weights: list[float]) -> float:
    mean = sum(weights) / len(weights)
    return max(abs(weight - mean) for weight in weights)


def check_duplicates(rule_base: RuleBase) -> Iterator[Problem]:
    """Find rules that fire on the same answers: twice the same, or two that belong together."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    seen: dict[Boxes, Rule] = {}
    for rule in rule_base.rules:
        first = seen.setdefault(_truth_table(rule, criteria), rule)
        if first is rule:
            continue
        is_same = first.weights == rule.weights
        message = f"fires exactly when {first.id} does; " + (
            "and its weights are the same: remove one."
            if is_same
            else "merge them, or say in their conditions how they differ."
        )
        yield problem_in(rule, "duplicate-rule", message, is_error=is_same)


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


def check_sources(rule_base: RuleBase) -> Iterator[Problem]:
    """Find sources that cannot be looked up, and those that nothing cites."""
    cited = {
        source
        for statement in statements_of(rule_base)
        for source in (*statement.sources, *statement.opposed_by)
    }
    for source in rule_base.sources:
        if source.kind != "expert" and not _LOCATOR.search(source.where):
            message = f"source {source.id} has no locator (arXiv, doi, address): {source.where!r}."
            yield Problem("rules/sources.yaml", 0, "warning", "no-locator", message)
        if source.id not in cited:
            message = f"source {source.id} is cited by nothing."
            yield Problem("rules/sources.yaml", 0, "warning", "uncited-source", message)


def check_claims(rule_base: RuleBase) -> Iterator[Problem]:
    """Find founding claims that nothing in the program follows up."""
    housed = {claim for statement in statements_of(rule_base) for claim in statement.claims}
    for claim in rule_base.claims:
        if claim.id not in housed and not claim.home:
            message = f"claim {claim.id} has no home: no rule, veto or suggestion names it."
            yield Problem("rules/claims.yaml", 0, "error", "homeless-claim", message)


def check_criteria(rule_base: RuleBase) -> Iterator[Problem]:
    """Find questions that nothing reads, and scales or priors that do not fit their levels."""
    read = {name for s in statements_of(rule_base) for name in criteria_of(s.when)}
    for criterion in rule_base.criteria:
        if criterion.id not in read:
            message = f"criterion {criterion.id} is read by no rule, so asking it changes nothing."
            yield Problem("rules/criteria.yaml", 0, "warning", "unread-criterion", message)
        for message in _misfits(criterion):
            text = f"criterion {criterion.id} {message}"
            yield Problem("rules/criteria.yaml", 0, "error", "criterion", text)


def _misfits(criterion: Criterion) -> Iterator[str]:
    levels, scale = criterion.level_ids, criterion.numeric
    if len(set(levels)) < len(levels):
        yield "has two levels of the same name."
    if scale and not criterion.ordered:
        yield "reads numbers although its levels have no order."
    if scale and len(scale.breaks) != len(levels) - 1:
        yield f"has {len(levels)} levels and {len(scale.breaks)} breaks; expected one break fewer."
    if scale and list(scale.breaks) != sorted(set(scale.breaks)):
        yield "has breaks that do not ascend."
    priors = [level.prior for level in criterion.levels if level.prior is not None]
    if any(prior < 0 for prior in priors) or sum(priors) > 1 + 1e-9:
        yield "has priors that are negative or sum to more than 1."
    if priors and not criterion.prior_source:
        yield "has priors without a prior_source."


def check_groups(rule_base: RuleBase) -> Iterator[Problem]:
    """Find groups that damp nothing because they hold fewer than two rules."""
    members = [rule.group for rule in rule_base.rules]
    for group in rule_base.groups:
        if members.count(group.id) < 2:
            message = f"group {group.id} holds fewer than two rules, so it damps nothing."
            yield Problem("rules/groups.yaml", 0, "warning", "small-group", message)


CHECKS: Final[tuple[Check, ...]] = (
    check_conditions,
    check_weights,
    check_duplicates,
    check_names,
    check_sources,
    check_claims,
    check_criteria,
    check_groups,
)
