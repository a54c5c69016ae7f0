"""Tables for evaluating many sets of answers at once.

Instead of asking thirty criteria one after another, several of them are read as one number, and
one look-up says which clauses that combination of answers leaves true. Likewise the worth of a
block of rules is looked up by the pattern of those that fired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from advisor.inference.blocks import Block
from advisor.inference.compiled import CompiledRules

WORD = 64
"""Bits in a machine word."""

MAX_TABLE = 4_096
"""Entries of a table of joint answers; larger ones would not stay in the processor's cache."""

Words = NDArray[np.uint64]
"""One row per 64 clauses, one column per set of answers."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Criteria that are read together."""

    first: int
    strides: tuple[int, ...]
    """How much one more in the code of each criterion moves in the table."""
    offset: int
    """Where all codes being zero stands in the table."""
    table: Words
    """Which clauses each combination leaves true."""


@dataclass(frozen=True, eq=False)
class PatternTable:
    """What a block is worth, by which of its neighbouring rules fired."""

    shift: int
    width: int
    worths: Array
    """Millidecibans, one row per pattern, one column per approach."""


@dataclass(frozen=True, eq=False)
class Tables:
    """Everything the evaluation of a batch looks things up in."""

    n_words: int
    panels: tuple[Panel, ...]
    patterns: tuple[PatternTable, ...]
    others: tuple[Block, ...]
    """The blocks that are capped or too large for a table."""


@lru_cache(maxsize=4)
def build_tables(compiled: CompiledRules) -> Tables:
    """Build the tables of a rule base; kept for the ones used last."""
    n_words = -(-compiled.n_clauses // WORD)
    tabled = [block for block in compiled.blocks if not block.has_counts]
    return Tables(
        n_words=n_words,
        panels=tuple(_panels(compiled.masks, n_words)),
        patterns=tuple(_pattern_table(block) for block in tabled),
        others=tuple(block for block in compiled.blocks if block.has_counts),
    )


def _panels(masks: Sequence[tuple[int, ...]], n_words: int) -> Iterator[Panel]:
    first = 0
    while first < len(masks):
        last, size = first, 1
        while last < len(masks) and (size * len(masks[last]) <= MAX_TABLE or last == first):
            size *= len(masks[last])
            last += 1
        yield _panel(masks[first:last], first, n_words=n_words)
        first = last


def _panel(masks: Sequence[tuple[int, ...]], first: int, *, n_words: int) -> Panel:
    """Combine the masks of some criteria; not_applicable stands first, then unknown."""
    table = np.full((n_words, 1), ~np.uint64(0))
    strides = [1]
    for own in masks:
        words = _words((*own[-2:], *own[:-2]), n_words)
        table = (words[:, :, None] & table[:, None, :]).reshape(n_words, -1)
        strides.append(strides[-1] * len(own))
    return Panel(first, tuple(strides[:-1]), 2 * sum(strides[:-1]), table)


def _words(masks: Sequence[int], n_words: int) -> Words:
    lower = (1 << n_words * WORD) - 1
    data = b"".join((mask & lower).to_bytes(n_words * WORD // 8, "little") for mask in masks)
    rows = np.frombuffer(data, dtype="<u8").reshape(len(masks), n_words)
    return np.ascontiguousarray(rows.T)


def _pattern_table(block: Block) -> PatternTable:
    """Work out all patterns; those of a group include its rules that are capped elsewhere."""
    bits = block.reach
    shift = (bits & -bits).bit_length() - 1
    width = bits.bit_length() - shift
    patterns = np.arange(1 << width)
    fired = (patterns[:, None] >> np.arange(width)) & 1
    shares = np.ones(len(patterns))
    if block.groups:
        dampings = [1.0, *(block.groups[0].damping(m) for m in range(1, width + 1))]
        shares = np.asarray(dampings)[fired.sum(axis=1)]
    worths = np.zeros((len(patterns), len(block.weights[0])))
    for rule, weights in zip(block.rules, block.weights, strict=True):
        share = np.where(fired[:, rule - shift] == 1, shares, 0.0)
        worths += np.rint(share[:, None] * np.asarray(weights, dtype=np.float64))
    return PatternTable(shift, width, worths)
