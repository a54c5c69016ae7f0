"""What the unanswered questions could still do: to the winner, and which to ask next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Batch, weigh_batch
from advisor.inference.compiled import CompiledRules
from advisor.inference.completions import (
    Completions,
    OpenQuestion,
    complete,
    find_open_questions,
)
from advisor.inference.evidence import Evidence
from advisor.inference.stopping import WORTH_ASKING_BITS

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prospect:
    """Every way in which the answers could still be completed, and who would win there."""

    codes: tuple[int, ...]
    """The answers as they are, one code per criterion."""
    questions: tuple[OpenQuestion, ...]
    completions: Completions
    batch: Batch
    wins: tuple[float, ...]
    """P(approach wins | answers); sums to less than 1 if there may be no feasible approach."""


def look_ahead(compiled: CompiledRules, codes: Sequence[int], *, seed: int) -> Prospect:
    """Work out the winner distribution over the completions of the unknown answers."""
    questions = find_open_questions(compiled, codes)
    return look_at(compiled, codes, questions, complete(codes, questions, seed=seed))


def look_at(
    compiled: CompiledRules,
    codes: Sequence[int],
    questions: Sequence[OpenQuestion],
    completions: Completions,
) -> Prospect:
    """Work out the winner distribution over the given completions."""
    batch = weigh_batch(compiled, completions.codes)
    wins = np.einsum("ac,c->a", batch.winners, completions.shares)
    return Prospect(tuple(codes), tuple(questions), completions, batch, tuple(wins.tolist()))


def next_questions(
    compiled: CompiledRules, evidence: Evidence, prospect: Prospect
) -> tuple[str, ...]:
    """Order the open questions by how much their answer would tell, best first.

    Questions that a veto waits for come first, if it could exclude an approach that may still
    win; then by the expected drop of the entropy of the winner distribution. Questions that
    promise less than 0.02 bit are left out.
    """
    urgent = 0
    for excluder, wins in zip(compiled.excluders, prospect.wins, strict=True):
        urgent |= evidence.open & excluder if wins > 0 else 0
    ranked = [
        (not question.readers & urgent, -information(prospect, question), question.position)
        for question in prospect.questions
    ]
    return tuple(
        compiled.criteria[position].id
        for is_ordinary, negative_bits, position in sorted(ranked)
        if -negative_bits >= WORTH_ASKING_BITS or not is_ordinary
    )


def information(prospect: Prospect, question: OpenQuestion) -> float:
    """Compute the expected drop of the entropy of the winner distribution, in bits."""
    return expected_drop(*wins_by_level(prospect, question))


def expected_drop(joint: Array, levels: Array) -> float:
    """Compute that drop from the two results of `wins_by_level`."""
    remaining = sum(
        float(probability) * entropy_bits(column / probability)
        for probability, column in zip(levels, joint.T, strict=True)
        if probability > 0
    )
    return entropy_bits(joint.sum(axis=1)) - remaining


def wins_by_level(prospect: Prospect, question: OpenQuestion) -> tuple[Array, Array]:
    """Split the winner distribution by the answer to one question.

    Returns:
        P(approach wins and answer is of this kind), one row per approach, and P(answer is of this
        kind), for the kinds of answers in `question.codes`.
    """
    answers = prospect.completions.codes[:, question.position]
    is_level = answers[:, None] == np.asarray(question.codes, dtype=np.int8)
    shares = is_level * prospect.completions.shares[:, None]
    return np.einsum("ac,cl->al", prospect.batch.winners, shares), shares.sum(axis=0)


def entropy_bits(wins: Array) -> float:
    """Compute the entropy of a winner distribution; what is missing to 1 is "no approach"."""
    outcomes = np.append(wins, max(0.0, 1.0 - float(wins.sum())))
    positive = outcomes[outcomes > 1e-12]
    return float(-(positive * np.log2(positive)).sum())
