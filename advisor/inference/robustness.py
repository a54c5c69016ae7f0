"""How often each approach would win if the weights were as uncertain as their evidence is weak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import share_batch, split_wins
from advisor.inference.compiled import CompiledRules
from advisor.inference.priorities import draw_themes, theme_of, weigh_themes
from advisor.inference.unknowns import Prospect
from advisor.vocabulary import Grade

N_DRAWS = 10_000

SPREAD = {Grade.A: (0.8, 1.2), Grade.B: (0.6, 1.4), Grade.C: (0.3, 1.7), Grade.D: (-0.3, 2.0)}
"""Lowest and highest factor on a weight by evidence grade; the most probable one is 1."""

Array = NDArray[np.floating]
"""Single precision is plenty for draws."""


@dataclass(frozen=True)
class Draws:
    """Joint draws of weights, unknown answers and priorities, and what follows from them."""

    values: NDArray[np.float64]
    """Millidecibans, one row per approach, one column per draw; -inf where excluded."""
    rules: NDArray[np.intp]
    """The rules that fire in some completion."""
    factors: Array = field(repr=False)
    """How much each of these rules counts, one column per draw."""
    shares: Array = field(repr=False)
    """What damping and capping leave of each of these rules, one column per completion."""
    completions: NDArray[np.intp] = field(repr=False)
    """The completion of the unknown answers in each draw."""
    themes: Mapping[str, Array] = field(repr=False)
    """What each theme counts in each draw; empty without priorities."""

    @cached_property
    def wins(self) -> NDArray[np.float64]:
        """1 where an approach comes first, split between tied ones; all 0 if none is feasible."""
        return split_wins(self.values)

    @property
    def first_ranks(self) -> tuple[float, ...]:
        """The share of the draws in which each approach comes first."""
        return tuple(self.wins.mean(axis=1).tolist())


def draw_scores(
    compiled: CompiledRules, prospect: Prospect, *, seed: int, priorities: tuple[str, ...] = ()
) -> Draws:
    """Draw the decibans of every approach.

    The damping and capping of the nominal weights is kept, and what is left of each weight is
    multiplied by its factor.

    Args:
        compiled: The rule base, weighed by the same priorities.
        prospect: The completions of the unknown answers.
        seed: Seed of all draws.
        priorities: The order of importance; empty if there is none.
    """
    batch = prospect.batch
    completions = _draw_completions(prospect, seed)
    shares = share_batch(compiled, batch).astype(np.float32)
    rules = np.flatnonzero(shares.any(axis=1))
    themes = draw_themes(priorities, N_DRAWS, seed=seed) if priorities else {}
    factors = draw_factors(compiled, seed, rules=rules.tolist())
    for row, theme, centre in _themed(compiled, rules, priorities=priorities):
        factors[row] *= themes[theme] / centre
    weights = np.asarray(compiled.weights, dtype=np.float32)[rules]
    strengths = shares[rules][:, completions] * factors
    # Not `@`: linear algebra libraries add in an order, and so to a last digit, of their own.
    values = np.einsum("ra,rd->ad", weights, strengths).astype(np.float64)
    values += np.asarray(compiled.base, dtype=np.float64)[:, None]
    values[batch.excluded[:, completions]] = -np.inf
    return Draws(values, rules, factors, shares[rules], completions, themes)


def _themed(
    compiled: CompiledRules, rules: NDArray[np.intp], *, priorities: tuple[str, ...]
) -> list[tuple[int, str, float]]:
    """List the rules with a theme: their row, the theme, and what the ledger lets it count."""
    if not priorities:
        return []
    centres = weigh_themes(priorities)
    themes = [theme_of(compiled.rules[rule], compiled.by_id) for rule in rules]
    return [(row, theme, centres[theme]) for row, theme in enumerate(themes) if theme is not None]


def _draw_completions(prospect: Prospect, seed: int) -> NDArray[np.intp]:
    """Choose a completion for each draw; drawn ones serve as they are."""
    shares = prospect.completions.shares
    if not prospect.completions.is_exact and len(shares) == N_DRAWS:
        return np.arange(N_DRAWS)
    generator = np.random.default_rng([seed, 1])
    cumulative = np.cumsum(shares)
    uniform = generator.random(N_DRAWS) * cumulative[-1]
    drawn: NDArray[np.intp] = np.searchsorted(cumulative, uniform, side="right")
    return drawn


def draw_factors(
    compiled: CompiledRules, seed: int, *, rules: Sequence[int] | None = None
) -> Array:
    """Draw the factor on the weight of each rule: one shared with its sources, times its own.

    Rules of one source err together. The shared factor of a rule with several sources is the mean
    of theirs, because independent sources average their errors out. The draws of a rule depend on
    its id and its sources alone, so that they stay the same whatever other rules there are.

    Args:
        compiled: The rule base.
        seed: Seed of the draws.
        rules: The rules that are wanted; all by default.

    Returns:
        One row per rule, one column per draw.
    """
    wanted = compiled.rules if rules is None else [compiled.rules[r] for r in rules]
    factors = np.empty((len(wanted), N_DRAWS), dtype=np.float32)
    for row, rule in zip(factors, wanted, strict=True):
        row[:] = _draw_factor(rule.id, rule.sources, grade=rule.grade, seed=seed)
    return factors


@lru_cache(maxsize=256)
def _draw_factor(rule: str, sources: tuple[str, ...], *, grade: Grade, seed: int) -> Array:
    own = triangular(_uniform(f"rule {rule}", seed), grade)
    if not sources:
        return own
    shared = [_draw_source(source, grade, seed=seed) for source in sources]
    product: Array = own * (sum(shared) / np.float32(len(shared)))
    return product


@lru_cache(maxsize=256)
def _draw_source(source: str, grade: Grade, *, seed: int) -> Array:
    return triangular(_uniform(f"source {source}", seed), grade)


@lru_cache(maxsize=256)
def _uniform(name: str, seed: int) -> Array:
    generator = np.random.default_rng([seed, 2, crc32(name.encode())])
    return generator.random(N_DRAWS, dtype=np.float32)


def triangular(uniform: Array, grade: Grade) -> Array:
    """Turn uniform draws into triangular ones with mode 1 and the spread of the grade."""
    low, high = SPREAD[grade]
    width = high - low
    is_rising = uniform < (1 - low) / width
    below, above = uniform * (width * (1 - low)), (1 - uniform) * (width * (high - 1))
    root = np.sqrt(np.where(is_rising, below, above))
    return np.where(is_rising, low + root, high - root)
