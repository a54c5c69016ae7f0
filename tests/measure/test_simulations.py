"""How often a verdict is wrong, on planted arms: one test per way to a verdict.

Each simulation draws trials whose truth is known and counts what comes out. The rates allowed are
those of laboratory.md: at most 5 % false contradictions, at least 90 % detected. The binary cases
of a single rival stand in `test_verdict.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim
from prototypes.measure.comparisons import compare_arms
from prototypes.measure.significance import Resampling, Scores
from prototypes.measure.verdict import Evidence, judge_claim
from prototypes.results import ArmResult, Interval, Latency, Outcome

N = 1000
RIVALS = ("prompting", "fine_tune", "hybrid", "hybrid_b")
Draw = Callable[[np.random.Generator], dict[str, Scores]]


def judge_all(draw: Draw, n_trials: int, *, margin: float = 0.02) -> list[Outcome]:
    """Judge the claim of retrieval in many trials."""
    generator = np.random.default_rng(0)
    return [_judge(draw(generator), margin=margin) for _ in range(n_trials)]


def _judge(scores: dict[str, Scores], *, margin: float) -> Outcome:
    scores = {"baseline": np.zeros(N), **scores}
    comparisons = compare_arms(scores, "correct", resampling=Resampling(400))
    arms = [_arm(name, float(values.mean())) for name, values in scores.items()]
    evidence = Evidence("correct", arms, scores, comparisons)
    return judge_claim(Claim(Approach.RAG, margin=margin), evidence).outcome


def _arm(name: str, mean: float) -> ArmResult:
    return ArmResult(
        name=name,
        approach=Approach(name.removesuffix("_b")),
        title=name,
        feasible=True,
        cites=False,
        metrics={"correct": Interval(value=mean, low=0, high=1)},
        latency_ms=Latency(p50=1, p95=2, n_queries=20),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=1,
    )


def share(outcomes: Sequence[Outcome], wanted: Outcome) -> float:
    """Return how often an outcome came out."""
    return outcomes.count(wanted) / len(outcomes)


def right(generator: np.random.Generator, accuracy: float, hardness: Scores) -> Scores:
    """Draw 0/1 scores; 85 % of what makes a sample hard is common to all arms."""
    own = generator.random(N)
    is_common = generator.random(N) < 0.85
    return (np.where(is_common, hardness, own) < accuracy).astype(np.float64)


def graded(generator: np.random.Generator, mean: float, hardness: Scores) -> Scores:
    """Draw scores in tenths around a mean that depends on the sample, as token F1 does."""
    return generator.binomial(10, np.clip(mean + 0.4 * (hardness - 0.5), 0, 1)) / 10


@pytest.mark.slow
@pytest.mark.parametrize("score", [right, graded])
def test_four_equal_rivals_rarely_contradict(score: Callable[..., Scores]) -> None:
    """A/A with the whole trial's five arms and no margin: Holm keeps it within 5 %."""

    def draw(generator: np.random.Generator) -> dict[str, Scores]:
        hardness = generator.random(N)
        return {name: score(generator, 0.7, hardness) for name in ("rag", *RIVALS)}

    outcomes = judge_all(draw, 100, margin=0.0)

    assert share(outcomes, Outcome.CONTRADICTED) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("score", [right, graded])
def test_one_better_rival_among_four_is_detected(score: Callable[..., Scores]) -> None:
    """Five points ahead with 1,000 samples contradicts in 90 % of trials, correction and all."""

    def draw(generator: np.random.Generator) -> dict[str, Scores]:
        hardness = generator.random(N)
        means = dict.fromkeys(("rag", *RIVALS), 0.70) | {"fine_tune": 0.75}
        return {name: score(generator, mean, hardness) for name, mean in means.items()}

    outcomes = judge_all(draw, 80)

    assert share(outcomes, Outcome.CONTRADICTED) >= 0.90


@pytest.mark.parametrize("score", [right, graded])
def test_rival_ahead_by_the_margin_is_rarely_overlooked(score: Callable[..., Scores]) -> None:
    """At exactly the margin ahead a confirmation would be false; at most 5 % of trials give it."""

    def draw(generator: np.random.Generator) -> dict[str, Scores]:
        hardness = generator.random(N)
        return {
            "rag": score(generator, 0.70, hardness),
            "hybrid": score(generator, 0.72, hardness),
        }

    outcomes = judge_all(draw, 100)

    assert share(outcomes, Outcome.CONFIRMED) <= 0.05


@pytest.mark.parametrize("score", [right, graded])
def test_clear_lead_over_four_rivals_is_confirmed(score: Callable[..., Scores]) -> None:
    """Five points ahead of every rival confirms in 90 % of trials."""

    def draw(generator: np.random.Generator) -> dict[str, Scores]:
        hardness = generator.random(N)
        means = dict.fromkeys(RIVALS, 0.70) | {"rag": 0.75}
        return {name: score(generator, mean, hardness) for name, mean in means.items()}

    outcomes = judge_all(draw, 80)

    assert share(outcomes, Outcome.CONFIRMED) >= 0.90


def test_claim_no_better_than_the_baseline_is_rarely_confirmed() -> None:
    """With a baseline as good as the claim and worse rivals, at most 5 % are confirmed."""

    def draw(generator: np.random.Generator) -> dict[str, Scores]:
        hardness = generator.random(N)
        means = {"baseline": 0.70, "rag": 0.70, "hybrid": 0.60}
        return {name: right(generator, mean, hardness) for name, mean in means.items()}

    outcomes = judge_all(draw, 100)

    assert share(outcomes, Outcome.CONFIRMED) <= 0.05
    assert share(outcomes, Outcome.CONTRADICTED) == 0.0
