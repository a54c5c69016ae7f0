"""How often each approach would win if the weights were as uncertain as their evidence is weak."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import share_batch, split_wins
from advisor.inference.compiled import CompiledRules
from advisor.inference.unknowns import Prospect
from advisor.vocabulary import Grade

N_DRAWS = 10_000

SPREAD = {Grade.A: (0.8, 1.2), Grade.B: (0.6, 1.4), Grade.C: (0.3, 1.7), Grade.D: (-0.3, 2.0)}
"""Lowest and highest factor on a weight by evidence grade; the most probable one is 1."""

Array = NDArray[np.float64]


def first_ranks(compiled: CompiledRules, prospect: Prospect, *, seed: int) -> tuple[float, ...]:
    """Compute in which share of joint draws of weights and unknown answers each approach wins.

    A draw in which every approach is excluded counts for none.
    """
    return tuple(split_wins(draw_values(compiled, prospect, seed=seed)).mean(axis=1).tolist())


def draw_values(compiled: CompiledRules, prospect: Prospect, *, seed: int) -> Array:
    """Draw the decibans of every approach; an excluded one has -inf.

    The damping and capping of the nominal weights is kept, and what is left of each weight is
    multiplied by its factor.

    Returns:
        One row per approach, one column per draw, in millidecibans.
    """
    batch = prospect.batch
    drawn = _draw_completions(prospect, seed)
    shares = share_batch(compiled, batch.fired)
    active = np.flatnonzero(shares.any(axis=1))
    weights = np.asarray(compiled.weights, dtype=np.float64)[active]
    strength = shares[active][:, drawn] * draw_factors(compiled, seed)[active]
    values: Array = weights.T @ strength
    values += np.asarray(compiled.base, dtype=np.float64)[:, None]
    values[batch.excluded[:, drawn]] = -np.inf
    return values


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


@lru_cache(maxsize=2)
def draw_factors(compiled: CompiledRules, seed: int) -> Array:
    """Draw the factor on the weight of each rule: one shared with its sources, times its own.

    Rules of one source err together. The shared factor of a rule with several sources is the mean
    of theirs, because independent sources average their errors out.

    Returns:
        One row per rule, one column per draw.
    """
    generator = np.random.default_rng([seed, 2])
    sources = sorted({source for rule in compiled.rules for source in rule.sources})
    errors = dict(zip(sources, generator.random((len(sources), N_DRAWS)), strict=True))
    own = generator.random((len(compiled.rules), N_DRAWS))
    factors = np.stack([triangular(u, r.grade) for u, r in zip(own, compiled.rules, strict=True)])
    shared = {
        (source, grade): triangular(errors[source], grade)
        for source, grade in {(s, rule.grade) for rule in compiled.rules for s in rule.sources}
    }
    for row, rule in zip(factors, compiled.rules, strict=True):
        if rule.sources:
            row *= sum(shared[source, rule.grade] for source in rule.sources) / len(rule.sources)
    return factors


def triangular(uniform: Array, grade: Grade) -> Array:
    """Turn uniform draws into triangular ones with mode 1 and the spread of the grade."""
    low, high = SPREAD[grade]
    width = high - low
    is_rising = uniform < (1 - low) / width
    below, above = uniform * (width * (1 - low)), (1 - uniform) * (width * (high - 1))
    root = np.sqrt(np.where(is_rising, below, above))
    return np.where(is_rising, low + root, high - root)
