"""What the unanswered questions could still do: to the winner, and which to ask next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Batch, fire_batch, score_batch, weigh_batch
from advisor.inference.compiled import CompiledRules
from advisor.inference.completions import (
    ENUMERATION_LIMIT,
    Completions,
    OpenQuestion,
    complete,
    enumerate_completions,
    find_open_questions,
)
from advisor.inference.evidence import Evidence
from advisor.inference.ranking import Ranking
from advisor.vocabulary import Status

WORTH_ASKING_BITS = 0.02
"""A question that promises less information than this is not worth asking."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Every way in which the answers could still be completed, and who would win there."""

    questions: tuple[OpenQuestion, ...]
    completions: Completions
    batch: Batch
    wins: tuple[float, ...]
    """P(approach wins | answers); sums to less than 1 if there may be no feasible approach."""


def look_ahead(compiled: CompiledRules, codes: Sequence[int], *, seed: int) -> Prospect:
    """Work out the winner distribution over the completions of the unknown answers."""
    questions = find_open_questions(compiled, codes)
    completions = complete(codes, questions, seed=seed)
    batch = weigh_batch(compiled, completions.codes)
    wins = batch.winners @ completions.shares
    return Prospect(tuple(questions), completions, batch, tuple(wins.tolist()))


def is_settled(
    compiled: CompiledRules, evidence: Evidence, *, ranking: Ranking, prospect: Prospect
) -> bool:
    """Tell whether no remaining answer can change the leading approach.

    Exact where the completions were enumerated. Beyond that a bound decides, which never says
    yes wrongly but may say no although the matter is settled: it lets each rival take its best
    case in each independent part of the questions on its own, and ignores that an open veto may
    exclude a rival.
    """
    if prospect.completions.is_exact:
        return bool((prospect.batch.winners[ranking.leader] == 1.0).all())
    if ranking.status[ranking.leader] is not Status.ALLOWED:
        return False
    worst = worst_margins(compiled, evidence, leader=ranking.leader, prospect=prospect)
    return all(worst[rival] > 0 for rival in ranking.feasible if rival != ranking.leader)


def worst_margins(
    compiled: CompiledRules, evidence: Evidence, *, leader: int, prospect: Prospect
) -> NDArray[np.float64]:
    """Bound the lead over each rival from below, over all completions, in millidecibans.

    Parts of the open questions that no rule, group or cap connects add up independently, so the
    sum of their minima is the exact minimum. A part with too many completions is bounded by the
    sum over its rules.
    """
    base = np.asarray(compiled.base, dtype=np.float64)
    margins: NDArray[np.float64] = base[leader] - base
    for blocks, questions in _independent_parts(compiled, evidence, prospect.questions):
        members = [compiled.blocks[b] for b in blocks]
        if prod(len(question.codes) for question in questions) <= ENUMERATION_LIMIT:
            codes = enumerate_completions(prospect.completions.codes[0].tolist(), questions).codes
            scores = score_batch(compiled, fire_batch(compiled, codes), blocks=members)
            margins += (scores[leader] - scores).min(axis=1)
            continue
        alive = evidence.fired | evidence.open
        for rule in (rule for block in members for rule in block.rules if alive >> rule & 1):
            worth = np.asarray(compiled.weights[rule], dtype=np.float64)
            margins += np.minimum(0.0, worth[leader] - worth - 1.0)
    return margins


def _independent_parts(
    compiled: CompiledRules, evidence: Evidence, questions: Sequence[OpenQuestion]
) -> list[tuple[tuple[int, ...], list[OpenQuestion]]]:
    """Partition the blocks of evidence by the open questions and undecided groups they share."""
    read = [
        [question for question in questions if question.readers & block.mask]
        for block in compiled.blocks
    ]
    bonds = [
        {f"question {question.position}" for question in line}
        | {group.id for group in block.groups if group.mask & evidence.open}
        for line, block in zip(read, compiled.blocks, strict=True)
    ]
    return [
        (part, list({q.position: q for b in part for q in read[b]}.values()))
        for part in connected_parts(bonds)
    ]


def connected_parts(bonds: Sequence[set[str]]) -> list[tuple[int, ...]]:
    """Partition items by what they share: two with a common bond are in one part.

    Returns:
        The positions of the items of each part, ascending; parts by their first item.
    """
    parts: list[tuple[set[str], list[int]]] = []
    for item, bond in enumerate(bonds):
        touching = [part for part in parts if part[0] & bond]
        parts = [part for part in parts if not part[0] & bond]
        merged = bond.union(*(part[0] for part in touching))
        parts.append((merged, sorted([item, *(i for part in touching for i in part[1])])))
    return sorted(tuple(members) for _, members in parts)


def next_questions(
    compiled: CompiledRules, evidence: Evidence, prospect: Prospect
) -> tuple[str, ...]:
    """Order the open questions by how much their answer would tell, best first.

    Questions that a veto waits for come first, if it could exclude an approach that may still
    win; then by the expected drop of the entropy of the winner distribution. Questions that
    promise less than 0.02 bit are left out.
    """
    urgent = sum(
        {
            bit
            for excluder, wins in zip(compiled.excluders, prospect.wins, strict=True)
            if wins > 0
            for bit in _bits_of(evidence.open & excluder)
        }
    )
    ranked = [
        (not question.readers & urgent, -information(prospect, question), question.position)
        for question in prospect.questions
    ]
    return tuple(
        compiled.criteria[position].id
        for is_ordinary, negative_bits, position in sorted(ranked)
        if -negative_bits >= WORTH_ASKING_BITS or not is_ordinary
    )


def _bits_of(bits: int) -> list[int]:
    return [1 << p for p in range(bits.bit_length()) if bits >> p & 1]


def information(prospect: Prospect, question: OpenQuestion) -> float:
    """Compute the expected drop of the entropy of the winner distribution, in bits."""
    answers = prospect.completions.codes[:, question.position].astype(np.intp)
    weighted = prospect.batch.winners * prospect.completions.shares
    joint = np.stack([np.bincount(answers, weights=row) for row in weighted])
    levels = np.bincount(answers, weights=prospect.completions.shares)
    remaining = sum(
        float(probability) * entropy_bits(column / probability)
        for probability, column in zip(levels, joint.T, strict=True)
        if probability > 0
    )
    return entropy_bits(joint.sum(axis=1)) - remaining


def entropy_bits(wins: NDArray[np.float64]) -> float:
    """Compute the entropy of a winner distribution; what is missing to 1 is "no approach"."""
    outcomes = np.append(wins, max(0.0, 1.0 - float(wins.sum())))
    positive = outcomes[outcomes > 1e-12]
    return float(-(positive * np.log2(positive)).sum())
