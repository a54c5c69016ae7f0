"""Why a question is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.inference.compiled import CompiledRules
from advisor.inference.curiosity import explain_question
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from conftest import Reference


def test_rules_and_vetoes_that_wait_are_named(compiled: CompiledRules) -> None:
    """With what they favour or exclude."""
    why = explain_question(compiled, compiled.encode({"a": "a1", "b": "b2"}), criterion="c")

    assert [waiting.finding.rule for waiting in why.waiting] == ["TT004", "TT901"]
    assert why.waiting[0].favours == [Approach.FINE_TUNE]
    assert why.waiting[1].excludes == [Approach.FINE_TUNE]


def test_each_answer_has_the_effect_that_giving_it_has(
    compiled: CompiledRules, reference: Reference
) -> None:
    """Winner distribution and leader are those of the interview one answer on."""
    answers = {"a": "a1", "b": "b2"}
    why = explain_question(compiled, compiled.encode(answers), criterion="d")

    for effect in why.effects:
        given = {**answers, "d": effect.level}

        assert effect.wins == pytest.approx(reference.winner_distribution(given), abs=1e-9)
        assert effect.leading in reference.winners(given)
        assert set(effect.excluded) == reference.excluded(given)


def test_fired_rules_are_those_the_answer_decides(compiled: CompiledRules) -> None:
    """d2 fires TT006; the veto TT902 still waits for e."""
    why = explain_question(compiled, compiled.encode({"a": "a1"}), criterion="d")

    fires = {effect.level: effect.fires for effect in why.effects}

    assert fires == {"d0": ["TT005"], "d1": ["TT006"], "d2": ["TT006"]}


def test_answered_question_is_explained_as_if_open(compiled: CompiledRules) -> None:
    """Asking "why did you ask" afterwards works too."""
    before = explain_question(compiled, compiled.encode({"a": "a1"}), criterion="d")
    after = explain_question(compiled, compiled.encode({"a": "a1", "d": "d1"}), criterion="d")

    assert after == before


def test_question_nothing_waits_for_has_no_effect(compiled: CompiledRules) -> None:
    """There is no reason to ask it."""
    why = explain_question(compiled, compiled.encode({"b": "b1", "a": "a1"}), criterion="c")

    assert [waiting.finding.rule for waiting in why.waiting] == ["TT901"]
    assert (
        explain_question(compiled, compiled.encode({"a": "a1", "c": "c1"}), criterion="f").waiting
        != []
    )
