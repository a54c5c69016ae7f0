"""The evaluation of `evidence.weigh` for many sets of answers at once.

Both read the same masks and count in whole millidecibans, so they agree to the last digit.
Results have one column per set of answers, because numpy is fast along the last axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from advisor.inference.blocks import CAP, Block, DampedGroup
from advisor.inference.compiled import CompiledRules
from advisor.inference.lookup import WORD, Array, Tables, Words, build_tables

Codes = NDArray[np.int8]
"""One row per set of answers, one code per criterion."""

Flags = NDArray[np.bool_]

CHUNK = 16_384
"""So many sets of answers are evaluated at once: what they need stays in the cache."""


@dataclass(frozen=True)
class Batch:
    """The evidence of many sets of answers; one column each."""

    scores: Array
    """Whole millidecibans, one row per approach."""
    excluded: Flags
    """One row per approach."""
    state: Words = field(repr=False)
    """The true clauses."""
    n_deciding: int

    @cached_property
    def fired(self) -> Flags:
        """One row per rule or veto, in the order of `CompiledRules.statements`."""
        return np.stack([_bit(self.state, s) for s in range(self.n_deciding)])

    @cached_property
    def values(self) -> Array:
        """The scores, -inf where an approach is excluded."""
        return np.where(self.excluded, -np.inf, self.scores)

    @cached_property
    def winners(self) -> Array:
        """One row per approach: 1 where it wins, split equally between tied ones.

        All zeros where every approach is excluded.
        """
        return split_wins(self.values)


def split_wins(values: Array) -> Array:
    """Give the best row of each column 1, split equally between tied ones; -inf never wins."""
    best = values.max(axis=0)
    tops = (values == best) & np.isfinite(best)
    shares: Array = tops / np.maximum(tops.sum(axis=0), 1)
    return shares


def weigh_batch(compiled: CompiledRules, codes: Codes) -> Batch:
    """Evaluate the whole rule base for each row of codes."""
    tables = build_tables(compiled)
    n_rows, n_approaches = len(codes), len(compiled.approaches)
    scores = np.empty((n_approaches, n_rows))
    excluded = np.empty((n_approaches, n_rows), dtype=np.bool_)
    state = np.empty((tables.n_words, n_rows), dtype=np.uint64)
    for start in range(0, n_rows, CHUNK):
        part = slice(start, start + CHUNK)
        state[:, part] = found = _read_state(compiled, tables, codes=codes[part])
        _score(compiled, tables, state=found, scores=scores[:, part])
        excluded[:, part] = _exclude(compiled, found)
    return Batch(scores, excluded, state, compiled.n_deciding)


def _read_state(compiled: CompiledRules, tables: Tables, *, codes: Codes) -> Words:
    """Find the true clauses of each row of codes."""
    columns = np.ascontiguousarray(codes.T).astype(np.int16)
    state: Words | None = None
    for panel in tables.panels:
        entry = np.full(len(codes), panel.offset, dtype=np.int16)
        for i, stride in enumerate(panel.strides, panel.first):
            entry += columns[i] * np.int16(stride)
        found = panel.table.take(entry.astype(np.intp), axis=1)
        state = found if state is None else np.bitwise_and(state, found, out=state)
    if state is None:
        return np.full((tables.n_words, len(codes)), ~np.uint64(0))
    for s, others in compiled.deciding_extras:
        state[s // WORD] |= _any_bit(state, others).astype(np.uint64) << np.uint64(s % WORD)
    return state


def _any_bit(state: Words, bits: int) -> Flags:
    """Tell where at least one of the bits is set."""
    lower = (1 << WORD) - 1
    masks = [(w, bits >> w * WORD & lower) for w in range(len(state))]
    flags = [(state[w] & np.uint64(mask)) != 0 for w, mask in masks if mask]
    return np.logical_or.reduce(flags) if flags else np.zeros(state.shape[1], dtype=np.bool_)


def _bit(state: Words, s: int) -> Flags:
    flags: Flags = (state[s // WORD] & np.uint64(1 << s % WORD)) != 0
    return flags


def _exclude(compiled: CompiledRules, state: Words) -> Flags:
    return np.stack([_any_bit(state, excluder) for excluder in compiled.excluders])


def _score(compiled: CompiledRules, tables: Tables, *, state: Words, scores: Array) -> None:
    """Write the sum of the evidence into `scores`."""
    rows: Array | None = None
    for table in tables.patterns:
        found = table.worths.take(_pattern(state, table.shift, table.width), axis=0)
        rows = found if rows is None else np.add(rows, found, out=rows)
    scores[:] = np.asarray(compiled.base, dtype=np.float64)[:, None]
    if rows is not None:
        scores += rows.T
    dampings = _dampings(tables.others, state)
    for block in tables.others:
        _, worth = _weigh_block(block, state, dampings)
        scores += worth


def _pattern(state: Words, shift: int, width: int) -> NDArray[np.intp]:
    """Read neighbouring bits as a number."""
    word, start = divmod(shift, WORD)
    bits = state[word] >> np.uint64(start)
    if start + width > WORD:
        bits |= state[word + 1] << np.uint64(WORD - start)
    pattern: NDArray[np.intp] = (bits & np.uint64((1 << width) - 1)).astype(np.intp)
    return pattern


def _worth(block: Block, shares: Array) -> Array:
    """Sum what the rules of a block are worth, each rounded to a whole millideciban."""
    worth = np.zeros((len(block.weights[0]), shares.shape[1]))
    term = np.empty(shares.shape[1])
    for share, weights in zip(shares, block.weights, strict=True):
        for row, weight in zip(worth, weights, strict=True):
            row += np.rint(np.multiply(share, weight, out=term), out=term)
    return worth


def _dampings(blocks: Iterable[Block], state: Words) -> dict[str, Array]:
    """Compute γ of the groups of some blocks; where none fired the value means nothing."""
    groups = {group.id: group for block in blocks for group in block.groups}
    return {
        name: _damping_table(group)[sum(_bit(state, s).astype(np.int8) for s in _positions(group))]
        for name, group in groups.items()
    }


def _positions(group: DampedGroup) -> range:
    first = (group.mask & -group.mask).bit_length() - 1
    return range(first, first + group.mask.bit_count())


def _damping_table(group: DampedGroup) -> Array:
    n_rules = group.mask.bit_count()
    return np.array([1.0, *(group.damping(m) for m in range(1, n_rules + 1))])


def _weigh_block(block: Block, state: Words, dampings: Mapping[str, Array]) -> tuple[Array, Array]:
    """Compute what each rule of a block keeps of its weight (0 where silent), and their worth."""
    shares = _damped_shares(block, state, dampings)
    worth = _worth(block, shares)
    if block.is_capped:
        peak = np.abs(worth).max(axis=0)
        over = np.flatnonzero(peak > CAP)
        shares[:, over] *= CAP / peak[over]
        worth[:, over] = _worth(block, shares[:, over])
    return shares, worth


def _damped_shares(block: Block, state: Words, dampings: Mapping[str, Array]) -> Array:
    shares = np.stack([_bit(state, rule) for rule in block.rules]).astype(np.float64)
    for k, membership in enumerate(block.memberships):
        if membership is not None:
            shares[k] *= dampings[block.groups[membership].id]
    return shares


def share_batch(compiled: CompiledRules, batch: Batch) -> Array:
    """Compute what each rule keeps of its nominal weight; 0 where it is silent.

    Returns:
        One row per rule, one column per set of answers.
    """
    shares = np.zeros((len(compiled.rules), batch.scores.shape[1]))
    dampings = _dampings(compiled.blocks, batch.state)
    for block in compiled.blocks:
        if block.is_capped:
            shares[list(block.rules)], _ = _weigh_block(block, batch.state, dampings)
        else:
            shares[list(block.rules)] = _damped_shares(block, batch.state, dampings)
    return shares
