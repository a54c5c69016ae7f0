"""Citations are counted over answers, not over silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prototypes.contracts import Approach
from prototypes.experiments.citation import check_citations
from prototypes.experiments.material import Material


def _cited(pattern: str) -> list[dict[str, Any]]:
    """Spell a right citation as 1, a wrong one as 0, no answer as a dot."""
    return [{} if mark == "." else {"citation_correct": mark == "1"} for mark in pattern]


def test_share_is_taken_over_the_answers_given(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Three answers, two of them rightly cited."""
    (found,) = check_citations(lay_out(plant(Approach.RAG, _cited("11.0.")))).measured

    assert (found.value, found.n) == (pytest.approx(2 / 3), 3)


def test_arms_are_compared_where_both_answered(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Both answered the first three: 3 of 3 right against 1 of 3."""
    rag, tuned = (
        plant(Approach.RAG, _cited("1110..")),
        plant(Approach.FINE_TUNE, _cited("100.11")),
    )

    (difference,) = check_citations(lay_out(rag, tuned)).differences

    assert difference.difference == pytest.approx(1 / 3 - 1)
    assert (difference.n_only_arm_right, difference.n_only_against_right) == (0, 2)


def test_without_known_sources_it_says_so(
    plant: Callable[..., Any], lay_out: Callable[..., Material]
) -> None:
    """Classified texts have no sources."""
    found = check_citations(lay_out(plant(Approach.RAG, _cited("..."))))

    assert found.untested == "no answer was given to a test sample with known sources"
