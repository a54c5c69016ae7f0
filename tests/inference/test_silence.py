"""What people do not know, learnt from what they did not know so far."""

from __future__ import annotations

import pytest

from advisor.inference.silence import expect_silence, measure_hardness

PROJECTS = [{"easy": "yes"}, {"easy": "no"}, {"easy": "yes", "hard": "unknown"}, {"hard": "no"}]


def test_hardness_orders_questions_by_how_often_they_are_answered() -> None:
    """What most projects say is easier than what few say."""
    hardness = measure_hardness(["easy", "hard"], PROJECTS)

    assert hardness["easy"] < 0 < hardness["hard"]


def test_average_project_is_expected_at_the_start() -> None:
    """Before the first answer, silence is as frequent as it was (three of five, smoothed)."""
    silence = expect_silence(measure_hardness(["easy", "hard"], PROJECTS), {})

    assert silence["easy"] == pytest.approx(2 / 6)
    assert silence["hard"] == pytest.approx(4 / 6)


def test_silence_makes_more_silence_likely() -> None:
    """Somebody who did not know an easy answer will know fewer hard ones, and the reverse."""
    hardness = measure_hardness(["easy", "hard"], PROJECTS)
    silent, knowing = ({"easy": level} for level in ("unknown", "yes"))

    assert expect_silence(hardness, silent)["hard"] > 4 / 6
    assert expect_silence(hardness, knowing)["hard"] < 4 / 6


def test_nobody_is_silent_without_experience() -> None:
    """Where nothing was learnt, every answer is taken to be known."""
    assert expect_silence({}, {"easy": "unknown"}) == {}
