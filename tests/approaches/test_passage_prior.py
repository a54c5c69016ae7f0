"""How sharply retrieval scores tell passages apart, chosen on known answers."""

from __future__ import annotations

import pytest
import torch

from prototypes.approaches.document_qa.passage_prior import (
    DEFAULT_SCALE,
    ScoredAnswer,
    choose_scale,
    log_prior,
)
from prototypes.models.marginal_decoding import Marginal

COSINES = (0.7, 0.6, 0.5)


def answers(right: int, n: int = 40) -> list[ScoredAnswer]:
    """Make answers that are near certain beside one passage and unlikely beside others."""
    found = []
    for number in range(n):
        scores = torch.full((3, 2), -6.0 - 0.01 * number)
        scores[right] = -0.05
        found.append(ScoredAnswer(scores, COSINES))
    return found


@pytest.mark.parametrize("marginal", list(Marginal))
def test_good_search_is_trusted_and_bad_search_is_not(marginal: Marginal) -> None:
    """The nearest passage always right: the sharpest prior; always wrong: no preference at all."""
    assert choose_scale(answers(0), marginal=marginal) == 80.0
    assert choose_scale(answers(2), marginal=marginal) == 0.0


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_answers_change_nothing(n: int) -> None:
    """Two questions are the fewest that could tell anything apart from chance."""
    assert choose_scale(answers(0, n), marginal=Marginal.SEQUENCE) == DEFAULT_SCALE


def test_search_that_is_often_wrong_is_not_trusted_more() -> None:
    """Where the nearest passage is right every other time, sharper is never better."""
    mixed = [*answers(0, 9), *answers(1, 8)]

    assert choose_scale(mixed, marginal=Marginal.SEQUENCE) <= DEFAULT_SCALE


def test_prior_is_a_probability() -> None:
    """Nearer passages weigh more; without a scale all weigh the same."""
    sharp, flat = log_prior(COSINES, 20.0).exp(), log_prior(COSINES, 0.0).exp()

    assert float(sharp.sum()) == pytest.approx(1) and sharp.tolist() == sorted(sharp, reverse=True)
    assert flat.tolist() == pytest.approx([1 / 3] * 3)
