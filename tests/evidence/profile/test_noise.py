"""Label noise that was put in is found again."""

from __future__ import annotations

import random

import pytest

from advisor.evidence.profile.noise import estimate_noise

WORDS = {"pay": "invoice refund card", "ship": "parcel courier depot", "login": "password reset"}


def _rows(n: int, *, noise: float) -> tuple[list[str], list[str]]:
    chance = random.Random(0)
    texts, labels = [], []
    for _ in range(n):
        label = chance.choice(list(WORDS))
        words = [*chance.choices(WORDS[label].split(), k=2), *chance.choices("abcdefgh", k=3)]
        texts.append(" ".join(words))
        wrong = chance.random() < noise
        labels.append(chance.choice([one for one in WORDS if one != label]) if wrong else label)
    return texts, labels


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3])
def test_noise_put_in_is_estimated(noise: float) -> None:
    """Within four points where the classes are easy to tell."""
    estimate = estimate_noise(*_rows(600, noise=noise))

    assert estimate is not None
    assert estimate.share == pytest.approx(noise, abs=0.04)


def test_too_few_rows_are_not_judged() -> None:
    """Twenty rows per class at least."""
    assert estimate_noise(*_rows(90, noise=0.0)) is None
    assert estimate_noise(["a b"] * 500, ["only"] * 500) is None
