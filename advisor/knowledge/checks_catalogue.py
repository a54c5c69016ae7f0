"""Checks of the catalogues: sources, founding claims, criteria and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.inference.conditions import criteria_of
from advisor.knowledge.problem import Problem
from advisor.knowledge.references import statements_of
from advisor.schema.rule import Criterion, RuleBase

_LOCATOR = re.compile(r"arXiv:\d|doi:|https?://|\b10\.\d{4}|document \d|chapter \d|page \d|ISBN")


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
