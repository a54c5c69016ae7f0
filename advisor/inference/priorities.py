"""What the user finds most important: an order of themes, and what it makes of the weights.

An order alone leaves the weights of the themes open. All weights that respect it are taken to be
equally likely; their mean is the rank-order centroid (Barron and Barrett 1996). The ledger counts
with the mean, the robustness draws with the whole range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.conditions import criteria_of
from advisor.schema.rule import Criterion, Rule, Theme

THEMES: Final[tuple[Theme, ...]] = get_args(Theme)

Array = NDArray[np.float64]


def rank_order_centroid(n: int) -> tuple[float, ...]:
    """Compute the mean of all weights that sum to one and do not increase."""
    return tuple(sum(1.0 / k for k in range(rank, n + 1)) / n for rank in range(1, n + 1))


def weigh_themes(priorities: Sequence[str]) -> dict[str, float]:
    """Compute what each theme counts under an order of importance; 1 is neutral.

    Themes that the order leaves out come after it and share what remains equally.
    """
    if not priorities:
        return dict.fromkeys(THEMES, 1.0)
    centroid = rank_order_centroid(len(THEMES))
    n_rest = len(THEMES) - len(priorities)
    rest = sum(centroid[len(priorities) :]) / n_rest if n_rest else 0.0
    named = dict(zip(priorities, centroid, strict=False))
    return {theme: len(THEMES) * named.get(theme, rest) for theme in THEMES}


def theme_of(rule: Rule, criteria: Mapping[str, Criterion]) -> Theme | None:
    """Name the theme of a rule: that of the first criterion it reads that has one."""
    themes = (criteria[name].theme for name in criteria_of(rule.when))
    return next((theme for theme in themes if theme is not None), None)


@lru_cache(maxsize=4)
def prioritise(compiled: CompiledRules, priorities: tuple[str, ...]) -> CompiledRules:
    """Let the rules of each theme count as an order of importance says; vetoes stay as they are.

    Without priorities nothing changes.
    """
    if not priorities:
        return compiled
    weights = weigh_themes(priorities)
    themes = {rule.id: theme_of(rule, compiled.by_id) for rule in compiled.rules}
    multipliers = {rule: weights[theme] for rule, theme in themes.items() if theme is not None}
    return compile_rules(compiled.rule_base, multipliers)


def draw_themes(priorities: Sequence[str], n_draws: int, *, seed: int) -> dict[str, Array]:
    """Draw what each theme counts, uniformly over all weights that respect the order.

    Sorted draws from a flat Dirichlet distribution; the themes that the order leaves out take the
    last places in random order.
    """
    generator = np.random.default_rng([seed, 4])
    raw = generator.exponential(size=(len(THEMES), n_draws))
    falling = -np.sort(-raw, axis=0) * (len(THEMES) / raw.sum(axis=0))
    rest = [theme for theme in THEMES if theme not in priorities]
    tail = generator.permuted(falling[len(priorities) :], axis=0)
    return dict(zip((*priorities, *rest), (*falling[: len(priorities)], *tail), strict=True))
