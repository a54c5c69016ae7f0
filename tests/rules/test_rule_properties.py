"""What holds of the shipped rules whatever anybody answers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.inference.compiled import compile_rules
from advisor.inference.conditions import evaluate_condition
from advisor.inference.consultation import consult
from advisor.knowledge.loader import load_rules
from advisor.knowledge.rule_cases import statements_with_cases
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import NOT_APPLICABLE, Status, Truth

RULE_BASE = load_rules()
COMPILED = compile_rules(RULE_BASE)
CRITERIA = {criterion.id: criterion for criterion in RULE_BASE.criteria}
STATEMENTS = statements_with_cases(RULE_BASE)

levels = {
    name: st.sampled_from([*criterion.level_ids, NOT_APPLICABLE])
    for name, criterion in CRITERIA.items()
}
complete = st.fixed_dictionaries(levels)
subsets = st.sets(st.sampled_from(sorted(CRITERIA)))
quick = settings(max_examples=30, deadline=None, database=None)
few = settings(max_examples=6, deadline=None, database=None)
"""A consultation takes some forty milliseconds."""


def _consult(answers: dict[str, str]) -> Recommendation:
    return consult(COMPILED, Answers(answers=answers))


@quick
@given(answers=complete, known=subsets)
def test_further_answers_take_back_nothing_that_was_decided(
    answers: dict[str, str], known: set[str]
) -> None:
    """A rule that fires, or is out, stays so when more is answered; in the end all are decided."""
    some = {name: level for name, level in answers.items() if name in known}

    for statement in STATEMENTS:
        before, missing = evaluate_condition(statement.when, some, CRITERIA)
        after, _ = evaluate_condition(statement.when, answers, CRITERIA)
        assert after is not Truth.UNKNOWN
        assert before in (Truth.UNKNOWN, after)
        assert not known.intersection(missing)


@few
@given(answers=complete, known=subsets)
def test_every_approach_is_ranked_once_with_its_whole_score_explained(
    answers: dict[str, str], known: set[str]
) -> None:
    """Excluded approaches come last, and what speaks for and against one adds up."""
    advice = _consult({name: level for name, level in answers.items() if name in known})
    excluded = [ranked.status is Status.EXCLUDED for ranked in advice.ranking]

    assert {each.approach for each in advice.ranking} == {a.id for a in RULE_BASE.approaches}
    assert len(advice.ranking) == len(RULE_BASE.approaches)
    assert excluded == sorted(excluded)
    for ranked in advice.ranking:
        told = sum(reason.db for reason in (*ranked.reasons, *ranked.against))
        assert told == pytest.approx(ranked.score_db, abs=1e-6)
    assert sum(ranked.support for ranked in advice.ranking) == pytest.approx(1 - all(excluded))


@few
@given(answers=complete, known=subsets, seed=st.integers(0, 99))
def test_order_of_answers_changes_nothing(
    answers: dict[str, str], known: set[str], seed: int
) -> None:
    """Whoever answers the same in another order is advised the same."""
    pairs = [(name, level) for name, level in answers.items() if name in known]
    shuffled = random.Random(seed).sample(pairs, len(pairs))

    assert _consult(dict(shuffled)) == _consult(dict(pairs))


@few
@given(answers=complete, data=st.data())
def test_settled_advice_is_not_changed_by_any_further_answer(
    answers: dict[str, str], data: st.DataObject
) -> None:
    """The interview may stop there."""
    left = data.draw(st.sets(st.sampled_from(sorted(CRITERIA)), max_size=6))
    advice = _consult({name: level for name, level in answers.items() if name not in left})

    assert set(advice.next_questions) <= set(advice.unanswered) <= left
    if advice.settled:
        assert _consult(answers).leading is advice.leading
