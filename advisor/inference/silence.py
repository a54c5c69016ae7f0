"""How likely somebody does not know an answer, learnt from what they did not know so far.

A question is as hard as published projects were silent about it; a person is as silent as their
"I don't know" so far make them, whatever the questions were (Rasch 1960, Probabilistic Models for
Some Intelligence and Attainment Tests). Nobody's knowledge is taken for granted at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from advisor.vocabulary import UNKNOWN

SPREAD = 1.0
"""Standard deviation of how silent people are, in logits; their mean is that of the projects."""

N_STEPS = 8
"""Newton's method has settled long before."""

Hardness = Mapping[str, float]
"""Per criterion: the logit of the probability that an average project does not know it."""


def measure_hardness(criteria: Sequence[str], projects: Iterable[Mapping[str, str]]) -> Hardness:
    """Compare how often projects answer each question; one of each kind is added (Laplace)."""
    answers = list(projects)
    hardness = {}
    for criterion in criteria:
        known = sum(given.get(criterion, UNKNOWN) != UNKNOWN for given in answers)
        hardness[criterion] = log((1 + len(answers) - known) / (1 + known))
    return hardness


def expect_silence(hardness: Hardness, answers: Mapping[str, str]) -> dict[str, float]:
    """Compute the probability that somebody does not know each of the criteria.

    Args:
        hardness: As `measure_hardness` finds it; a criterion that is missing is taken as known.
        answers: What they said so far, `unknown` included.
    """
    replies = [(hardness[c], v == UNKNOWN) for c, v in answers.items() if c in hardness]
    shift = _silence_so_far(replies)
    return {criterion: _logistic(hard + shift) for criterion, hard in hardness.items()}


def _silence_so_far(replies: Sequence[tuple[float, bool]]) -> float:
    """Find the most probable shift of somebody, with a normal prior around 0."""
    shift = 0.0
    for _ in range(N_STEPS):
        expected = [_logistic(hard + shift) for hard, _ in replies]
        slope = sum(was - p for (_, was), p in zip(replies, expected, strict=True))
        slope -= shift / SPREAD**2
        bend = sum(p * (1 - p) for p in expected) + 1 / SPREAD**2
        shift += slope / bend
    return shift


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))
