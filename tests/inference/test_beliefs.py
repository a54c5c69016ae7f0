"""Robustness in figures and words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from advisor.inference.beliefs import describe_robustness
from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.inference.robustness import draw_scores
from advisor.inference.smaa import pairwise_winning_index, rank_acceptability
from advisor.inference.unknowns import look_ahead
from advisor.schema.explanation import Beliefs, Robustness
from advisor.schema.rule import Rule, RuleBase
from advisor.vocabulary import Approach


def _describe(compiled: CompiledRules, answers: dict[str, str]) -> Robustness:
    codes = compiled.encode(answers)
    ranking = rank_approaches(compiled, weigh(compiled, codes))
    prospect = look_ahead(compiled, codes, seed=0)
    draws = draw_scores(compiled, prospect, seed=0)
    return describe_robustness(compiled, draws, prospect=prospect, ranking=ranking)


def _beliefs(compiled: CompiledRules, answers: dict[str, str], approach: Approach) -> Beliefs:
    return next(b for b in _describe(compiled, answers).beliefs if b.approach is approach)


@pytest.fixture
def duel(make_rule_base: Callable[..., RuleBase], make_rule: Callable[..., Rule]) -> CompiledRules:
    """One finding for prompting, a slightly weaker one for RAG, and a third that depends on f."""
    rules = (
        make_rule(
            "TT001", {"criterion": "b", "is": "b1"}, (5, 0, -3, -3), sources=["s1"], grade="C"
        ),
        make_rule(
            "TT002", {"criterion": "d", "is": "d1"}, (0, 4, -3, -3), sources=["s2"], grade="C"
        ),
        make_rule("TT003", {"criterion": "f", "is": "f2"}, (0, 3, 0, 0), sources=["s3"], grade="A"),
    )
    return compile_rules(make_rule_base(rules, ()))


def test_second_wins_if_its_evidence_counts_more_and_the_other_less(duel: CompiledRules) -> None:
    """The central weights say which findings would have to be misjudged, and which way."""
    told = _beliefs(duel, {"b": "b1", "d": "d1", "f": "f0"}, Approach.RAG)
    weights = {b.finding.rule: b.value - b.usual for b in told.beliefs if b.finding is not None}

    assert weights["TT001"] < -0.1
    assert weights["TT002"] > 0.1
    assert told.sentence.startswith("For RAG to win (")


def test_open_answer_that_favours_an_approach_is_believed_where_it_wins(
    duel: CompiledRules,
) -> None:
    """RAG wins more often where f turns out to be f2."""
    told = _beliefs(duel, {"b": "b1", "d": "d1"}, Approach.RAG)

    [answer] = [belief for belief in told.beliefs if belief.kind == "answer"]

    assert (answer.criterion, answer.levels) == ("f", ["f2"])
    assert answer.value > answer.usual + 0.1
    assert "f is f2" in told.sentence


def test_confidence_is_the_share_under_the_central_weights(duel: CompiledRules) -> None:
    """Everything answered and the weights fixed, an approach wins always or never."""
    told = _beliefs(duel, {"b": "b1", "d": "d1", "f": "f0"}, Approach.RAG)

    assert 0.1 < told.first_rank < 0.5
    assert told.confidence == 1.0


def test_approach_that_hardly_ever_wins_has_no_beliefs(duel: CompiledRules) -> None:
    """Central weights of a handful of draws would be noise."""
    told = _beliefs(duel, {"b": "b1", "d": "d1", "f": "f0"}, Approach.HYBRID)

    assert (told.beliefs, told.confidence) == ([], None)
    assert "hardly ever" in told.sentence


def test_excluded_approach_says_so(compiled: CompiledRules) -> None:
    """No belief about weights helps against a veto."""
    told = _beliefs(compiled, {"c": "c0", "f": "f2"}, Approach.FINE_TUNE)

    assert told.sentence == "Fine-tuning is excluded."


def test_ranks_and_pairs_agree_with_each_other(compiled: CompiledRules) -> None:
    """Each row of ranks sums to one, and of each pair exactly one is ahead."""
    found = _describe(compiled, {"a": "a1", "c": "c1", "e": "e0"})

    for approach, ranks in found.rank_acceptability.items():
        assert sum(ranks) == pytest.approx(1.0)
        for other, share in found.pairwise[approach].items():
            assert share + found.pairwise[other][approach] == pytest.approx(1.0)


def test_pairwise_index_shares_ties_and_ignores_two_that_are_out() -> None:
    """A tie is half a win for both."""
    values = np.array([[2.0, 2.0, -np.inf, -np.inf], [3.0, 1.0, -np.inf, -np.inf]])

    index = pairwise_winning_index(values)

    assert index.tolist() == [[0, 0.75, 1, 1], [0.25, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_alternative_that_is_out_takes_no_rank() -> None:
    """Last place would be praise."""
    ranks = rank_acceptability(np.array([[1.0, -np.inf], [1.0, 2.0]]))

    assert ranks.tolist() == [[0.5, 0.5], [0.5, 0.0]]
