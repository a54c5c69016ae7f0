"""Whole consultations: from answers to a recommendation that explains itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.consultation import consult
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import CompanionRule, RuleBase, VariantRule
from advisor.vocabulary import Approach, Status

FULL = {"a": "a2", "b": "b1", "c": "c1", "d": "d1", "e": "e1", "f": "f0"}
IMPOSSIBLE = {"a": "a0", "c": "c0", "d": "d2", "e": "e1"}


def _consult(compiled: CompiledRules, answers: dict[str, str]) -> Recommendation:
    return consult(compiled, Answers(answers=answers))


def test_ledger_of_each_approach_sums_to_its_score(
    compiled: CompiledRules, some_answers: list[dict[str, str]]
) -> None:
    """What is told for and against an approach is its whole score."""
    for answers in some_answers[:20]:
        for ranked in _consult(compiled, answers).ranking:
            told = sum(reason.db for reason in (*ranked.reasons, *ranked.against))

            assert told == pytest.approx(ranked.score_db, abs=1e-9)


def test_reason_names_rule_answers_and_sources(compiled: CompiledRules) -> None:
    """A reader can go from a line of the report to the rule and its sources."""
    leader = _consult(compiled, FULL).ranking[0]
    reason = next(reason for reason in leader.reasons if reason.rule == "TT002")

    assert reason.because == "finding tt002"
    assert (reason.answers, reason.sources, reason.grade) == ({"a": "a2"}, ["s1"], "D")


def test_clear_winner_is_recommended(compiled: CompiledRules) -> None:
    """With every question answered and a wide margin there is nothing to abstain from."""
    recommendation = _consult(compiled, FULL)

    assert recommendation.recommended is recommendation.leading is Approach.RAG
    assert (recommendation.abstention, recommendation.unanswered) == ("", [])
    assert (recommendation.settled, recommendation.next_questions) == (True, [])
    assert recommendation.same_decision_probability == 1.0


def test_narrow_margin_abstains_and_names_the_two_to_prototype(compiled: CompiledRules) -> None:
    """Without any answer only the base separates the approaches."""
    recommendation = _consult(compiled, {})

    assert recommendation.recommended is None
    assert recommendation.leading is Approach.PROMPTING
    assert recommendation.abstention.startswith("No clear winner: ")
    assert "prototype both prompting and hybrid" in recommendation.abstention


def test_infeasible_project_names_what_to_lift(compiled: CompiledRules) -> None:
    """If all are excluded, the smallest sets of constraints are told."""
    recommendation = _consult(compiled, IMPOSSIBLE)

    assert recommendation.recommended is None
    assert {ranked.status for ranked in recommendation.ranking} == {Status.EXCLUDED}
    assert recommendation.abstention == (
        "No approach is feasible. Smallest sets of constraints to lift: "
        "TT901 (finding tt901) for fine-tuning; "
        "TT902 (finding tt902) for prompting or hybrid; TT903 (finding tt903) for RAG."
    )


def test_open_veto_says_what_is_missing(compiled: CompiledRules) -> None:
    """A conditional approach names the question its feasibility depends on."""
    ranking = _consult(compiled, {"a": "a1"}).ranking
    fine_tune = next(one for one in ranking if one.approach is Approach.FINE_TUNE)

    assert [(hit.veto, hit.is_open, hit.missing) for hit in fine_tune.vetoes] == [
        ("TT901", True, ["c"])
    ]


def test_dispute_behind_the_advice_is_told(compiled: CompiledRules) -> None:
    """A fired rule that sources oppose is a disputed point; a silent one is not."""
    assert [point.rule for point in _consult(compiled, {"d": "d0"}).disputed] == ["TT005"]
    assert _consult(compiled, {"d": "d1", "e": "e0"}).disputed == []


def test_order_of_rules_changes_no_byte_of_the_recommendation(
    rule_base: RuleBase, make_rule_base: Callable[..., RuleBase]
) -> None:
    """Permuting rules and vetoes gives the identical recommendation, explanation included."""
    backwards = make_rule_base(rule_base.rules[::-1], rule_base.vetoes[::-1])
    answers = Answers(answers={"a": "a1", "d": "d1"})

    once, again = (
        consult(compile_rules(one), answers, is_explained=True) for one in (rule_base, backwards)
    )

    assert once.model_dump_json() == again.model_dump_json()


def _suggestion(kind: type, statement_id: str, **rest: object) -> object:
    return kind.model_validate(
        {
            "id": statement_id,
            "name": f"name-{statement_id.lower()}",
            "title": "",
            "rationale": "",
            "when": {"criterion": "b", "at_least": "b1"},
            "grade": "D",
            **rest,
        }
    )


def test_companion_is_suggested_only_beside_its_approach(rule_base: RuleBase) -> None:
    """A technique for another approach than the leading one is not suggested."""
    companions = (
        _suggestion(CompanionRule, "CO001", technique="reranking", for_approaches=["rag"]),
        _suggestion(CompanionRule, "CO002", technique="lora", for_approaches=["fine_tune"]),
    )
    compiled = compile_rules(rule_base.model_copy(update={"companions": companions}))

    found = _consult(compiled, FULL).companions

    assert [(one.technique, one.because) for one in found] == [("reranking", "name co001")]


def test_first_matching_variant_of_a_slot_is_chosen(rule_base: RuleBase) -> None:
    """File order decides between variants; a slot without a match stays open."""
    variants = (
        _suggestion(VariantRule, "VA009", slot="store", choice="flat"),
        _suggestion(VariantRule, "VA001", slot="store", choice="graph"),
    )
    compiled = compile_rules(rule_base.model_copy(update={"variants": variants}))

    assert _consult(compiled, {"b": "b2"}).variants == {"store": "flat"}
    assert _consult(compiled, {"b": "b0"}).variants == {}


def test_explanation_is_complete_where_it_is_asked_for(compiled: CompiledRules) -> None:
    """Every approach but the leader is explained, and every fired rule is accounted for."""
    found = consult(compiled, Answers(answers={"a": "a2", "d": "d1"}), is_explained=True)

    assert found.explanation is not None
    assert found.robustness is not None
    assert len(found.explanation.why_not) == 3
    assert [one.approach for one in found.robustness.beliefs] == [
        ranked.approach for ranked in found.ranking
    ]
    fired = {r.rule for ranked in found.ranking for r in (*ranked.reasons, *ranked.against)}
    tipping = {tip.finding.rule for tip in found.explanation.tipping_points}
    assert tipping <= fired
    assert len(tipping) + found.explanation.n_without_tipping_point == len(fired - {"BASE"})


def test_explanation_changes_no_advice(
    compiled: CompiledRules, some_answers: list[dict[str, str]]
) -> None:
    """Explaining is reading, not deciding; not even an infeasible project stops it."""
    for answers in [*some_answers[:20], IMPOSSIBLE]:
        told = consult(compiled, Answers(answers=answers), is_explained=True)
        bare = told.model_copy(update={"explanation": None, "robustness": None})

        assert bare == _consult(compiled, answers)
