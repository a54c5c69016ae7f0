"""From answers to evidence: which rules fire, and what each is worth to each approach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add, and_, getitem
from typing import NamedTuple

from advisor.inference.blocks import Firing, Ledger
from advisor.inference.clauses import apply_extras
from advisor.inference.compiled import CompiledRules


class Evidence(NamedTuple):
    """Everything the answers say, before anything is ranked."""

    fired: int
    """Bits of the statements whose condition is true."""
    open: int
    """Bits of the statements whose condition is unknown."""
    scores: tuple[int, ...]
    """Millidecibans per approach; the base and the firings add up to it exactly."""
    ledgers: list[Ledger]

    @property
    def firings(self) -> tuple[Firing, ...]:
        """Every rule that fired, with what it is worth."""
        return tuple(firing for ledger in self.ledgers for firing in ledger.firings)


def weigh(compiled: CompiledRules, codes: Sequence[int]) -> Evidence:
    """Evaluate the whole rule base for one set of answers.

    Args:
        compiled: The rule base.
        codes: One code per criterion, as `CompiledRules.encode` gives them.
    """
    masks, extras, n_clauses, bits, counters, readers, base = compiled.kernel
    state = reduce(and_, map(getitem, masks, codes))
    if extras:
        state = apply_extras(state, extras)
    key = fired = state & bits
    for mask, shift in counters:
        key |= (fired & mask).bit_count() << shift
    ledgers = [table[key & reach] for mask, reach, table in readers if fired & mask]
    scores: Iterable[int] = base
    for _, totals in ledgers:
        scores = map(add, scores, totals)
    return Evidence(fired, (state >> n_clauses & bits) ^ fired, tuple(scores), ledgers)


def read_state(compiled: CompiledRules, codes: Sequence[int]) -> tuple[int, int]:
    """Find the statements that are true, and those that are not false, as bits."""
    state = apply_extras(reduce(and_, map(getitem, compiled.masks, codes)), compiled.extras)
    bits = compiled.statement_bits
    return state & bits, state >> compiled.n_clauses & bits
