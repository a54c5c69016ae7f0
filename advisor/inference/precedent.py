"""What projects like this one answer: a prior that knows which answers go together.

A project either resembles one of the published ones, and then tends to answer as that one did, or
it resembles none, and then each answer is as frequent as its prior says. How likely either is
follows from the answers given so far (Bayes' rule), so that a project unlike any other is soon
taken for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from advisor.inference.compiled import NOT_APPLICABLE_CODE, CompiledRules
from advisor.inference.completions import Completions, OpenQuestion, prior_of
from advisor.vocabulary import UNKNOWN

FIDELITY = 0.6
"""Share of its answers that a project has from the one it resembles; the rest is as in any."""

RESEMBLING = 0.5
"""Probability that a project resembles a published one, before anything is known about it."""

NEGLIGIBLE = 1e-5
"""Projects less likely than this to be the one that is resembled are left out."""

Array = NDArray[np.float64]
Tables = list[Array]
"""Per open question: the probability of each kind of answer, one row per kind of project."""


@dataclass(frozen=True, eq=False)
class Precedents:
    """Published projects as codes, one row each; negative where they say nothing."""

    codes: NDArray[np.int8]


def gather_precedents(compiled: CompiledRules, projects: Iterable[Mapping[str, str]]) -> Precedents:
    """Encode published projects; answers that the rule base does not know count as unknown."""
    rows = [
        [levels.get(given.get(criterion.id, UNKNOWN), -1) for criterion, levels in columns]
        for given in projects
        for columns in [list(zip(compiled.criteria, compiled.codes_by_level, strict=True))]
    ]
    return Precedents(np.asarray(rows, dtype=np.int8).reshape(len(rows), len(compiled.criteria)))


def weigh_precedents(
    compiled: CompiledRules, precedents: Precedents, codes: Sequence[int]
) -> Array:
    """Compute how likely each published project, and lastly none, is the one that is resembled."""
    n = len(precedents.codes)
    odds = np.full(n + 1, RESEMBLING / max(n, 1))
    odds[n] = 1.0 - RESEMBLING if n else 1.0
    for position, code in enumerate(codes):
        if code < 0:
            continue
        share = prior_of(compiled.criteria[position])[code]
        theirs = precedents.codes[:, position]
        likely = (1.0 - FIDELITY) + FIDELITY * (theirs == code) / max(share, 1e-6)
        odds[:n] *= np.where(theirs < 0, 1.0, likely)
    weights: Array = odds / odds.sum()
    return weights


def answer_tables(
    precedents: Precedents, questions: Sequence[OpenQuestion], silence: Sequence[float]
) -> Tables:
    """Compute how likely each kind of answer is, silence last, for each kind of project."""
    tables = []
    for question, silent in zip(questions, silence, strict=True):
        theirs = precedents.codes[:, question.position]
        table = np.tile(np.asarray(question.shares), (len(theirs) + 1, 1))
        known = np.flatnonzero(theirs >= 0)
        table[known] *= 1.0 - FIDELITY
        table[known, np.asarray(question.kinds)[theirs[known]]] += FIDELITY
        tables.append(np.column_stack((table * (1.0 - silent), np.full(len(table), silent))))
    return tables


def complete_like(
    codes: Sequence[int],
    questions: Sequence[OpenQuestion],
    *,
    weights: Array,
    tables: Tables,
    seed: int,
    n_draws: int,
) -> tuple[list[OpenQuestion], Completions]:
    """Complete the answers in every way, or in drawn ones if these are more than twice as many."""
    kept = np.flatnonzero(weights >= NEGLIGIBLE)
    weights = weights[kept] / weights[kept].sum()
    tables = [table[kept] for table in tables]
    silenced = [
        replace(
            question,
            codes=(*question.codes, NOT_APPLICABLE_CODE),
            shares=tuple((weights @ table).tolist()),
        )
        for question, table in zip(questions, tables, strict=True)
    ]
    if prod(len(question.codes) for question in silenced) <= 2 * n_draws:
        return silenced, _enumerate(codes, silenced, weights=weights, tables=tables)
    generator = np.random.default_rng(seed)
    kinds = np.searchsorted(np.cumsum(weights)[:-1], generator.random(n_draws), side="right")
    rows = np.tile(np.asarray(codes, dtype=np.int8), (n_draws, 1))
    for question, table in zip(silenced, tables, strict=True):
        reached = np.cumsum(table, axis=1)[kinds, :-1] <= generator.random(n_draws)[:, None]
        rows[:, question.position] = np.asarray(question.codes, dtype=np.int8)[reached.sum(axis=1)]
    return silenced, Completions(rows, np.full(n_draws, 1 / n_draws), is_exact=False)


def _enumerate(
    codes: Sequence[int], questions: Sequence[OpenQuestion], *, weights: Array, tables: Tables
) -> Completions:
    shares = weights[:, None]
    for table in tables:
        shares = (shares[:, :, None] * table[:, None, :]).reshape(len(weights), -1)
    shape = tuple(len(question.codes) for question in questions)
    grid = np.indices(shape).reshape(len(shape), prod(shape))
    rows = np.tile(np.asarray(codes, dtype=np.int8), (prod(shape), 1))
    for question, choice in zip(questions, grid, strict=True):
        rows[:, question.position] = np.asarray(question.codes, dtype=np.int8)[choice]
    return Completions(rows, shares.sum(axis=0), is_exact=True)
