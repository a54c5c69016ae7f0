"""One rule, question or source as its documentation page, in plain text."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from advisor.errors import AdvisorError, did_you_mean
from advisor.inference.conditions import criteria_of
from advisor.knowledge.references import kind_of, statements_of
from advisor.schema.rule import (
    AllOf,
    CompanionRule,
    Condition,
    Criterion,
    Leaf,
    NoticeRule,
    Rule,
    RuleBase,
    Source,
    Statement,
    VariantRule,
    Veto,
)
from advisor.vocabulary import Approach

MAX_WIDTH = 100
_WORDS = {"at_least": "at least", "at_most": "at most", "one_of": "one of", "none_of": "none of"}

Section = tuple[str, str]
"""A heading and its text; left out if the text is empty."""


def find_page(rule_base: RuleBase, wanted: str) -> str:
    """Write the page of a rule, veto, companion, variant, criterion or source.

    Raises:
        AdvisorError: If nothing has this id.
    """
    pages: dict[str, Callable[[], Iterable[Section]]] = {
        **{s.id: partial(_statement_page, rule_base, s) for s in statements_of(rule_base)},
        **{c.id: partial(_criterion_page, rule_base, c) for c in rule_base.criteria},
        **{s.id: partial(_source_page, rule_base, s) for s in rule_base.sources},
    }
    spelt = {page.casefold(): page for page in pages}
    if wanted.casefold() not in spelt:
        known = tuple(pages)
        hint = did_you_mean(wanted.upper(), known) or did_you_mean(wanted, known)
        raise AdvisorError(
            f"nothing in the rule base has the id {wanted!r}.{hint} "
            "`advisor rules show` lists everything."
        )
    return _lay_out(pages[spelt[wanted.casefold()]]())


def list_pages(rule_base: RuleBase) -> str:
    """List everything that has a page: id, kind, title."""
    rows = [(s.id, kind_of(s), f"[{s.grade}] {s.title}") for s in statements_of(rule_base)]
    rows += [(c.id, "criterion", c.question) for c in rule_base.criteria]
    rows += [(s.id, "source", f"{s.authors} {s.year}: {s.title}") for s in rule_base.sources]
    id_width = max(len(row[0]) for row in rows) + 2
    return "\n".join(
        textwrap.fill(
            f"{page:<{id_width}}{kind:<11}{title}",
            width=_width(),
            subsequent_indent=" " * 4,
            break_on_hyphens=False,
        )
        for page, kind, title in rows
    )


def describe_condition(condition: Condition) -> str:
    """Put a condition into words."""
    if isinstance(condition, Leaf):
        operator = _WORDS.get(condition.operator, condition.operator)
        return f"{condition.criterion} {operator} {', '.join(condition.operand)}"
    is_all = isinstance(condition, AllOf)
    parts = condition.all if isinstance(condition, AllOf) else condition.any
    texts = [
        describe_condition(part) if isinstance(part, Leaf) else f"({describe_condition(part)})"
        for part in parts
    ]
    return f" {'and' if is_all else 'or'} ".join(texts)


def _width() -> int:
    return max(20, min(MAX_WIDTH, shutil.get_terminal_size().columns))


def _lay_out(sections: Iterable[Section]) -> str:
    (title, subtitle), *rest = sections
    blocks = [_wrap(title), _wrap(subtitle)]
    for heading, text in rest:
        if text.strip():
            body = "\n".join(_wrap(line, "  ") for line in text.strip().splitlines())
            blocks.append(f"\n{heading}\n{body}")
    return "\n".join(blocks)


def _wrap(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        width=_width(),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _statement_page(rule_base: RuleBase, statement: Statement) -> Iterator[Section]:
    yield f"{statement.id} {statement.name}", statement.title
    yield "Why", statement.rationale
    yield "When", describe_condition(statement.when)
    yield _effect(statement)
    yield "Grade", statement.grade
    yield "Sources", _citations(rule_base, statement.sources)
    yield "Opposed by", _citations(rule_base, statement.opposed_by)
    if isinstance(statement, Rule):
        yield "Derivation", statement.derivation
        yield "Group", statement.group
    yield "Founding claims", ", ".join(statement.claims)
    yield "Tested by", statement.experiment
    yield "Expected there", _expected(statement)
    yield "Exceptions", statement.exceptions
    yield "Waiver", statement.waiver
    yield "Written in", f"{statement.file}, line {statement.line}"


def _expected(statement: Statement) -> str:
    """Spell what a measurement must show, as the rule file does."""
    if statement.expects is None:
        return ""
    given = statement.expects.model_dump(mode="json", exclude_defaults=True)
    spelt = (", ".join(one) if isinstance(one, list) else one for one in given.values())
    return "; ".join(f"{name}: {value}" for name, value in zip(given, spelt, strict=True))


def _effect(statement: Statement) -> Section:
    match statement:
        case Rule():
            return "Decibans, centred on their mean", _centred(statement)
        case Veto():
            return "Excludes", ", ".join(a.label for a in statement.excludes)
        case CompanionRule():
            fitting = ", ".join(a.label for a in statement.for_approaches) or "any approach"
            return "Suggests", f"{statement.technique}, beside {fitting}"
        case VariantRule():
            return "Chooses", f"{statement.choice} for {statement.slot}"
        case NoticeRule():
            return "Says", _notice(statement)
    raise AssertionError(statement)


def _notice(rule: NoticeRule) -> str:
    open_questions = ", ".join(rule.while_unanswered)
    limit = f" (only while {open_questions} has no answer)" if open_questions else ""
    return f"{rule.notice}: {rule.advice}{limit}"


def _centred(rule: Rule) -> str:
    weights = {approach: rule.weights.get(approach, 0.0) for approach in Approach}
    mean = sum(weights.values()) / len(weights)
    return "\n".join(f"{a.label:<12}{weight - mean:+7.2f}" for a, weight in weights.items())


def _citations(rule_base: RuleBase, sources: Sequence[str]) -> str:
    return "\n".join(_citation(rule_base.source(source)) for source in sources)


def _citation(source: Source) -> str:
    return f"{source.id}: {source.authors} ({source.year}). {source.title}. {source.where}"


def _criterion_page(rule_base: RuleBase, criterion: Criterion) -> Iterator[Section]:
    yield criterion.id, criterion.question
    yield "Topic", criterion.topic
    yield "Help", criterion.help
    order = "in their natural order" if criterion.ordered else "in no order"
    yield (
        f"Levels, {order}",
        "\n".join(f"{level.id}: {level.label}. {level.example}" for level in criterion.levels),
    )
    if criterion.numeric:
        breaks = ", ".join(f"{value:g}" for value in criterion.numeric.breaks)
        yield "Numbers", f"in {criterion.numeric.unit}; a level begins at each of {breaks}"
    yield "Can be changed", "yes" if criterion.actionable else "no, only learnt"
    yield "Priors from", criterion.prior_source
    yield "Read by", ", ".join(_readers(rule_base, criterion.id))


def _readers(rule_base: RuleBase, criterion: str) -> list[str]:
    return [s.id for s in statements_of(rule_base) if criterion in criteria_of(s.when)]


def _source_page(rule_base: RuleBase, source: Source) -> Iterator[Section]:
    statements = statements_of(rule_base)
    yield source.id, f"{source.authors} ({source.year}). {source.title}."
    yield "Where", source.where
    yield "Kind", source.kind
    yield "Note", source.note
    yield "Cited by", ", ".join(s.id for s in statements if source.id in s.sources)
    yield "Cited against", ", ".join(s.id for s in statements if source.id in s.opposed_by)
