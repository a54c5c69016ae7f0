"""Tries the rules on very many drawn projects: who wins, where it is close, what never fires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.inference.batch import Batch, Codes, weigh_batch
from advisor.inference.compiled import MILLI, CompiledRules, compile_rules
from advisor.inference.completions import prior_of
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

CHUNK: Final = 20_000
"""Projects that are evaluated at a time."""

CLOSE_DB: Final = 2.0
"""Below this margin there is no clear winner."""

Counts = NDArray[np.float64]


class Sampling(StrEnum):
    """How projects are drawn; each answer independently, none left open."""

    UNIFORM = "uniform"
    PRIOR = "prior"
    """As often as published projects are at each level."""


@dataclass(frozen=True, slots=True)
class Region:
    """The projects that give one answer."""

    criterion: str
    level: str
    share: float
    """Of these projects, those whose first two are less than 2 decibans apart."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the rules say about drawn projects."""

    sampling: Sampling
    n_projects: int
    seed: int
    wins: dict[Approach, float]
    """Share of the projects in which each approach comes first; ties split equally."""
    clear_wins: dict[Approach, float]
    """Share of all projects in which it comes first by at least 2 decibans."""
    infeasible: float
    """Share of the projects in which vetoes leave no approach."""
    regions: tuple[Region, ...]
    """Every answer, the most fragile first."""
    fired: dict[str, float]
    """Share of the projects in which each rule or veto fires."""

    @property
    def close(self) -> float:
        """Share of the projects without a clear winner."""
        return 1.0 - self.infeasible - sum(self.clear_wins.values())

    @property
    def never(self) -> tuple[str, ...]:
        """Rules and vetoes that did not fire once."""
        return tuple(name for name, share in self.fired.items() if share == 0.0)

    @property
    def always(self) -> tuple[str, ...]:
        """Rules and vetoes that fired every time."""
        return tuple(name for name, share in self.fired.items() if share == 1.0)


class _Tally:
    """Counts over chunks of projects."""

    def __init__(self, compiled: CompiledRules) -> None:
        n_approaches = len(compiled.approaches)
        self.wins: Counts = np.zeros(n_approaches)
        self.clear_wins: Counts = np.zeros(n_approaches)
        self.infeasible = 0
        self.fired: Counts = np.zeros(len(compiled.rules) + len(compiled.vetoes))
        self.seen = [np.zeros(len(c.levels)) for c in compiled.criteria]
        self.close = [np.zeros(len(c.levels)) for c in compiled.criteria]

    def add(self, codes: Codes, batch: Batch) -> None:
        """Count one chunk."""
        margins = margins_of(batch)
        is_close = margins < CLOSE_DB
        winners = batch.winners
        self.wins += winners.sum(axis=1)
        self.clear_wins += winners[:, ~is_close].sum(axis=1)
        self.infeasible += int(batch.excluded.all(axis=0).sum())
        self.fired += batch.fired.sum(axis=1)
        for i, (seen, close) in enumerate(zip(self.seen, self.close, strict=True)):
            column = codes[:, i].astype(np.intp)
            seen += np.bincount(column, minlength=len(seen))
            close += np.bincount(column[is_close], minlength=len(close))


def margins_of(batch: Batch) -> Counts:
    """Compute the decibans between the first two feasible approaches; inf if there is one or none.

    Where every approach is excluded nothing is close.
    """
    scores = np.where(batch.excluded, -np.inf, batch.scores)
    second, first = np.partition(scores, -2, axis=0)[-2:]
    margins: Counts = np.full(first.shape, np.inf)
    has_rival = np.isfinite(second)
    margins[has_rival] = (first[has_rival] - second[has_rival]) / MILLI
    return margins


def audit_rules(
    rule_base: RuleBase, *, n_projects: int, sampling: Sampling, seed: int = 0
) -> Audit:
    """Evaluate the rules on drawn projects, chunk by chunk."""
    compiled = compile_rules(rule_base)
    tally = _Tally(compiled)
    for codes in _draw(compiled, n_projects, sampling=sampling, seed=seed):
        tally.add(codes, weigh_batch(compiled, codes))
    return Audit(
        sampling=sampling,
        n_projects=n_projects,
        seed=seed,
        wins=_by_approach(compiled, tally.wins / n_projects),
        clear_wins=_by_approach(compiled, tally.clear_wins / n_projects),
        infeasible=tally.infeasible / n_projects,
        regions=tuple(sorted(_regions(compiled, tally), key=lambda r: -r.share)),
        fired={
            statement.id: count / n_projects
            for statement, count in zip(
                (*compiled.rules, *compiled.vetoes), tally.fired.tolist(), strict=True
            )
        },
    )


def _draw(
    compiled: CompiledRules, n_projects: int, *, sampling: Sampling, seed: int
) -> Iterator[Codes]:
    generator = np.random.default_rng(seed)
    ladders = [
        np.cumsum(
            prior_of(criterion)
            if sampling is Sampling.PRIOR
            else np.full(len(criterion.levels), 1 / len(criterion.levels))
        )[:-1]
        for criterion in compiled.criteria
    ]
    for start in range(0, n_projects, CHUNK):
        luck = generator.random((len(ladders), min(CHUNK, n_projects - start)), dtype=np.float32)
        rows = [
            np.searchsorted(ladder, row, side="right")
            for ladder, row in zip(ladders, luck, strict=True)
        ]
        yield np.stack(rows, axis=1).astype(np.int8)


def _by_approach(compiled: CompiledRules, values: Counts) -> dict[Approach, float]:
    return dict(zip(compiled.approaches, values.tolist(), strict=True))


def _regions(compiled: CompiledRules, tally: _Tally) -> Iterator[Region]:
    for criterion, seen, close in zip(compiled.criteria, tally.seen, tally.close, strict=True):
        for level, n_seen, n_close in zip(criterion.level_ids, seen, close, strict=True):
            if n_seen:
                yield Region(criterion.id, level, float(n_close / n_seen))
