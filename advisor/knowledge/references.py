"""Checks that everything a rule base names exists, with suggestions where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from advisor.errors import did_you_mean
from advisor.inference.conditions import leaves_of
from advisor.knowledge.problem import Problem
from advisor.schema.rule import (
    Criterion,
    Leaf,
    NoticeRule,
    Rule,
    RuleBase,
    Statement,
    VariantRule,
)
from advisor.vocabulary import Approach

EXTRA_SLOTS = ("store", "base_model")
"""What a variant may choose besides the form of an approach."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything that may be referred to."""

    criteria: dict[str, Criterion]
    sources: tuple[str, ...]
    groups: tuple[str, ...]
    claims: tuple[str, ...]


def check_references(rule_base: RuleBase) -> list[Problem]:
    """Report duplicate ids, and names of things that do not exist."""
    names = _Names(
        criteria={criterion.id: criterion for criterion in rule_base.criteria},
        sources=_ids(rule_base.sources),
        groups=_ids(rule_base.groups),
        claims=_ids(rule_base.claims),
    )
    statements = statements_of(rule_base)
    problems = [p for s in statements for p in _check_statement(s, names)]
    return [
        *_check_claims(rule_base, names),
        *_check_duplicates(rule_base, statements),
        *_check_approaches(rule_base),
        *problems,
    ]


def statements_of(rule_base: RuleBase) -> tuple[Statement, ...]:
    """List rules, vetoes, companions, variants and notices."""
    return (
        *rule_base.rules,
        *rule_base.vetoes,
        *rule_base.companions,
        *rule_base.variants,
        *rule_base.notices,
    )


def kind_of(statement: Statement) -> str:
    """Name what a statement is, in one word."""
    kinds = {
        "Rule": "rule",
        "Veto": "veto",
        "CompanionRule": "companion",
        "NoticeRule": "notice",
    }
    return kinds.get(type(statement).__name__, "variant")


def problem_in(statement: Statement, check: str, message: str, *, is_error: bool = True) -> Problem:
    """Report a fault of one statement; the message goes on after its kind and id."""
    return Problem(
        file=statement.file,
        line=statement.line,
        severity="error" if is_error else "warning",
        check=check,
        message=f"{kind_of(statement)} {statement.id} {message}",
    )


def _ids(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(getattr(value, "id", "")) for value in values)


def _check_statement(statement: Statement, names: _Names) -> Iterator[Problem]:
    for leaf in leaves_of(statement.when):
        yield from _check_leaf(statement, leaf, names.criteria)
    for source in (*statement.sources, *statement.opposed_by):
        yield from _require(statement, "source", source, names.sources)
    for claim in statement.claims:
        yield from _require(statement, "claim", claim, names.claims)
    if isinstance(statement, Rule) and statement.group:
        yield from _require(statement, "group", statement.group, names.groups)
    if isinstance(statement, NoticeRule):
        for criterion in statement.while_unanswered:
            yield from _require(statement, "criterion", criterion, tuple(names.criteria))
    if isinstance(statement, VariantRule):
        yield from _require(statement, "slot", statement.slot, (*Approach, *EXTRA_SLOTS))


def _require(
    statement: Statement, kind: str, found: str, known: Sequence[str]
) -> Iterator[Problem]:
    if found not in known:
        message = f"names the {kind} {found!r}, which does not exist.{did_you_mean(found, known)}"
        yield problem_in(statement, f"unknown-{kind}", message)


def _check_leaf(
    statement: Statement, leaf: Leaf, criteria: dict[str, Criterion]
) -> Iterator[Problem]:
    criterion = criteria.get(leaf.criterion)
    if criterion is None:
        hint = did_you_mean(leaf.criterion, tuple(criteria))
        message = f"reads the criterion {leaf.criterion!r}, which no question supplies.{hint}"
        yield problem_in(statement, "unknown-criterion", message)
        return
    if leaf.operator in ("at_least", "at_most") and not criterion.ordered:
        message = f"uses {leaf.operator} on {criterion.id}, whose levels have no order; use one_of."
        yield problem_in(statement, "unordered-criterion", message)
    for level in leaf.operand:
        if level not in criterion.level_ids:
            hint = did_you_mean(level, criterion.level_ids)
            message = (
                f"compares {criterion.id} with {level!r}, which is none of its levels "
                f"({', '.join(criterion.level_ids)}).{hint}"
            )
            yield problem_in(statement, "unknown-level", message)


def _check_claims(rule_base: RuleBase, names: _Names) -> Iterator[Problem]:
    for claim in rule_base.claims:
        for source in (*claim.said_by, *claim.denied_by):
            if source not in names.sources:
                hint = did_you_mean(source, names.sources)
                message = (
                    f"claim {claim.id} names the source {source!r}, which does not exist.{hint}"
                )
                yield Problem("rules/claims.yaml", 0, "error", "unknown-source", message)


def _check_duplicates(rule_base: RuleBase, statements: Sequence[Statement]) -> Iterator[Problem]:
    seen: dict[str, Statement] = {}
    for statement in statements:
        first = seen.setdefault(statement.id, statement)
        if first is not statement:
            message = f"has an id that is taken: see {first.file}, line {first.line}."
            yield problem_in(statement, "duplicate-id", message)
    for kind in ("criteria", "sources", "groups", "claims", "approaches"):
        ids = _ids(getattr(rule_base, kind))
        for repeated in sorted({found for found in ids if ids.count(found) > 1}):
            message = f"the id {repeated!r} is given twice."
            yield Problem(f"rules/{kind}.yaml", 0, "error", "duplicate-id", message)


def _check_approaches(rule_base: RuleBase) -> Iterator[Problem]:
    missing = [a for a in Approach if a not in {info.id for info in rule_base.approaches}]
    if missing:
        message = f"{', '.join(missing)} not described; all {len(Approach)} approaches must be."
        yield Problem("rules/approaches.yaml", 0, "error", "missing-approach", message)
    if not rule_base.rules:
        message = "the rule base holds no rules, so it cannot recommend anything."
        yield Problem("rules", 0, "error", "no-rules", message)
