"""Tipping points, sources left out and equal weights, each recomputed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import Evidence, weigh
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.inference.sensitivity import find_tipping_points, leave_sources_out, weigh_equally
from advisor.schema.rule import Rule, RuleBase, Veto
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from conftest import Reference

FULL = {"a": "a2", "b": "b2", "c": "c1", "d": "d1", "e": "e1", "f": "f2"}


def _view(compiled: CompiledRules, answers: dict[str, str]) -> tuple[Evidence, Ranking]:
    evidence = weigh(compiled, compiled.encode(answers))
    return evidence, rank_approaches(compiled, evidence)


def _winner_with(
    compiled: CompiledRules, answers: dict[str, str], *, rule: str, multiplier: float
) -> Approach:
    """Rank again with one firing counting more or less."""
    evidence, ranking = _view(compiled, answers)
    scores = list(map(float, evidence.scores))
    for firing in evidence.firings:
        if compiled.rules[firing.rule].id == rule:
            scores = [s + (multiplier - 1) * w for s, w in zip(scores, firing.worth, strict=True)]
    return compiled.approaches[max(ranking.feasible, key=lambda o: scores[o])]


def test_winner_changes_exactly_at_each_tipping_point(
    compiled: CompiledRules, some_answers: list[dict[str, str]]
) -> None:
    """Just before it the leader still wins, just beyond it the named approach does."""
    for answers in some_answers:
        evidence, ranking = _view(compiled, answers)
        if not ranking.feasible or ranking.margin_db == 0:
            continue
        leader = compiled.approaches[ranking.leader]
        for tip in find_tipping_points(compiled, evidence, ranking):
            step = 1e-6 if tip.multiplier > 1 else -1e-6
            before, beyond = (
                _winner_with(
                    compiled, answers, rule=tip.finding.rule, multiplier=tip.multiplier + shift
                )
                for shift in (-step, step)
            )

            assert (before, beyond) == (leader, tip.winner)


def test_rule_without_tipping_point_changes_nothing(
    compiled: CompiledRules, some_answers: list[dict[str, str]]
) -> None:
    """Between nothing and ten times its weight the leader stays."""
    for answers in some_answers:
        evidence, ranking = _view(compiled, answers)
        tipping = {tip.finding.rule for tip in find_tipping_points(compiled, evidence, ranking)}
        for firing in evidence.firings if ranking.feasible else ():
            rule = compiled.rules[firing.rule].id
            winners = {
                _winner_with(compiled, answers, rule=rule, multiplier=m) for m in (0.001, 9.99)
            }

            assert rule in tipping or winners == {compiled.approaches[ranking.leader]}


def test_source_takes_its_share_of_each_rule_along(compiled: CompiledRules) -> None:
    """TT004 rests on two sources and keeps half; a rule of one source vanishes."""
    evidence, ranking = _view(compiled, FULL)
    scores = [float(score) for score in evidence.scores]
    for firing in evidence.firings:
        cited = compiled.rules[firing.rule].sources
        if "s2" in cited:
            scores = [s - w / len(cited) for s, w in zip(scores, firing.worth, strict=True)]
    first, second = sorted((scores[o] for o in ranking.feasible), reverse=True)[:2]

    left = {one.source: one for one in leave_sources_out(compiled, evidence, ranking)}

    assert left["s2"].rules == ["TT004"]
    assert left["s2"].margin_db == pytest.approx((first - second) / 1000)


def test_veto_falls_with_its_only_source(
    make_rule_base: Callable[..., RuleBase], make_rule: Callable[..., Rule]
) -> None:
    """Without the source of the veto, the excluded approach wins."""
    rule = make_rule("TT001", {"criterion": "c", "is": "c0"}, (0, 0, 9, 0), sources=["s2"])
    ban = Veto.model_validate(
        {
            "id": "TT901",
            "name": "ban",
            "title": "",
            "rationale": "",
            "when": {"criterion": "c", "is": "c0"},
            "sources": ["s1"],
            "grade": "B",
            "excludes": ["fine_tune"],
        }
    )
    compiled = compile_rules(make_rule_base((rule,), (ban,)))

    first = leave_sources_out(compiled, *_view(compiled, {"c": "c0"}))[0]

    assert (first.source, first.winner, first.changes_winner) == ("s1", Approach.FINE_TUNE, True)


def test_equal_weights_count_findings(compiled: CompiledRules, reference: Reference) -> None:
    """Each fired rule is one vote for or against, whatever its size."""
    evidence, ranking = _view(compiled, FULL)
    signs = [
        [(w > 100) - (w < -100) for w in compiled.weights[firing.rule]]
        for firing in evidence.firings
    ]
    expected = [sum(column) for column in zip(*signs, strict=True)]

    found = weigh_equally(compiled, evidence, ranking)

    assert list(found.tallies.values()) == expected
    assert found.winners == [
        compiled.approaches[o]
        for o in ranking.feasible
        if expected[o] == max(expected[p] for p in ranking.feasible)
    ]
