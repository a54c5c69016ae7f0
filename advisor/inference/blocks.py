"""Damping and capping: what the rules that fire together are worth together.

Rules of one group are damped, γ = 1 / (1 + (m - 1) ρ) for m fired ones. All rules with the same
primary criterion are capped at 10 decibans together. The rules are partitioned into blocks whose
worth depends only on which of their rules fired (and on the numbers fired in their groups), so
that it has to be worked out once and can be looked up ever after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

COUNT_BITS = 8
"""Room for the number of fired rules of a group in a key of ledgers."""

CAP = 10_000
"""The most that one criterion may speak for or against an approach, in millidecibans."""

MAX_GROUP = 14
"""Larger groups are split, lest a table of all their patterns outgrows the processor's cache."""

SLICE = 10
"""So many rules that belong to no group are looked up at once."""


class Firing(NamedTuple):
    """A rule that fired, and what it is worth after damping and capping."""

    rule: int
    share: float
    """What is left of its nominal weight, between 0 and 1."""
    worth: tuple[int, ...]
    """Millidecibans per approach."""


class Ledger(NamedTuple):
    """All firings of a block and their sum."""

    firings: tuple[Firing, ...]
    totals: tuple[int, ...]
    """Millidecibans per approach."""


class DampedGroup(NamedTuple):
    """Correlated rules; their bits are neighbours."""

    id: str
    mask: int
    """Bits of its rules."""
    rho: float
    shift: int
    """Where in a key of ledgers the number of its fired rules stands."""

    def damping(self, n_fired: int) -> float:
        """Compute γ, the share of its weight that each of the fired rules keeps."""
        return 1.0 / (1.0 + (n_fired - 1) * self.rho)


@dataclass(frozen=True)
class Block:
    """Rules whose worth is looked up together."""

    rules: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    """Nominal millidecibans of the rules above, per approach."""
    memberships: tuple[int | None, ...]
    """The group of each rule above, as a position in `groups`."""
    groups: tuple[DampedGroup, ...]
    is_capped: bool
    """True if its rules share a primary criterion and can say more than one may."""
    has_counts: bool
    """True if its keys carry the numbers of fired rules; otherwise all rules of its group."""
    ledgers: _LedgerTable = field(init=False, compare=False, repr=False)
    """Worked out on first use, by `ledger`'s argument."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ledgers", _LedgerTable(self))

    @cached_property
    def mask(self) -> int:
        """The bits of the block's rules."""
        return sum(1 << rule for rule in self.rules)

    @cached_property
    def reach(self) -> int:
        """The bits of a key that matter to the block."""
        if not self.has_counts:
            return self.mask | sum(group.mask for group in self.groups)
        return self.mask | sum(((1 << COUNT_BITS) - 1) << group.shift for group in self.groups)

    def ledger(self, key: int) -> Ledger:
        """Work out what the fired rules of this block are worth.

        Args:
            key: Bits of the fired rules, and above them how many rules of each group fired.
        """
        members = [k for k, rule in enumerate(self.rules) if key >> rule & 1]
        shares = self._shares(members, key)
        firings = tuple(
            Firing(self.rules[k], share, tuple(round(share * w) for w in self.weights[k]))
            for k, share in zip(members, shares, strict=True)
        )
        return Ledger(firings, tuple(map(sum, zip(*(f.worth for f in firings), strict=True))))

    def _shares(self, members: Sequence[int], key: int) -> list[float]:
        dampings = [self._damping(k, key) for k in members]
        if not self.is_capped:
            return dampings
        damped = [
            [round(damping * w) for w in self.weights[k]]
            for k, damping in zip(members, dampings, strict=True)
        ]
        peak = max(abs(sum(column)) for column in zip(*damped, strict=True))
        if peak <= CAP:
            return dampings
        return [damping * (CAP / peak) for damping in dampings]

    def _damping(self, k: int, key: int) -> float:
        membership = self.memberships[k]
        if membership is None:
            return 1.0
        group = self.groups[membership]
        if self.has_counts:
            return group.damping(key >> group.shift & ((1 << COUNT_BITS) - 1))
        return group.damping((key & group.mask).bit_count())


class _LedgerTable(dict[int, Ledger]):
    """The ledgers of a block seen so far."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self._block = block

    def __missing__(self, key: int) -> Ledger:
        ledger = self[key] = self._block.ledger(key)
        return ledger


def build_groups(
    memberships: Sequence[str], rho: Mapping[str, float], *, first_shift: int
) -> tuple[DampedGroup, ...]:
    """Collect the rules of each group; a group of one is damped by nothing and left out.

    Args:
        memberships: The group of each rule; empty if it has none.
        rho: The correlation within each group.
        first_shift: The first bit of a key of ledgers that no statement owns.
    """
    shared = [group for group in sorted(rho) if list(memberships).count(group) > 1]
    return tuple(
        DampedGroup(
            id=group,
            mask=sum(1 << rule for rule, own in enumerate(memberships) if own == group),
            rho=rho[group],
            shift=first_shift + COUNT_BITS * position,
        )
        for position, group in enumerate(shared)
    )


def build_blocks(
    weights: Sequence[tuple[int, ...]],
    groups: Sequence[DampedGroup],
    *,
    capped: Iterable[Sequence[int]],
) -> tuple[Block, ...]:
    """Partition the rules into blocks.

    Args:
        weights: Nominal millidecibans per rule and approach; the rules of a group are neighbours.
        groups: The groups of correlated rules.
        capped: The rules of each primary criterion that could say more than one may.
    """
    over = [_block(rules, weights, groups=groups, is_capped=True) for rules in capped]
    placed = {rule for block in over for rule in block.rules}
    runs = [[rule for rule in run if rule not in placed] for run in _neighbours(weights, groups)]
    plain = [_block(run, weights, groups=groups, is_capped=False) for run in runs if run]
    return (*over, *plain)


def _neighbours(weights: Sequence[tuple[int, ...]], groups: Sequence[DampedGroup]) -> list[range]:
    """Partition the rules into runs that are short enough to be looked up at once."""
    runs = [range(_first(g.mask), _first(g.mask) + g.mask.bit_count()) for g in groups]
    grouped = {rule for run in runs for rule in run}
    alone = [rule for rule in range(len(weights)) if rule not in grouped]
    if alone:
        runs.append(range(alone[0], alone[-1] + 1))
    return [part for run in runs for part in _split(run)]


def _split(run: range) -> list[range]:
    if len(run) <= MAX_GROUP:
        return [run]
    return [run[start : start + SLICE] for start in range(0, len(run), SLICE)]


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _block(
    rules: Sequence[int],
    weights: Sequence[tuple[int, ...]],
    *,
    groups: Sequence[DampedGroup],
    is_capped: bool,
) -> Block:
    touched = tuple(g for g in groups if any(g.mask >> r & 1 for r in rules))
    return Block(
        rules=tuple(rules),
        weights=tuple(weights[r] for r in rules),
        memberships=tuple(
            next((i for i, g in enumerate(touched) if g.mask >> r & 1), None) for r in rules
        ),
        groups=touched,
        is_capped=is_capped,
        has_counts=is_capped or any(g.mask.bit_count() > MAX_GROUP for g in touched),
    )
