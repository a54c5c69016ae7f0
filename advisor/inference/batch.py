"""The evaluation of `evidence.weigh` for many sets of answers at once.

Both read the same masks and count in whole millidecibans, so they agree to the last digit.
Results have one column per set of answers, because numpy is fast along the last axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from advisor.inference.blocks import CAP, Block, DampedGroup
from advisor.inference.compiled import CompiledRules

Codes = NDArray[np.int8]
"""One row per set of answers, one code per criterion."""

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_WORD = 64


@dataclass(frozen=True)
class Batch:
    """The evidence of many sets of answers; one column each."""

    scores: Array
    """Whole millidecibans, one row per approach."""
    excluded: Flags
    """One row per approach."""
    fired: Flags
    """One row per rule or veto, in the order of `CompiledRules.statements`."""

    @cached_property
    def winners(self) -> Array:
        """One row per approach: 1 where it wins, split equally between tied ones.

        All zeros where every approach is excluded.
        """
        return split_wins(np.where(self.excluded, -np.inf, self.scores))


def split_wins(values: Array) -> Array:
    """Give the best row of each column 1, split equally between tied ones; -inf never wins."""
    best = values.max(axis=0)
    tops = (values == best) & np.isfinite(best)
    shares: Array = tops / np.maximum(tops.sum(axis=0), 1)
    return shares


def weigh_batch(compiled: CompiledRules, codes: Codes) -> Batch:
    """Evaluate the whole rule base for each row of codes."""
    fired = fire_batch(compiled, codes)
    return Batch(score_batch(compiled, fired), exclude_batch(compiled, fired), fired)


def fire_batch(compiled: CompiledRules, codes: Codes) -> Flags:
    """Find which rules and vetoes are true for each row of codes."""
    n_words = -(-compiled.n_clauses // _WORD)
    state = np.full((len(codes), n_words), ~np.uint64(0))
    for i, masks in enumerate(compiled.masks):
        state &= _words(masks, n_words)[codes[:, i]]
    bits = np.unpackbits(state.view(np.uint8), axis=1, bitorder="little").view(np.bool_)
    n_deciding = len(compiled.rules) + len(compiled.vetoes)
    fired = np.ascontiguousarray(bits[:, :n_deciding].T)
    for own, others in compiled.extras:
        if (s := own.bit_length() - 1) < n_deciding:
            fired[s] |= bits[:, _bit_positions(others)].any(axis=1)
    return fired


def _words(masks: Sequence[int], n_words: int) -> NDArray[np.uint64]:
    lower = (1 << n_words * _WORD) - 1
    data = b"".join((mask & lower).to_bytes(n_words * _WORD // 8, "little") for mask in masks)
    return np.frombuffer(data, dtype="<u8").reshape(len(masks), n_words)


def _bit_positions(bits: int) -> list[int]:
    return [p for p in range(bits.bit_length()) if bits >> p & 1]


def score_batch(
    compiled: CompiledRules, fired: Flags, *, blocks: Sequence[Block] | None = None
) -> Array:
    """Add up the evidence of each set of answers.

    Args:
        compiled: The rule base.
        fired: What `fire_batch` returned.
        blocks: Only the evidence of these, without the base; all blocks and the base by default.
    """
    base = compiled.base if blocks is None else (0,) * len(compiled.base)
    chosen = compiled.blocks if blocks is None else blocks
    plain = [rule for block in chosen if block.is_plain for rule in block.rules]
    weights = np.asarray([compiled.weights[rule] for rule in plain], dtype=np.float64)
    scores = weights.reshape(len(plain), len(base)).T @ fired[plain].astype(np.float64)
    scores += np.asarray(base, dtype=np.float64)[:, None]
    dampings = _dampings(compiled, fired)
    for block in chosen:
        if not block.is_plain:
            scores += _worth(block, _block_shares(block, fired, dampings))
    return scores


def _worth(block: Block, shares: Array) -> Array:
    """Sum what the rules of a block are worth, each rounded to a whole millideciban."""
    columns = zip(*block.weights, strict=True)
    return np.stack(
        [np.rint(shares * np.asarray(column)[:, None]).sum(axis=0) for column in columns]
    )


def _dampings(compiled: CompiledRules, fired: Flags) -> dict[str, Array]:
    """Compute γ of each group; where none of it fired the value means nothing."""
    return {
        group.id: _damping_table(group)[_count(fired[p] for p in _bit_positions(group.mask))]
        for group in compiled.groups
    }


def _count(flags: Iterable[Flags]) -> NDArray[np.int16]:
    total: NDArray[np.int16] = sum(flag.astype(np.int16) for flag in flags)  # type: ignore[assignment]
    return total


def _damping_table(group: DampedGroup) -> Array:
    n_rules = group.mask.bit_count()
    return np.array([1.0, *(group.damping(m) for m in range(1, n_rules + 1))])


def _block_shares(block: Block, fired: Flags, dampings: Mapping[str, Array]) -> Array:
    """Compute what each rule of a block keeps of its nominal weight; 0 where it is silent."""
    shares = fired[list(block.rules)].astype(np.float64)
    for k, membership in enumerate(block.memberships):
        if membership is not None:
            shares[k] *= dampings[block.groups[membership].id]
    if block.can_exceed_cap:
        peak = np.abs(_worth(block, shares)).max(axis=0)
        shares *= np.where(peak > CAP, CAP / np.maximum(peak, CAP), 1.0)
    return shares


def exclude_batch(compiled: CompiledRules, fired: Flags) -> Flags:
    """Find which approaches a true veto excludes; one row per approach."""
    return np.stack(
        [fired[_bit_positions(excluder)].any(axis=0) for excluder in compiled.excluders]
    )


def share_batch(compiled: CompiledRules, fired: Flags) -> Array:
    """Compute what each rule keeps of its nominal weight; 0 where it is silent.

    Returns:
        One row per rule, one column per set of answers.
    """
    shares = np.zeros((len(compiled.rules), fired.shape[1]))
    dampings = _dampings(compiled, fired)
    for block in compiled.blocks:
        shares[list(block.rules)] = _block_shares(block, fired, dampings)
    return shares
