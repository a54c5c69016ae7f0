"""From evidence to an order of the approaches: vetoes first, then scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.inference.compiled import MILLI, CompiledRules
from advisor.inference.evidence import Evidence
from advisor.schema.rule import Veto
from advisor.vocabulary import Approach, Status


@dataclass(frozen=True, slots=True)
class Ranking:
    """The approaches from best to worst, as positions in `CompiledRules.approaches`."""

    order: tuple[int, ...]
    status: tuple[Status, ...]
    """Per approach, not per rank."""
    scores: tuple[int, ...]
    """Millidecibans per approach."""
    support: tuple[float, ...]
    """Per approach; sums to 1 over those that are not excluded."""

    @property
    def leader(self) -> int:
        """The approach in front."""
        return self.order[0]

    @property
    def feasible(self) -> tuple[int, ...]:
        """The approaches that are not excluded, from best to worst."""
        return tuple(o for o in self.order if self.status[o] is not Status.EXCLUDED)

    @property
    def margin_db(self) -> float:
        """How far the leader is ahead of the next feasible approach, in decibans."""
        if len(self.feasible) < 2:
            return float("inf")
        first, second = self.feasible[:2]
        return (self.scores[first] - self.scores[second]) / MILLI


def rank_approaches(compiled: CompiledRules, evidence: Evidence) -> Ranking:
    """Order the approaches from best to worst.

    An excluded approach stays in the list, behind all others. Equal scores keep the order of the
    rule base's approaches.
    """
    status = tuple(_status(evidence, excluder) for excluder in compiled.excluders)
    order = sorted(
        range(len(status)), key=lambda o: (status[o] is Status.EXCLUDED, -evidence.scores[o])
    )
    return Ranking(tuple(order), status, evidence.scores, _support(evidence.scores, status))


def _status(evidence: Evidence, excluder: int) -> Status:
    if evidence.fired & excluder:
        return Status.EXCLUDED
    return Status.CONDITIONAL if evidence.open & excluder else Status.ALLOWED


def _support(scores: Sequence[int], status: Sequence[Status]) -> tuple[float, ...]:
    """Turn decibans into shares: p_o = 10^(S_o / 10) / Σ_j 10^(S_j / 10)."""
    feasible = [score for score, s in zip(scores, status, strict=True) if s is not Status.EXCLUDED]
    best = max(feasible, default=0)
    odds = [
        0.0 if s is Status.EXCLUDED else 10.0 ** ((score - best) / (10 * MILLI))
        for score, s in zip(scores, status, strict=True)
    ]
    total = sum(odds)
    return tuple(o / total for o in odds) if total else tuple(odds)


def smallest_lifts(
    compiled: CompiledRules, evidence: Evidence
) -> dict[tuple[str, ...], tuple[Approach, ...]]:
    """Find the smallest sets of constraints without which some approach would be feasible.

    Returns:
        The approaches that become feasible, by the ids of the vetoes to lift; no set of vetoes
        contains another.
    """
    needed = {
        approach: frozenset(v.id for v in compiled.vetoes if _excludes(compiled, evidence, v, e))
        for approach, e in zip(compiled.approaches, compiled.excluders, strict=True)
    }
    minimal = {lift for lift in needed.values() if not any(o < lift for o in needed.values())}
    return {
        tuple(sorted(lift)): tuple(a for a, vetoes in needed.items() if vetoes <= lift)
        for lift in sorted(minimal, key=sorted)
    }


def _excludes(compiled: CompiledRules, evidence: Evidence, veto: Veto, excluder: int) -> bool:
    return bool(evidence.fired & excluder & compiled.bit[veto.id])
