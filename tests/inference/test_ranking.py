"""Ranking: vetoes first, then scores."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import Ranking, rank_approaches, smallest_lifts
from advisor.schema.rule import RuleBase, Veto
from advisor.vocabulary import Approach, Status

if TYPE_CHECKING:
    from conftest import Reference


def _rank(compiled: CompiledRules, answers: dict[str, str]) -> Ranking:
    return rank_approaches(compiled, weigh(compiled, compiled.encode(answers)))


def test_leader_is_the_best_feasible_approach(
    compiled: CompiledRules, reference: Reference, every_answer: list[dict[str, str]]
) -> None:
    """Whatever is answered, a winner of the plain model leads."""
    wrong = [
        answers
        for answers in every_answer
        if (winners := reference.winners(answers))
        and compiled.approaches[_rank(compiled, answers).leader] not in winners
    ]

    assert wrong == []


def test_excluded_approach_is_last_whatever_its_score(compiled: CompiledRules) -> None:
    """A veto is no large weight: the best score does not help."""
    ranking = _rank(compiled, {"c": "c0", "f": "f2"})
    fine_tune = compiled.approaches.index(Approach.FINE_TUNE)

    assert ranking.scores[fine_tune] == max(ranking.scores)
    assert ranking.order[-1] == fine_tune
    assert ranking.support[fine_tune] == 0.0


def test_open_veto_makes_an_approach_conditional(compiled: CompiledRules) -> None:
    """As long as the question is open the approach may be chosen, on condition."""
    fine_tune = compiled.approaches.index(Approach.FINE_TUNE)

    assert _rank(compiled, {}).status[fine_tune] is Status.CONDITIONAL
    assert _rank(compiled, {"c": "c1"}).status[fine_tune] is Status.ALLOWED
    assert _rank(compiled, {"c": "not_applicable"}).status[fine_tune] is Status.ALLOWED


def test_support_is_odds_of_the_decibans(compiled: CompiledRules) -> None:
    """Ten decibans are odds of ten to one, and supports sum to one."""
    ranking = _rank(compiled, {"a": "a2", "c": "c1"})
    first, second = ranking.order[:2]

    assert sum(ranking.support) == pytest.approx(1.0)
    assert ranking.support[first] / ranking.support[second] == pytest.approx(
        10 ** (ranking.margin_db / 10)
    )


def test_removing_the_worst_approach_never_changes_the_order_of_the_others(
    rule_base: RuleBase, make_rule_base: Callable[..., RuleBase], every_answer: list[dict[str, str]]
) -> None:
    """Excluding whoever is last leaves all others where they were."""
    compiled = compile_rules(rule_base)
    answered = [answers | {"f": "f0"} for answers in random.Random(5).sample(every_answer, 200)]
    for answers in answered:
        feasible = _rank(compiled, answers).feasible
        if len(feasible) > 1:
            ban = _ban(compiled.approaches[feasible[-1]])
            without = compile_rules(make_rule_base(vetoes=(*rule_base.vetoes, ban)))

            assert _rank(without, answers).feasible == feasible[:-1]


def _ban(approach: Approach) -> Veto:
    return Veto.model_validate(
        {
            "id": "TT999",
            "name": "ban",
            "title": "",
            "rationale": "",
            "when": {"criterion": "f", "is": "f0"},
            "grade": "D",
            "excludes": (approach,),
        }
    )


def test_smallest_lifts_free_exactly_the_named_approaches(
    rule_base: RuleBase,
) -> None:
    """If all are excluded, the sets named are minimal and free the approaches named."""
    answers = {"a": "a0", "c": "c0", "d": "d2", "e": "e1"}
    compiled = compile_rules(rule_base)
    evidence = weigh(compiled, compiled.encode(answers))

    lifts = smallest_lifts(compiled, evidence)

    assert not rank_approaches(compiled, evidence).feasible
    assert lifts == {
        ("TT901",): (Approach.FINE_TUNE,),
        ("TT902",): (Approach.PROMPTING, Approach.HYBRID),
        ("TT903",): (Approach.RAG,),
    }


def test_lift_that_contains_another_is_not_named(
    make_rule_base: Callable[..., RuleBase], rule_base: RuleBase
) -> None:
    """Only minimal sets are worth telling."""
    double = _ban(Approach.PROMPTING).model_copy(
        update={"excludes": (Approach.PROMPTING, Approach.FINE_TUNE)}
    )
    compiled = compile_rules(make_rule_base(vetoes=(*rule_base.vetoes, double)))
    answers = {"a": "a0", "c": "c0", "d": "d2", "e": "e1", "f": "f0"}

    lifts = smallest_lifts(compiled, weigh(compiled, compiled.encode(answers)))

    assert lifts == {("TT902",): (Approach.HYBRID,), ("TT903",): (Approach.RAG,)} | {
        ("TT901", "TT999"): (Approach.FINE_TUNE,)
    }
