"""A rule base made ready for fast evaluation: conditions become bits, weights whole numbers.

Every clause of every condition owns one bit. For each criterion and each possible answer a mask
says which clauses that answer leaves true, and in the upper half which it leaves possible. The
conjunction of one mask per criterion is then the three-valued state of the whole rule base.

Weights are held in whole millidecibans. Sums of whole numbers are exact in any order, so a ledger
adds up to its score, and single and batch evaluation agree to the last digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from advisor.inference.blocks import CAP, Block, DampedGroup, Ledger, build_blocks, build_groups
from advisor.inference.clauses import apply_extras, build_masks, number_clauses
from advisor.inference.conditions import criteria_of
from advisor.schema.rule import (
    CompanionRule,
    Criterion,
    Rule,
    RuleBase,
    Statement,
    VariantRule,
    Veto,
)
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN, Approach

MILLI = 1000
"""Millidecibans in a deciban."""

UNKNOWN_CODE = -1
NOT_APPLICABLE_CODE = -2
"""Codes of the two answers that are no level; as indices they count from the end of a table."""


class Kernel(NamedTuple):
    """The parts of `CompiledRules` that a single evaluation reads, at hand because it hurries."""

    masks: tuple[tuple[int, ...], ...]
    extras: tuple[tuple[int, int], ...]
    n_clauses: int
    statement_bits: int
    counters: tuple[tuple[int, int], ...]
    readers: tuple[tuple[int, int, Mapping[int, Ledger]], ...]
    base: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class CompiledRules:
    """Everything an evaluation needs, indexed by position.

    Statements are rules by group and id, vetoes by id, then companions and variants in the order
    of the files; statement `s` owns bit `s`. Bits from `len(statements)` on belong to the further
    clauses of statements that have several.
    """

    rule_base: RuleBase
    approaches: tuple[Approach, ...]
    statements: tuple[Statement, ...]
    weights: tuple[tuple[int, ...], ...]
    """Centred millidecibans, per rule and approach."""
    base: tuple[int, ...]
    """Centred millidecibans that each approach starts with."""
    masks: tuple[tuple[int, ...], ...]
    """Per criterion: a mask for each level, then not_applicable, then unknown."""
    extras: tuple[tuple[int, int], ...]
    """For statements with several clauses: own bit, bits of the other clauses (both halves)."""
    n_clauses: int
    groups: tuple[DampedGroup, ...]
    blocks: tuple[Block, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria, in the order in which answers are encoded."""
        return self.rule_base.criteria

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, those of a group side by side, by id within it."""
        return tuple(s for s in self.statements if isinstance(s, Rule))

    @cached_property
    def vetoes(self) -> tuple[Veto, ...]:
        """The vetoes, in the order of their ids."""
        return tuple(s for s in self.statements if isinstance(s, Veto))

    @cached_property
    def companions(self) -> tuple[CompanionRule, ...]:
        """The companion suggestions, in file order."""
        return tuple(s for s in self.statements if isinstance(s, CompanionRule))

    @cached_property
    def variants(self) -> tuple[VariantRule, ...]:
        """The variant choices, in file order."""
        return tuple(s for s in self.statements if isinstance(s, VariantRule))

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each criterion stands among the codes."""
        return {criterion.id: i for i, criterion in enumerate(self.criteria)}

    @cached_property
    def bit(self) -> Mapping[str, int]:
        """The bit of each statement, by id."""
        return {statement.id: 1 << s for s, statement in enumerate(self.statements)}

    @cached_property
    def excluders(self) -> tuple[int, ...]:
        """Per approach: the bits of the vetoes that exclude it."""
        return tuple(
            sum(self.bit[veto.id] for veto in self.vetoes if approach in veto.excludes)
            for approach in self.approaches
        )

    @cached_property
    def statement_bits(self) -> int:
        """The bits of all statements."""
        return (1 << len(self.statements)) - 1

    @cached_property
    def n_deciding(self) -> int:
        """How many statements, from the first, are rules or vetoes."""
        return len(self.rules) + len(self.vetoes)

    @cached_property
    def deciding_extras(self) -> tuple[tuple[int, int], ...]:
        """The `extras` of rules and vetoes: position, bits of the further clauses if true."""
        return tuple(
            (own.bit_length() - 1, others)
            for own, others in self.extras
            if own < 1 << self.n_deciding
        )

    @cached_property
    def counters(self) -> tuple[tuple[int, int], ...]:
        """Per group whose fired rules are counted: its bits, and where the number stands."""
        counted = {g.id for block in self.blocks if block.has_counts for g in block.groups}
        return tuple((group.mask, group.shift) for group in self.groups if group.id in counted)

    @cached_property
    def readers(self) -> tuple[tuple[int, int, Mapping[int, Ledger]], ...]:
        """Per block: the bits of its rules, the bits of its keys, its ledgers."""
        return tuple((block.mask, block.reach, block.ledgers) for block in self.blocks)

    @cached_property
    def kernel(self) -> Kernel:
        """What a single evaluation reads."""
        return Kernel(
            masks=self.masks,
            extras=self.extras,
            n_clauses=self.n_clauses,
            statement_bits=self.statement_bits,
            counters=self.counters,
            readers=self.readers,
            base=self.base,
        )

    @cached_property
    def codes_by_level(self) -> tuple[Mapping[str, int], ...]:
        """Per criterion: the code of each answer."""
        special = {NOT_APPLICABLE: NOT_APPLICABLE_CODE, UNKNOWN: UNKNOWN_CODE}
        return tuple(
            {level: code for code, level in enumerate(criterion.level_ids)} | special
            for criterion in self.criteria
        )

    @cached_property
    def by_id(self) -> Mapping[str, Criterion]:
        """The criteria by id."""
        return {criterion.id: criterion for criterion in self.criteria}

    def encode(self, answers: Mapping[str, str]) -> list[int]:
        """Turn answers that were already checked into one code per criterion."""
        return [
            codes[answers.get(criterion.id, UNKNOWN)]
            for criterion, codes in zip(self.criteria, self.codes_by_level, strict=True)
        ]


def compile_rules(
    rule_base: RuleBase, multipliers: Mapping[str, float] | None = None
) -> CompiledRules:
    """Build the evaluation tables of a rule base whose references have been checked.

    Args:
        rule_base: The rule base.
        multipliers: How much the rules with these ids count; 1 is neutral.
    """
    approaches = tuple(info.id for info in rule_base.approaches)
    rules = _side_by_side(rule_base.rules)
    vetoes = sorted(rule_base.vetoes, key=_id)
    statements = (*rules, *vetoes, *rule_base.companions, *rule_base.variants)
    clauses, extras = number_clauses(statements)
    masks = tuple(build_masks(criterion, clauses) for criterion in rule_base.criteria)
    scale = {} if multipliers is None else multipliers
    weights = tuple(
        _centre(scale.get(rule.id, 1.0) * rule.weights.get(a, 0.0) for a in approaches)
        for rule in rules
    )
    groups = build_groups(
        [rule.group for rule in rules],
        {group.id: group.rho for group in rule_base.groups},
        first_shift=len(statements),
    )
    by_criterion = dict(zip((c.id for c in rule_base.criteria), masks, strict=True))
    capped = _over_cap(rules, weights, by_criterion=by_criterion, extras=extras, n=len(clauses))
    return CompiledRules(
        rule_base=rule_base,
        approaches=approaches,
        statements=statements,
        weights=weights,
        base=_centre(info.base_db for info in rule_base.approaches),
        masks=masks,
        extras=extras,
        n_clauses=len(clauses),
        groups=groups,
        blocks=build_blocks(weights, groups, capped=list(capped)),
    )


def _side_by_side(rules: Iterable[Rule]) -> list[Rule]:
    """Sort rules by group and id; those that are damped with no other come last."""
    ordered = sorted(rules, key=_id)
    sizes = Counter(rule.group for rule in ordered if rule.group)
    return sorted(
        ordered,
        key=lambda rule: (False, rule.group) if sizes[rule.group] > 1 else (True, ""),
    )


def _over_cap(
    rules: Sequence[Rule],
    weights: Sequence[tuple[int, ...]],
    *,
    by_criterion: Mapping[str, Sequence[int]],
    extras: Sequence[tuple[int, int]],
    n: int,
) -> Iterator[list[int]]:
    """Find the primary criteria of which one answer could say more than a criterion may.

    Rounding may add half a millideciban per rule, hence the slack.
    """
    primaries = [criteria_of(rule.when)[0] for rule in rules]
    for criterion in sorted(set(primaries)):
        members = [r for r, primary in enumerate(primaries) if primary == criterion]
        for mask in by_criterion[criterion][:-2]:
            possible = apply_extras(mask, extras) >> n
            worths = [weights[r] for r in members if possible >> r & 1]
            if any(_peak(column) > CAP - len(members) for column in zip(*worths, strict=True)):
                yield members
                break


def _peak(values: Sequence[int]) -> int:
    """Find the furthest from zero that a sum of some of the values can get."""
    return max(sum(v for v in values if v > 0), -sum(v for v in values if v < 0))


def _id(statement: Statement) -> str:
    return statement.id


def _centre(decibans: Iterable[float]) -> tuple[int, ...]:
    """Shift weights so that they sum to zero, in whole millidecibans up to rounding."""
    values = list(decibans)
    mean = sum(values) / len(values)
    return tuple(round(MILLI * (value - mean)) for value in values)
