"""The ways in which the unanswered questions could still be answered.

Only questions that an undecided rule or veto reads can matter, and of their levels only those
that such a rule tells apart. That makes exact enumeration reach further than it would seem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Codes
from advisor.inference.compiled import UNKNOWN_CODE, CompiledRules
from advisor.inference.evidence import read_state
from advisor.schema.rule import Criterion

ENUMERATION_LIMIT = 20_000
"""Up to so many joint completions are enumerated; more are drawn."""

N_DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """An unanswered criterion that could still matter."""

    position: int
    codes: tuple[int, ...]
    """One level of each kind that the undecided rules tell apart."""
    shares: tuple[float, ...]
    """Prior probability of each kind."""
    kinds: tuple[int, ...]
    """Of which kind each level is, as a position in `codes`."""
    readers: int
    """Bits of the undecided rules and vetoes that wait for it."""


@dataclass(frozen=True, slots=True)
class Completions:
    """Sets of answers without unknowns that matter, and how probable each is."""

    codes: Codes
    shares: NDArray[np.float64]
    is_exact: bool

    @property
    def method(self) -> str:
        """How they were found, in words."""
        return "exact" if self.is_exact else f"{len(self.codes):,} seeded draws"


def prior_of(criterion: Criterion) -> tuple[float, ...]:
    """Share the probability over the levels: cited priors first, the rest uniformly."""
    given = [level.prior for level in criterion.levels]
    n_open = given.count(None)
    rest = max(0.0, 1.0 - sum(p for p in given if p is not None))
    values = [rest / n_open if p is None else p for p in given]
    total = sum(values)
    return tuple(v / total for v in values) if total else (1 / len(values),) * len(values)


def find_open_questions(compiled: CompiledRules, codes: Sequence[int]) -> list[OpenQuestion]:
    """Find the unanswered criteria that an undecided rule or veto still waits for."""
    waiting = _undecided_clauses(compiled, codes)
    return [
        question
        for i, code in enumerate(codes)
        if code == UNKNOWN_CODE and (question := _open_question(compiled, i, waiting)) is not None
    ]


def _undecided_clauses(compiled: CompiledRules, codes: Sequence[int]) -> dict[int, int]:
    """Map the bits of the clauses that keep a rule or veto undecided to the bits of those."""
    fired, possible = read_state(compiled, codes)
    undecided = possible & ~fired
    state = -1
    for masks, code in zip(compiled.masks, codes, strict=True):
        state &= masks[code]
    alive = state >> compiled.n_clauses & ~state
    n_deciding = len(compiled.rules) + len(compiled.vetoes)
    others = dict(compiled.extras)
    return {
        bit: own
        for own in (1 << s for s in range(n_deciding))
        if undecided & own
        for bit in _single_bits((own | others.get(own, 0)) & alive)
    }


def _single_bits(bits: int) -> list[int]:
    return [1 << p for p in range(bits.bit_length()) if bits >> p & 1]


def _open_question(
    compiled: CompiledRules, position: int, waiting: dict[int, int]
) -> OpenQuestion | None:
    masks = compiled.masks[position]
    reading = sum(bit for bit in waiting if not masks[UNKNOWN_CODE] & bit)
    if not reading:
        return None
    kinds: dict[int, list[int]] = {}
    for code in range(len(masks) - 2):
        kinds.setdefault(masks[code] & reading, []).append(code)
    prior = prior_of(compiled.criteria[position])
    readers = 0
    for bit, own in waiting.items():
        readers |= own if bit & reading else 0
    return OpenQuestion(
        position=position,
        codes=tuple(members[0] for members in kinds.values()),
        shares=tuple(sum(prior[code] for code in members) for members in kinds.values()),
        kinds=tuple(list(kinds).index(masks[code] & reading) for code in range(len(masks) - 2)),
        readers=readers,
    )


def complete(codes: Sequence[int], questions: Sequence[OpenQuestion], *, seed: int) -> Completions:
    """Complete the answers in every way, or in 10,000 drawn ones if there are too many."""
    if prod(len(question.codes) for question in questions) <= ENUMERATION_LIMIT:
        return enumerate_completions(codes, questions)
    generator = np.random.default_rng(seed)
    drawn = np.tile(np.asarray(codes, dtype=np.int8), (N_DRAWS, 1))
    for question in questions:
        uniform, levels = generator.random(N_DRAWS), np.asarray(question.codes, dtype=np.int8)
        reached = np.cumsum(question.shares)[:-1, None] <= uniform
        drawn[:, question.position] = levels[reached.sum(axis=0)]
    return Completions(drawn, np.full(N_DRAWS, 1 / N_DRAWS), is_exact=False)


def enumerate_completions(codes: Sequence[int], questions: Sequence[OpenQuestion]) -> Completions:
    """Complete the answers in every way that the undecided rules tell apart."""
    shape = tuple(len(question.codes) for question in questions)
    grid = np.indices(shape).reshape(len(shape), prod(shape))
    rows = np.tile(np.asarray(codes, dtype=np.int8), (prod(shape), 1))
    shares = np.ones(len(rows))
    for question, choice in zip(questions, grid, strict=True):
        rows[:, question.position] = np.asarray(question.codes, dtype=np.int8)[choice]
        shares *= np.asarray(question.shares)[choice]
    return Completions(rows, shares, is_exact=True)
