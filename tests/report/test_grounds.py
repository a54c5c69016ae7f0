"""What a recommendation rests on, in sentences."""

from __future__ import annotations

import pytest

from advisor.report.grounds import (
    count_flips,
    state_beliefs,
    state_grounds,
    state_robustness,
    state_silent,
)
from advisor.report.references import build_bibliography
from advisor.schema.explanation import Explanation
from advisor.schema.recommendation import Recommendation
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach


@pytest.fixture
def explanation(recommendation: Recommendation) -> Explanation:
    """Why the sample recommendation stands."""
    assert recommendation.explanation is not None
    return recommendation.explanation


def _grounds(rule_base: RuleBase, recommendation: Recommendation, **changes: object) -> list[str]:
    assert recommendation.explanation is not None
    explanation = recommendation.explanation.model_copy(update=changes)
    changed = recommendation.model_copy(update={"explanation": explanation})
    return list(state_grounds(changed, build_bibliography(rule_base, changed)))


def test_grounds_name_answers_weights_and_sources(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """Each thing the winner rests on is one sentence; sources are numbered."""
    assert _grounds(rule_base, recommendation) == [
        "This answer alone fixes who leads, whatever the other answers are: "
        "data_volatility=weekly.",
        "If “the knowledge changes every week” (KN001) did not count, prompting would win.",
        "If “the text fits into the prompt” (KN008) counted 1.27 times as much, "
        "prompting would win.",
        "Without [1] or [2], prompting would come first.",
        "If every finding counted the same, RAG would lead, too.",
    ]


def test_no_decisive_source_is_said_to_be_none(
    rule_base: RuleBase, recommendation: Recommendation, explanation: Explanation
) -> None:
    """Sources that change nothing are not listed one by one."""
    harmless = [one for one in explanation.sources_left_out if not one.changes_winner]

    said = _grounds(rule_base, recommendation, sources_left_out=harmless)

    assert "No single source changes who leads." in said


def test_no_tipping_point_is_said_to_be_none(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """A winner that no single weight can unseat is said to be one."""
    said = _grounds(rule_base, recommendation, tipping_points=[])

    assert any(sentence.startswith("No rule decides alone") for sentence in said)


def test_flips_are_counted_by_size(explanation: Explanation) -> None:
    """Sizes at which nothing flips are not mentioned."""
    assert count_flips(explanation) == (
        "In all, 1 change of one answer and 4 of two would put another approach first."
    )


def test_robustness_names_the_beaten_and_the_priorities(recommendation: Recommendation) -> None:
    """Shares of the draws come in steps of 5 %."""
    assert list(state_robustness(recommendation)) == [
        "Of 10,000 draws, RAG beats prompting in 80 % and hybrid in 90 %.",
        "Your priorities were applied, most important first: cost, latency.",
    ]


def test_beliefs_are_told_for_rivals_only(recommendation: Recommendation) -> None:
    """Nobody has to be told what to believe for the leader to lead."""
    assert list(state_beliefs(recommendation)) == [
        "For prompting to win one would have to believe in it."
    ]


def test_silent_rule_names_the_answer_it_lacks(recommendation: Recommendation) -> None:
    """The value that would make it fire stands beside the one that keeps it silent."""
    assert list(state_silent(recommendation, Approach.PROMPTING)) == [
        "+6 db if “the text fits into the prompt” (KN008) applied: data_volatility would have to "
        "be static or monthly (now weekly)."
    ]


def test_advice_without_explanation_says_nothing_of_it(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """Advice stored by an older version has a shorter report."""
    bare = recommendation.model_copy(update={"explanation": None, "robustness": None})

    assert [*state_robustness(bare), *state_beliefs(bare)] == []
    assert list(state_grounds(bare, build_bibliography(rule_base, bare))) == []
