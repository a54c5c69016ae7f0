"""Test cases of single rules, as YAML: when a rule fires, stays silent and waits, and what for.

KN001:
  fires_when_missing_facts:
    {answers: {failure_mode: missing_facts}, fires: true, favours: [rag], opposes: [fine_tune]}
  unknown_when_nothing_is_answered:
    {answers: {}, fires: unknown, missing: [failure_mode]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Final

from advisor.errors import RuleBaseError, did_you_mean
from advisor.inference.conditions import evaluate_condition
from advisor.knowledge.levels import resolve_answers
from advisor.knowledge.yaml_text import LocatedMapping, YamlError, line_of, read_yaml
from advisor.schema.rule import Criterion, Rule, RuleBase, Statement, Veto
from advisor.vocabulary import Approach, Truth

KINDS: Final = ("fires", "silent", "unknown")
"""What the name of a case begins with; a finished rule has one of each."""

_APPROACHES: Final = tuple(approach.value for approach in Approach)
KEYS: Final = ("answers", "fires", "missing", "favours", "opposes")


@dataclass(frozen=True, slots=True)
class RuleCase:
    """What one rule, veto or notice must make of some answers."""

    statement: str
    name: str
    answers: dict[str, str]
    truth: Truth
    missing: tuple[str, ...] = ()
    favours: tuple[str, ...] = ()
    """The approaches that gain most; empty if the case does not say."""
    opposes: tuple[str, ...] = ()
    """The approaches that lose most, or that a veto excludes; empty if the case does not say."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A case that came out otherwise."""

    case: RuleCase
    message: str

    def __str__(self) -> str:
        return f"{self.case.where}: {self.case.statement} {self.case.name}: {self.message}"


@dataclass(frozen=True)
class RuleCaseReport:
    """How all cases came out."""

    n_cases: int
    failures: tuple[CaseFailure, ...]
    untested: tuple[str, ...]
    """One sentence for each statement that lacks a firing, a silent or an unknown case."""

    @cached_property
    def has_passed(self) -> bool:
        """True if every case came out as it says and none is lacking."""
        return not self.failures and not self.untested


def shipped_tests() -> Traversable:
    """Find the folder of shipped cases: inside the installed rules, or in the checkout."""
    rules = files("rules")
    inside = rules / "tests"
    return inside if inside.is_dir() else Path(str(rules)).parent / "tests"


def shipped_rule_cases() -> Traversable:
    """Find the cases of the rules that Advisor ships."""
    return shipped_tests() / "rules" / "cases"


def load_rule_cases(folder: Traversable, rule_base: RuleBase) -> tuple[RuleCase, ...]:
    """Read all case files of a folder.

    Raises:
        RuleBaseError: If one cannot be used; with file and line.
        AnswersError: If an answer of a case does not exist.
    """
    if not folder.is_dir():
        raise RuleBaseError(f"{folder}: there is no such folder of rule cases.")
    entries = sorted((e for e in folder.iterdir() if e.name.endswith(".yaml")), key=_name)
    seen: dict[str, str] = {}
    return tuple(case for entry in entries for case in _read(entry, rule_base, seen=seen))


def _name(entry: Traversable) -> str:
    return entry.name


def _read(file: Traversable, rule_base: RuleBase, *, seen: dict[str, str]) -> Iterator[RuleCase]:
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
    except (YamlError, OSError, UnicodeDecodeError) as error:
        raise RuleBaseError(f"{file.name}, {error}") from error
    if not isinstance(content, LocatedMapping):
        raise RuleBaseError(f"{file.name}: expected the ids of rules, each with its cases.")
    known = tuple(statement.id for statement in statements_with_cases(rule_base))
    for statement, cases in content.items():
        where = f"{file.name}, line {content.key_lines[statement]}"
        if statement not in known:
            hint = did_you_mean(str(statement), known)
            raise RuleBaseError(f"{where}: there is no rule, veto or notice {statement!r}.{hint}")
        if (first := seen.setdefault(str(statement), where)) != where:
            raise RuleBaseError(f"{where}: {statement} has its cases in {first} already.")
        if not isinstance(cases, LocatedMapping):
            raise RuleBaseError(f"{where}: expected named cases of {statement}.")
        for name, case in cases.items():
            place = f"{file.name}, line {cases.key_lines[name]}"
            yield _case(str(statement), str(name), case, rule_base=rule_base, where=place)


def _case(statement: str, name: str, entry: object, *, rule_base: RuleBase, where: str) -> RuleCase:
    answers = entry.get("answers") if isinstance(entry, LocatedMapping) else None
    if not isinstance(entry, LocatedMapping) or not isinstance(answers, LocatedMapping):
        raise RuleBaseError(f"{where}: {name} needs answers and fires.")
    for key in entry:
        if key not in KEYS:
            place = f"{where.partition(',')[0]}, line {line_of(entry, (key,))}"
            raise RuleBaseError(f"{place}: unknown key {key!r}.{did_you_mean(str(key), KEYS)}")
    if name.partition("_")[0] not in KINDS:
        raise RuleBaseError(f"{where}: {name!r} must begin with fires_, silent_ or unknown_.")
    return RuleCase(
        statement=statement,
        name=name,
        answers=resolve_answers(
            {str(criterion): level for criterion, level in answers.items()}, rule_base, where=where
        ),
        truth=_truth(entry.get("fires"), where),
        missing=_words(entry, "missing", where),
        favours=_words(entry, "favours", where, allowed=_APPROACHES),
        opposes=_words(entry, "opposes", where, allowed=_APPROACHES),
        where=where,
    )


def _truth(found: object, where: str) -> Truth:
    truths: dict[object, Truth] = {True: Truth.TRUE, False: Truth.FALSE, "unknown": Truth.UNKNOWN}
    if not isinstance(found, bool | str) or found not in truths:
        raise RuleBaseError(f"{where}: fires is {found!r}; expected true, false or unknown.")
    return truths[found]


def _words(
    entry: LocatedMapping, key: str, where: str, *, allowed: Sequence[str] | None = None
) -> tuple[str, ...]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise RuleBaseError(f"{where}: {key} must be a list.")
    for word in found:
        if allowed is not None and word not in allowed:
            raise RuleBaseError(f"{where}: {key} names {word!r}.{did_you_mean(str(word), allowed)}")
    return tuple(str(word) for word in found)


def statements_with_cases(rule_base: RuleBase) -> tuple[Statement, ...]:
    """List the statements that need cases: rules, vetoes and notices."""
    return (*rule_base.rules, *rule_base.vetoes, *rule_base.notices)


def run_rule_cases(rule_base: RuleBase, cases: Sequence[RuleCase]) -> RuleCaseReport:
    """Hold every case against its rule, veto or notice, and find those that lack a kind of case."""
    statements = {statement.id: statement for statement in statements_with_cases(rule_base)}
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    failures = [
        CaseFailure(case, message)
        for case in cases
        for message in check_case(case, statements.get(case.statement), criteria)
    ]
    return RuleCaseReport(len(cases), tuple(failures), tuple(_untested(statements, cases)))


def check_case(
    case: RuleCase, statement: Statement | None, criteria: Mapping[str, Criterion]
) -> Iterator[str]:
    """Say how a case came out otherwise, if it did."""
    if statement is None:
        yield "there is no such rule, veto or notice."
        return
    reading = evaluate_condition(statement.when, case.answers, criteria)
    if reading.truth is not case.truth:
        yield f"expected {case.truth}, found {reading.truth}."
    elif reading.missing != case.missing:
        yield f"expected to miss {_list(case.missing)}, missed {_list(reading.missing)}."
    favours, opposes = effects_of(statement)
    if case.favours and set(case.favours) != set(favours):
        yield f"expected to favour {_list(case.favours)}, favours {_list(favours)}."
    if case.opposes and set(case.opposes) != set(opposes):
        yield f"expected to oppose {_list(case.opposes)}, opposes {_list(opposes)}."


def effects_of(statement: Statement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the approaches for which a statement speaks most, and those that it hurts most."""
    if isinstance(statement, Veto):
        return (), tuple(approach.value for approach in statement.excludes)
    if not isinstance(statement, Rule):
        return (), ()
    weights = {approach: statement.weights.get(approach, 0.0) for approach in Approach}
    best, worst = max(weights.values()), min(weights.values())
    return (
        tuple(a.value for a, weight in weights.items() if weight == best),
        tuple(a.value for a, weight in weights.items() if weight == worst),
    )


def _list(words: Sequence[str]) -> str:
    return ", ".join(words) or "nothing"


def _untested(statements: Mapping[str, Statement], cases: Sequence[RuleCase]) -> Iterator[str]:
    for statement in statements:
        kinds = {case.name.partition("_")[0] for case in cases if case.statement == statement}
        missing = [kind for kind in KINDS if kind not in kinds]
        if missing:
            yield f"{statement} has no case whose name begins with {', '.join(missing)}"
