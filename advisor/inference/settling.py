"""Whether the unanswered questions could still change the winner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from advisor.inference.batch import weigh_batch
from advisor.inference.blocks import CAP
from advisor.inference.clauses import bit_positions
from advisor.inference.compiled import CompiledRules
from advisor.inference.completions import (
    ENUMERATION_LIMIT,
    OpenQuestion,
    enumerate_completions,
    find_open_questions,
)
from advisor.inference.evidence import Evidence, read_state, weigh
from advisor.inference.ranking import Ranking
from advisor.inference.unknowns import Prospect

Share = tuple[float, float]
"""Least and most that damping and capping can leave of a weight."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rules that open questions, groups or caps connect, and the questions they wait for."""

    rules: tuple[int, ...]
    questions: tuple[OpenQuestion, ...]

    @property
    def n_completions(self) -> int:
        return prod(len(question.codes) for question in self.questions)


def certain_winner(prospect: Prospect) -> int | None:
    """Name the approach that wins alone in every completion; None if there is none.

    None, too, if the completions were drawn, because draws prove nothing.
    """
    if not prospect.completions.is_exact:
        return None
    certain = np.flatnonzero((prospect.batch.winners == 1.0).all(axis=1))
    return int(certain[0]) if len(certain) else None


def is_settled(compiled: CompiledRules, *, ranking: Ranking, prospect: Prospect) -> bool:
    """Tell whether no remaining answer can change the leading approach.

    Exact where the completions were enumerated. Beyond that one drawn completion with another
    winner proves the contrary, and failing that a bound decides, which never says yes wrongly.
    """
    if prospect.completions.is_exact:
        return certain_winner(prospect) == ranking.leader
    if prospect.batch.winners[ranking.leader].min() < 1.0:
        return False
    return is_surely_ahead(
        compiled, prospect.codes, leader=ranking.leader, questions=prospect.questions
    )


def is_surely_ahead(
    compiled: CompiledRules,
    codes: Sequence[int],
    *,
    leader: int,
    questions: Sequence[OpenQuestion] | None = None,
    limit: int | None = None,
) -> bool:
    """Tell whether a bound proves that an approach wins, whatever the unknown answers are.

    It never says yes wrongly, but may say no although the matter is settled: it ignores that an
    open veto may exclude a rival, and the margins it looks at are lower bounds.

    Args:
        compiled: The rule base.
        codes: One code per criterion.
        leader: The approach that should win.
        questions: The open questions and their possible answers, if they are already known.
        limit: As in `worst_margins`.
    """
    now = weigh(compiled, codes)
    if (now.fired | now.open) & compiled.excluders[leader]:
        return False
    worst = worst_margins(compiled, codes, leader=leader, questions=questions, limit=limit)
    return all(
        margin > 0 or now.fired & excluder or rival == leader
        for rival, (margin, excluder) in enumerate(zip(worst, compiled.excluders, strict=True))
    )


def worst_margins(
    compiled: CompiledRules,
    codes: Sequence[int],
    *,
    leader: int,
    questions: Sequence[OpenQuestion] | None = None,
    limit: int | None = None,
) -> list[float]:
    """Bound the lead over each rival from below, over all completions, in millidecibans.

    Parts of the open questions that no rule, group or cap connects add up independently, so the
    sum of their minima is the exact minimum. A part with too many completions is bounded instead.

    Args:
        compiled: The rule base.
        codes: One code per criterion.
        leader: The approach whose lead is wanted.
        questions: The open questions and their possible answers, if they are already known.
        limit: Parts with more completions are bounded; by default those too many to enumerate.
    """
    now = weigh(compiled, codes)
    found = find_open_questions(compiled, codes) if questions is None else questions
    most = ENUMERATION_LIMIT if limit is None else limit
    margins = [float(now.scores[leader] - score) for score in now.scores]
    for part in _independent_parts(compiled, now, found):
        changes = (
            _exact_change(compiled, codes, now=now, part=part, leader=leader)
            if part.n_completions <= most
            else _bound_change(compiled, codes, now=now, part=part, leader=leader)
        )
        margins = [margin + change for margin, change in zip(margins, changes, strict=True)]
    return margins


def _exact_change(
    compiled: CompiledRules, codes: Sequence[int], *, now: Evidence, part: _Part, leader: int
) -> list[float]:
    """Find the most that the answers of one part can take from each margin."""
    scores = weigh_batch(compiled, enumerate_completions(codes, part.questions).codes).scores
    least = (scores[leader] - scores).min(axis=1)
    return [
        float(margin - (now.scores[leader] - score))
        for margin, score in zip(least, now.scores, strict=True)
    ]


def _bound_change(
    compiled: CompiledRules, codes: Sequence[int], *, now: Evidence, part: _Part, leader: int
) -> list[float]:
    """Bound what the answers of one part can take from each margin.

    Each open rule is counted with the first open question that it reads. The worst level of that
    question decides which of its rules fire; a rule that waits for a second answer besides is
    taken to fire exactly when it does harm.
    """
    shares = _possible_shares(compiled, now)
    worth = {firing.rule: firing.worth for firing in now.firings}
    change = [0.0] * len(now.scores)
    for rule in part.rules:
        if now.fired >> rule & 1:
            least = _least(compiled.weights[rule], shares[rule], leader=leader)
            current = worth[rule]
            change = [
                c + low - (current[leader] - w)
                for c, low, w in zip(change, least, current, strict=True)
            ]
    waiting = sum(1 << rule for rule in part.rules) & now.open
    for question in part.questions:
        home = question.readers & waiting
        waiting &= ~home
        level_changes = [
            _level_change(compiled, state, home=home, shares=shares, leader=leader)
            for state in _states(compiled, codes, question)
        ]
        change = [c + min(column) for c, *column in zip(change, *level_changes, strict=True)]
    return change


def _states(
    compiled: CompiledRules, codes: Sequence[int], question: OpenQuestion
) -> list[tuple[int, int]]:
    tried = list(codes)
    states = []
    for code in question.codes:
        tried[question.position] = code
        states.append(read_state(compiled, tried))
    return states


def _level_change(
    compiled: CompiledRules,
    state: tuple[int, int],
    *,
    home: int,
    shares: dict[int, Share],
    leader: int,
) -> list[float]:
    """Bound what the rules of one question take from each margin if it is answered so."""
    fired, possible = state
    change = [0.0] * len(compiled.base)
    for rule in bit_positions(home & possible):
        least = _least(compiled.weights[rule], shares[rule], leader=leader)
        if not fired >> rule & 1:
            least = [min(0.0, low) for low in least]
        change = [c + low for c, low in zip(change, least, strict=True)]
    return change


def _least(weights: Sequence[int], share: Share, *, leader: int) -> list[float]:
    """Bound what a fired rule adds to each margin from below; a unit is lost to rounding."""
    gains = [weights[leader] - weight for weight in weights]
    return [(share[0] if gain > 0 else share[1]) * gain - (gain != 0) for gain in gains]


def _possible_shares(compiled: CompiledRules, now: Evidence) -> dict[int, Share]:
    """Bound the share of its weight that each rule keeps if it fires."""
    alive = now.fired | now.open
    shares = dict.fromkeys(bit_positions(alive & ((1 << len(compiled.rules)) - 1)), (1.0, 1.0))
    for group in compiled.groups:
        n_fired, n_alive = ((bits & group.mask).bit_count() for bits in (now.fired, alive))
        for rule in bit_positions(alive & group.mask):
            most = group.damping(n_fired + (not now.fired >> rule & 1))
            shares[rule] = (group.damping(n_alive), most)
    for block in (block for block in compiled.blocks if block.is_capped):
        rules = [rule for rule in block.rules if alive >> rule & 1]
        loudest = max(
            sum(shares[rule][1] * abs(compiled.weights[rule][o]) for rule in rules)
            for o in range(len(compiled.base))
        )
        if loudest > CAP:
            for rule in rules:
                shares[rule] = (shares[rule][0] * CAP / (loudest + len(rules)), shares[rule][1])
    return shares


def _independent_parts(
    compiled: CompiledRules, now: Evidence, questions: Sequence[OpenQuestion]
) -> list[_Part]:
    """Partition the rules by the open questions, undecided groups and caps they share."""
    rules = bit_positions((now.fired | now.open) & ((1 << len(compiled.rules)) - 1))
    bonds: list[set[object]] = [
        {question.position for question in questions if question.readers >> rule & 1}
        | {group.id for group in compiled.groups if group.mask >> rule & 1}
        | {block.mask for block in compiled.blocks if block.is_capped and block.mask >> rule & 1}
        for rule in rules
    ]
    parts = []
    for members in connected_parts(bonds):
        waiting = sum(1 << rules[m] for m in members) & now.open
        read = tuple(question for question in questions if question.readers & waiting)
        if read:
            parts.append(_Part(tuple(rules[m] for m in members), read))
    return parts


def connected_parts(bonds: Sequence[set[object]]) -> list[tuple[int, ...]]:
    """Partition items by what they share: two with a common bond are in one part.

    Returns:
        The positions of the items of each part, ascending; parts by their first item.
    """
    parts: list[tuple[set[object], list[int]]] = []
    for item, bond in enumerate(bonds):
        touching = [part for part in parts if part[0] & bond]
        parts = [part for part in parts if not part[0] & bond]
        merged = bond.union(*(part[0] for part in touching))
        parts.append((merged, sorted([item, *(i for part in touching for i in part[1])])))
    return sorted(tuple(members) for _, members in parts)
