"""Mutation score: how many small faults in the rules would their tests notice?

A mutant is the rule base with one rule dropped, one rule turned into its opposite, or one
threshold moved to the next level. It is killed if a case of the rule fails, a whole project comes
out otherwise, or the lint finds a fault that was not there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from advisor.inference.compiled import compile_rules
from advisor.knowledge.checks import check_rules
from advisor.knowledge.consultation_cases import ConsultationCase, check_consultation
from advisor.knowledge.rule_cases import RuleCase, check_case
from advisor.schema.rule import AllOf, AnyOf, Condition, Criterion, Leaf, Rule, RuleBase, Statement

Operator = Literal["drop a rule", "flip a sign", "shift a threshold"]
Killer = Literal["rule cases", "consultations", "lint"]

OPERATORS: Final[tuple[Operator, ...]] = ("drop a rule", "flip a sign", "shift a threshold")
KILLERS: Final[tuple[Killer, ...]] = ("rule cases", "consultations", "lint")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule base with one fault put in."""

    operator: Operator
    statement: str
    change: str
    """What was changed, in words."""
    replacement: Statement | None
    """What stands in the place of the statement; None if it is gone."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A mutant and who killed it; nobody if it survived."""

    mutant: Mutant
    killers: tuple[Killer, ...]


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of all mutants."""

    fates: tuple[Fate, ...]
    n_cases: int
    n_consultations: int

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """The mutants that nobody noticed."""
        return tuple(fate.mutant for fate in self.fates if not fate.killers)

    def count(self, operator: Operator | None = None, killer: Killer | None = None) -> int:
        """Count the mutants of an operator that a killer, or any of them, noticed."""
        return sum(
            (killer in fate.killers if killer else bool(fate.killers))
            for fate in self.fates
            if operator in (None, fate.mutant.operator)
        )

    def total(self, operator: Operator | None = None) -> int:
        """Count the mutants of an operator, or all."""
        return sum(operator in (None, fate.mutant.operator) for fate in self.fates)


def run_mutation(
    rule_base: RuleBase, cases: Sequence[RuleCase], consultations: Sequence[ConsultationCase]
) -> MutationReport:
    """Try every mutant on the tests; the lint is asked only about those that pass both.

    A consultation that fails on the unchanged rules cannot kill and is left out.
    """
    compiled = compile_rules(rule_base)
    sound = [c for c in consultations if not any(check_consultation(compiled, c))]
    known = set(map(str, check_rules(rule_base)))
    fates = [
        Fate(mutant, tuple(_killers(rule_base, mutant, cases=cases, sound=sound, known=known)))
        for mutant in mutate(rule_base)
    ]
    return MutationReport(tuple(fates), len(cases), len(sound))


def mutate(rule_base: RuleBase) -> Iterator[Mutant]:
    """Yield every mutant of the rules, vetoes and notices, in their order."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    for statement in (*rule_base.rules, *rule_base.vetoes, *rule_base.notices):
        yield Mutant("drop a rule", statement.id, "dropped", None)
        if isinstance(statement, Rule):
            flipped = {approach: -weight for approach, weight in statement.weights.items()}
            replacement = statement.model_copy(update={"weights": flipped})
            yield Mutant("flip a sign", statement.id, "every sign flipped", replacement)
        for change, condition in _shifted(statement.when, criteria):
            shifted = statement.model_copy(update={"when": condition})
            yield Mutant("shift a threshold", statement.id, change, shifted)


def _shifted(
    condition: Condition, criteria: Mapping[str, Criterion]
) -> Iterator[tuple[str, Condition]]:
    """Yield a condition with one of its leaves moved by one level, and the change in words."""
    if isinstance(condition, Leaf):
        yield from _shifted_leaves(condition, criteria[condition.criterion])
        return
    word = "all" if isinstance(condition, AllOf) else "any"
    parts = condition.all if isinstance(condition, AllOf) else condition.any
    for k, part in enumerate(parts):
        for change, moved in _shifted(part, criteria):
            changed = (*parts[:k], moved, *parts[k + 1 :])
            whole: AllOf | AnyOf = AllOf(all=changed) if word == "all" else AnyOf(any=changed)
            yield change, whole


def _shifted_leaves(leaf: Leaf, criterion: Criterion) -> Iterator[tuple[str, Leaf]]:
    levels, operator = criterion.level_ids, leaf.operator
    field = "is_" if operator == "is" else operator
    if operator in ("one_of", "none_of"):
        for level in leaf.operand if len(leaf.operand) > 1 else ():
            rest = tuple(other for other in leaf.operand if other != level)
            yield (
                f"{criterion.id} {operator} without {level}",
                leaf.model_copy(update={field: rest}),
            )
        return
    position = levels.index(leaf.operand[0])
    for moved in (position - 1, position + 1):
        if 0 <= moved < len(levels):
            change = f"{criterion.id} {operator} {levels[moved]} instead of {levels[position]}"
            yield change, leaf.model_copy(update={field: levels[moved]})


def _killers(
    rule_base: RuleBase,
    mutant: Mutant,
    *,
    cases: Sequence[RuleCase],
    sound: Sequence[ConsultationCase],
    known: set[str],
) -> Iterator[Killer]:
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    own = (case for case in cases if case.statement == mutant.statement)
    is_noticed = any(any(check_case(case, mutant.replacement, criteria)) for case in own)
    if is_noticed:
        yield "rule cases"
    mutated = apply_mutant(rule_base, mutant)
    compiled = compile_rules(mutated)
    if any(any(check_consultation(compiled, case)) for case in sound):
        is_noticed = True
        yield "consultations"
    if not is_noticed and set(map(str, check_rules(mutated))) - known:
        yield "lint"


def apply_mutant(rule_base: RuleBase, mutant: Mutant) -> RuleBase:
    """Put a mutant's replacement into the place of its statement."""
    new = (mutant.replacement,) if mutant.replacement else ()
    return rule_base.model_copy(
        update={
            section: tuple(
                changed
                for statement in getattr(rule_base, section)
                for changed in (new if statement.id == mutant.statement else (statement,))
            )
            for section in ("rules", "vetoes", "notices")
        }
    )
