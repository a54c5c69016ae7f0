"""What one would have to believe for an approach to win: central weights in words (SMAA-2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import split_wins
from advisor.inference.compiled import CompiledRules
from advisor.inference.priorities import weigh_themes
from advisor.inference.ranking import Ranking
from advisor.inference.robustness import N_DRAWS, Draws
from advisor.inference.smaa import pairwise_winning_index, rank_acceptability
from advisor.inference.unknowns import Prospect
from advisor.inference.wording import describe
from advisor.schema.explanation import Belief, Beliefs, Robustness
from advisor.vocabulary import Status
from advisor.vocabulary import share as say_share

MIN_DRAWS = 50
"""An approach that wins fewer draws has no central weights worth telling."""

MIN_SHIFT = 0.1
"""A multiplier or share that differs less between wins and all draws is not told."""

N_WEIGHTS, N_ANSWERS, N_THEMES = 3, 3, 2
"""So many beliefs of each kind are told."""

Array = NDArray[np.floating]


def describe_robustness(
    compiled: CompiledRules,
    draws: Draws,
    *,
    prospect: Prospect,
    ranking: Ranking,
    priorities: Sequence[str] = (),
) -> Robustness:
    """Put the robustness draws into figures and words.

    Args:
        compiled: The rule base, weighed by the same priorities.
        draws: What `draw_scores` drew.
        prospect: The completions that were drawn from.
        ranking: The order of the approaches.
        priorities: The order of importance; empty if there is none.
    """
    values = draws.values.T
    named = compiled.approaches
    ranks = rank_acceptability(values).tolist()
    pairs = pairwise_winning_index(values).tolist()
    return Robustness(
        n_draws=N_DRAWS,
        rank_acceptability=dict(zip(named, ranks, strict=True)),
        pairwise={
            a: {b: share for b, share in zip(named, row, strict=True) if b != a}
            for a, row in zip(named, pairs, strict=True)
        },
        beliefs=[
            _beliefs(compiled, draws, prospect=prospect, ranking=ranking, approach=o)
            for o in ranking.order
        ],
        priorities=list(priorities),
        theme_weights=weigh_themes(priorities) if priorities else {},
    )


def _beliefs(
    compiled: CompiledRules,
    draws: Draws,
    *,
    prospect: Prospect,
    ranking: Ranking,
    approach: int,
) -> Beliefs:
    wins = draws.wins[approach]
    named = compiled.approaches[approach]
    share = float(wins.mean())
    if wins.sum() < MIN_DRAWS:
        is_out = ranking.status[approach] is Status.EXCLUDED
        why = "is excluded" if is_out else f"hardly ever comes first ({share:.1%} of the draws)"
        return Beliefs(
            approach=named,
            first_rank=share,
            confidence=None,
            sentence=f"{_capital(named.label)} {why}.",
            beliefs=[],
        )
    rival = next((o for o in ranking.feasible if o != approach), approach)
    beliefs = [
        *_weight_beliefs(compiled, draws, wins=wins, approach=approach, rival=rival),
        *_answer_beliefs(compiled, draws, wins=wins, prospect=prospect),
        *_theme_beliefs(draws, wins),
    ]
    return Beliefs(
        approach=named,
        first_rank=share,
        confidence=_confidence(compiled, draws, prospect=prospect, approach=approach),
        sentence=_sentence(named.label, share, beliefs),
        beliefs=beliefs,
    )


def _mean_where(wins: Array, values: Array) -> Array:
    """Average rows of values over the draws, as much as each of them is a win."""
    means: Array = np.einsum("rd,d->r", values, wins, dtype=np.float64) / wins.sum()
    return means


def _weight_beliefs(
    compiled: CompiledRules, draws: Draws, *, wins: Array, approach: int, rival: int
) -> list[Belief]:
    """Find the weights whose shift does most for the approach against its strongest rival.

    One that counts as judged, to a tenth, asks nobody to believe anything.
    """
    if not len(draws.rules):
        return []
    central, usual = _mean_where(wins, draws.factors), draws.factors.mean(axis=1)
    weights = np.asarray(compiled.weights, dtype=np.float64)[draws.rules]
    fired = draws.shares.mean(axis=1)
    gains = (central - usual) * (weights[:, approach] - weights[:, rival]) * fired
    told = [row for row in np.argsort(-gains, kind="stable") if gains[row] > 0]
    return [
        Belief(
            kind="weight",
            finding=describe(compiled.rules[draws.rules[row]]),
            value=float(central[row]),
            usual=float(usual[row]),
        )
        for row in told
        if abs(central[row] - usual[row]) >= MIN_SHIFT and round(central[row], 1) != 1.0
    ][:N_WEIGHTS]


def _answer_beliefs(
    compiled: CompiledRules, draws: Draws, *, wins: Array, prospect: Prospect
) -> list[Belief]:
    """Find the open answers that are most over-represented where the approach wins."""
    found = []
    codes = prospect.completions.codes[draws.completions]
    for question in prospect.questions:
        kinds = codes[:, question.position] == np.asarray(question.codes, dtype=np.int8)[:, None]
        central, usual = _mean_where(wins, kinds), kinds.mean(axis=1)
        kind = int((central - usual).argmax())
        criterion = compiled.criteria[question.position]
        levels = [
            level
            for level, own in zip(criterion.level_ids, question.kinds, strict=True)
            if own == kind
        ]
        found.append(
            Belief(
                kind="answer",
                criterion=criterion.id,
                levels=levels,
                value=float(central[kind]),
                usual=float(usual[kind]),
            )
        )
    return _most_shifted(found)[:N_ANSWERS]


def _theme_beliefs(draws: Draws, wins: Array) -> list[Belief]:
    found = [
        Belief(
            kind="priority",
            theme=theme,
            value=float((values * wins).sum() / wins.sum()),
            usual=float(values.mean()),
        )
        for theme, values in draws.themes.items()
    ]
    return _most_shifted(found)[:N_THEMES]


def _most_shifted(beliefs: Sequence[Belief]) -> list[Belief]:
    shifted = [b for b in beliefs if abs(b.value - b.usual) >= MIN_SHIFT]
    return sorted(shifted, key=lambda b: -abs(b.value - b.usual))


def _confidence(
    compiled: CompiledRules, draws: Draws, *, prospect: Prospect, approach: int
) -> float:
    """Compute how often an approach comes first if its own central weights are the true ones."""
    weights = np.asarray(compiled.weights, dtype=np.float64)[draws.rules]
    if len(draws.rules):
        weights = weights * _mean_where(draws.wins[approach], draws.factors)[:, None]
    scores = np.einsum("ra,rc->ac", weights, draws.shares, dtype=np.float64)
    scores += np.asarray(compiled.base, dtype=np.float64)[:, None]
    wins = split_wins(np.where(prospect.batch.excluded, -np.inf, scores))[approach]
    return float((wins * prospect.completions.shares).sum())


def _sentence(label: str, share: float, beliefs: Sequence[Belief]) -> str:
    """Say what has to be believed."""
    if not beliefs:
        won = f"{_capital(label)} comes first in {say_share(share)} of the draws"
        return f"{won}; nothing special has to hold for that."
    return (
        f"For {label} to win ({say_share(share)} of the draws) one would have to believe that "
        f"{_enumerate([_clause(belief) for belief in beliefs])}."
    )


def _clause(belief: Belief) -> str:
    if belief.finding is not None:
        return f'"{belief.finding.because}" counts {_times(belief.value)} ({belief.finding.rule})'
    if belief.kind == "priority":
        return f"{belief.theme} counts {_times(belief.value)}, not {belief.usual:.1f}"
    levels = " or ".join(map(_spoken, belief.levels))
    return (
        f"the {_spoken(belief.criterion or '')} is {levels} "
        f"(in {say_share(belief.value)} of these draws, {say_share(belief.usual)} of all)"
    )


def _spoken(identifier: str) -> str:
    return identifier.replace("_", " ")


def _times(multiplier: float) -> str:
    return f"{multiplier:.1f} times as much as judged"


def _enumerate(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
