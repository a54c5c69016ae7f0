"""Damping and capping: what the rules that fire together are worth together.

Rules of one group are damped, γ = 1 / (1 + (m - 1) ρ) for m fired ones. All rules that speak to
the same primary criterion form a block, which is capped at 10 decibans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

COUNT_BITS = 8
"""Room for the number of fired rules of a group in a key of ledgers."""

CAP = 10_000
"""The most that one criterion may speak for or against an approach, in millidecibans."""


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
    """Correlated rules."""

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
    """The rules that speak to one primary criterion."""

    criterion: str
    rules: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    """Nominal millidecibans of the rules above, per approach."""
    memberships: tuple[int | None, ...]
    """The group of each rule above, as a position in `groups`."""
    groups: tuple[DampedGroup, ...]
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
        return self.mask | sum(((1 << COUNT_BITS) - 1) << group.shift for group in self.groups)

    @cached_property
    def can_exceed_cap(self) -> bool:
        """True if its rules could speak louder than one criterion may."""
        columns = zip(*self.weights, strict=True)
        return any(sum(map(abs, column)) > CAP for column in columns)

    @cached_property
    def is_plain(self) -> bool:
        """True if no damping and no cap can ever apply."""
        return not self.groups and not self.can_exceed_cap

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
        return group.damping(key >> group.shift & ((1 << COUNT_BITS) - 1))


class _LedgerTable(dict[int, Ledger]):
    """The ledgers of a block seen so far; there are few, because the levels are few."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self._block = block

    def __missing__(self, key: int) -> Ledger:
        ledger = self[key] = self._block.ledger(key)
        return ledger


def build_groups(memberships: Sequence[str], rho: Mapping[str, float]) -> tuple[DampedGroup, ...]:
    """Collect the rules of each group; a group of one is damped by nothing and left out.

    Args:
        memberships: The group of each rule; empty if it has none.
        rho: The correlation within each group.
    """
    n_rules = len(memberships)
    shared = [group for group in sorted(rho) if list(memberships).count(group) > 1]
    return tuple(
        DampedGroup(
            id=group,
            mask=sum(1 << rule for rule, own in enumerate(memberships) if own == group),
            rho=rho[group],
            shift=n_rules + COUNT_BITS * position,
        )
        for position, group in enumerate(shared)
    )


def build_blocks(
    weights: Sequence[tuple[int, ...]],
    primaries: Sequence[str],
    *,
    groups: Sequence[DampedGroup],
) -> tuple[Block, ...]:
    """Partition the rules by their primary criterion."""
    return tuple(
        _block(criterion, weights, primaries=primaries, groups=groups)
        for criterion in sorted(set(primaries))
    )


def _block(
    criterion: str,
    weights: Sequence[tuple[int, ...]],
    *,
    primaries: Sequence[str],
    groups: Sequence[DampedGroup],
) -> Block:
    rules = tuple(r for r, primary in enumerate(primaries) if primary == criterion)
    touched = tuple(g for g in groups if any(g.mask >> r & 1 for r in rules))
    return Block(
        criterion=criterion,
        rules=rules,
        weights=tuple(weights[r] for r in rules),
        memberships=tuple(
            next((i for i, g in enumerate(touched) if g.mask >> r & 1), None) for r in rules
        ),
        groups=touched,
    )
