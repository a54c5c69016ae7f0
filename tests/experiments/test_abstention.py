"""Silence is counted where it is right and where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prototypes.contracts import Approach
from prototypes.experiments.abstention import check_abstention
from prototypes.experiments.material import Material


def _answers(rightly: str, needlessly: str) -> list[dict[str, Any]]:
    """Spell silence (s) on unanswerable and on answerable questions."""
    return [
        *({"open": True, "silent": mark == "s"} for mark in rightly),
        *({"open": False, "silent": mark == "s"} for mark in needlessly),
    ]


def test_silence_is_counted_on_both_sides(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Silent on 3 of 4 unanswerable and 1 of 5 answerable questions."""
    found = check_abstention(lay_out(plant(Approach.RAG, _answers("sss.", "s...."))))

    assert {one.quantity: (one.value, one.n) for one in found.measured} == {
        "abstention_correct": (0.75, 4),
        "needless_abstention": (0.2, 5),
    }


def test_an_arm_that_never_answers_is_not_informed(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """.75 - .2 against 1 - 1: the one that tells them apart is .55 ahead."""
    told_apart = plant(Approach.FINE_TUNE, _answers("sss.", "s...."))
    silent = plant(Approach.RAG, _answers("ssss", "sssss"))

    (difference,) = check_abstention(lay_out(silent, told_apart)).differences

    assert (difference.arm, difference.against) == ("fine_tune", "rag")
    assert difference.difference == pytest.approx(0.55)
    assert difference.low < 0.55 < difference.high


def test_many_questions_show_a_planted_difference(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Silent exactly where it should be on 200 questions, against never."""
    exact = plant(Approach.FINE_TUNE, _answers("s" * 100, "." * 100))
    talkative = plant(Approach.RAG, _answers("." * 100, "." * 100))

    (difference,) = check_abstention(lay_out(talkative, exact)).differences

    assert 0.9 < difference.low <= difference.difference == 1
    assert difference.p_value < 0.001


def test_three_questions_prove_nothing(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Two arms that differ on three questions out of three do so by chance in one of four cases."""
    silent = plant(Approach.FINE_TUNE, _answers("sss", "..."))
    talkative = plant(Approach.RAG, _answers("...", "..."))

    (difference,) = check_abstention(lay_out(talkative, silent)).differences

    assert difference.p_value == pytest.approx(0.25)


def test_without_unanswerable_questions_it_says_so(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Nothing can be learnt about silence where everything has an answer."""
    found = check_abstention(lay_out(plant(Approach.RAG, _answers("", "..s"))))

    assert found.measured == []
    assert found.untested == "no test sample is marked unanswerable"


def test_silence_on_a_few_documents_counts_documents(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Ten times the same two documents tell what two documents tell, which is nothing."""
    exact, talkative = (
        [{**each, "group": str(each["open"])} for each in _answers(rightly, "." * 20)]
        for rightly in ("s" * 15 + "." * 5, "." * 20)
    )

    found = check_abstention(
        lay_out(plant(Approach.RAG, talkative), plant(Approach.FINE_TUNE, exact))
    )

    (difference,), shares = found.differences, {one.quantity: one for one in found.measured}
    assert difference.low < 0.05 < difference.difference == pytest.approx(0.75)
    assert (shares["abstention_correct"].low, shares["abstention_correct"].high) == (0.0, 1.0)
