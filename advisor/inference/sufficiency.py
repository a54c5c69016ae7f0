"""The smallest set of answers that fixes the winner, whatever the other answers are.

Also known as a prime implicant explanation (Shih, Choi, Darwiche 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from advisor.inference.batch import Codes, weigh_batch
from advisor.inference.compiled import NOT_APPLICABLE_CODE, UNKNOWN_CODE, CompiledRules
from advisor.inference.completions import (
    OpenQuestion,
    enumerate_completions,
    find_open_questions,
)
from advisor.inference.conditions import criteria_of
from advisor.inference.evidence import Evidence
from advisor.inference.settling import is_surely_ahead
from advisor.schema.explanation import SufficientReason

GRID_LIMIT = 20_000
"""Up to so many combinations of answers the smallest set is found by trying them all."""

N_TRIES = 200
"""So many times a counterexample is looked for to show that an answer cannot be spared."""

STRAY = 0.2
"""Share of the answers in a counterexample that are drawn instead of chosen as the worst."""

Method = Literal["smallest", "minimal", "sufficient"]


@dataclass(frozen=True)
class _Frame:
    """What may vary and what has to be shown."""

    compiled: CompiledRules
    codes: tuple[int, ...]
    """The answers; an unknown one may turn out to be anything."""
    leader: int
    given: tuple[int, ...]
    """The answers that may be kept or spared, as positions of criteria."""

    def keep(self, kept: Iterable[int]) -> list[int]:
        """Forget all given answers but some."""
        spared = set(self.given) - set(kept)
        return [UNKNOWN_CODE if i in spared else code for i, code in enumerate(self.codes)]


def find_sufficient_reason(
    compiled: CompiledRules, evidence: Evidence, *, codes: Sequence[int], leader: int, seed: int
) -> SufficientReason:
    """Find a set of answers that fixes the winner, as small as can be afforded.

    If the open questions could still change the winner, they are left open, and only the answers
    that were given may vary.

    Args:
        compiled: The rule base.
        evidence: What the answers say.
        codes: The answers, one code per criterion.
        leader: The approach in front.
        seed: Seed of the search for counterexamples.
    """
    given = tuple(i for i, code in enumerate(codes) if code >= 0)
    left_open = tuple(NOT_APPLICABLE_CODE if c == UNKNOWN_CODE else c for c in codes)
    frames: dict[Literal["all", "given"], _Frame] = {
        "all": _Frame(compiled, tuple(codes), leader, given),
        "given": _Frame(compiled, left_open, leader, given),
    }
    for scope, frame in frames.items():
        if (found := _search(frame, evidence, seed=seed)) is not None:
            kept, method = found
            answers = {
                compiled.criteria[i].id: compiled.criteria[i].level_ids[codes[i]] for i in kept
            }
            return SufficientReason(answers=answers, method=method, scope=scope)
    return SufficientReason(answers={}, method="none", scope="given")


def _search(
    frame: _Frame, evidence: Evidence, *, seed: int
) -> tuple[tuple[int, ...], Method] | None:
    """Find the answers to keep; None if not even all of them fix the winner."""
    questions = find_open_questions(frame.compiled, frame.keep(()))
    if prod(len(question.codes) for question in questions) <= GRID_LIMIT:
        smallest = _try_all(frame, questions)
        return None if smallest is None else (smallest, "smallest")
    if not is_surely_ahead(frame.compiled, frame.codes, leader=frame.leader):
        return None
    kept = _spare(frame, _by_importance(frame, evidence))
    return kept, "minimal" if _is_minimal(
        frame, kept, questions=questions, seed=seed
    ) else "sufficient"


def _try_all(frame: _Frame, questions: Sequence[OpenQuestion]) -> tuple[int, ...] | None:
    """Find the smallest set by trying every combination of answers once.

    Each axis of the grid is folded to two entries: the answer as given, and all answers at once.
    """
    grid = enumerate_completions(frame.keep(()), questions)
    wins = weigh_batch(frame.compiled, grid.codes).winners[frame.leader] == 1.0
    folded = wins.reshape([len(question.codes) for question in questions])
    for axis, question in enumerate(questions):
        whatever = folded.all(axis=axis)
        given = frame.codes[question.position]
        kept = folded.take(question.kinds[given], axis=axis) if given >= 0 else whatever
        folded = np.stack([whatever, kept], axis=axis)
    reasons = np.argwhere(folded)
    if not len(reasons):
        return None
    smallest = reasons[reasons.sum(axis=1).argmin()]
    return tuple(q.position for q, is_kept in zip(questions, smallest, strict=True) if is_kept)


def _by_importance(frame: _Frame, evidence: Evidence) -> list[int]:
    """Order the given answers by how much they seem to do for the leader, least first."""
    leads = dict.fromkeys(frame.given, 0)
    for firing in evidence.firings:
        lead = firing.worth[frame.leader] - max(
            (w for o, w in enumerate(firing.worth) if o != frame.leader), default=0
        )
        for criterion in criteria_of(frame.compiled.rules[firing.rule].when):
            position = frame.compiled.position[criterion]
            if position in leads:
                leads[position] += lead
    return sorted(leads, key=lambda i: (leads[i], i))


def _spare(frame: _Frame, order: Sequence[int]) -> tuple[int, ...]:
    """Spare one answer after the other, as long as the winner is still proven."""
    kept = list(order)
    for i in order:
        fewer = [k for k in kept if k != i]
        if is_surely_ahead(frame.compiled, frame.keep(fewer), leader=frame.leader, limit=0):
            kept = fewer
    return tuple(sorted(kept))


def _is_minimal(
    frame: _Frame, kept: Sequence[int], *, questions: Sequence[OpenQuestion], seed: int
) -> bool:
    """Show by counterexamples that no answer can be spared; False if one was not found."""
    if not kept:
        return True
    tries = _adverse_codes(frame, questions, seed=seed)
    rows = np.repeat(tries[None], len(kept), axis=0)
    for row, spared in zip(rows, kept, strict=True):
        others = [k for k in kept if k != spared]
        row[:, others] = np.asarray(frame.codes, dtype=np.int8)[others]
    batch = weigh_batch(frame.compiled, rows.reshape(-1, rows.shape[2]))
    is_counterexample = batch.winners[frame.leader].reshape(len(kept), -1) < 1.0
    return bool(is_counterexample.any(axis=1).all())


def _adverse_codes(frame: _Frame, questions: Sequence[OpenQuestion], *, seed: int) -> Codes:
    """Draw answers to everything, most of them the worst for the leader against one rival."""
    generator = np.random.default_rng([seed, 3])
    worst = _worst_codes(frame, questions)
    tries = np.repeat(worst, N_TRIES, axis=0)
    for question in questions:
        levels = np.asarray(question.codes, dtype=np.int8)
        strays = generator.random(len(tries)) < STRAY
        tries[strays, question.position] = generator.choice(levels, int(strays.sum()))
    return tries


def _worst_codes(frame: _Frame, questions: Sequence[OpenQuestion]) -> Codes:
    """Choose for each rival and question the answer that alone costs the leader most."""
    base = np.asarray(frame.codes, dtype=np.int8)
    singles = [(q.position, code) for q in questions for code in q.codes]
    rows = np.tile(base, (len(singles), 1))
    rows[np.arange(len(singles)), [i for i, _ in singles]] = [code for _, code in singles]
    scores = weigh_batch(frame.compiled, rows).scores
    worst = np.tile(base, (len(scores), 1))
    for rival, margins in enumerate(scores[frame.leader] - scores):
        for (i, code), _ in sorted(
            zip(singles, margins.tolist(), strict=True), key=lambda pair: -pair[1]
        ):
            worst[rival, i] = code
    return worst
