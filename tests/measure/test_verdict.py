"""A claim is confirmed, contradicted or left open for the reason the figures give."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim
from prototypes.measure.comparisons import compare_arms
from prototypes.measure.significance import Resampling, Scores
from prototypes.measure.verdict import Evidence, choose_representative, judge_claim
from prototypes.results import ArmResult, Interval, Latency, NotRun, Outcome, Verdict

CLAIM = Claim(Approach.RAG)


def arm(name: str, *, approach: Approach | None = None, **changes: object) -> ArmResult:
    """Make an arm whose approach is its name, feasible and taking one second."""
    values: dict[str, object] = {
        "name": name,
        "approach": approach or Approach(name),
        "title": name,
        "feasible": True,
        "cites": False,
        "metrics": {"accuracy": Interval(value=0.5, low=0.4, high=0.6)},
        "latency_ms": Latency(p50=1, p95=2, n_queries=20),
        "throughput_per_second": 1,
        "fit_seconds": 1,
        "predict_seconds": 1,
        "cost_per_1000": None,
        "size_mb": 1,
    }
    return ArmResult.model_validate(values | changes)


def right(n_right: int, n: int = 1000, *, start: int = 0) -> Scores:
    """Score `n` samples of which those from `start` on, `n_right` in number, are right."""
    scores = np.zeros(n)
    scores[start : start + n_right] = 1
    return scores


def judge(
    scores: dict[str, Scores],
    *,
    arms: list[ArmResult] | None = None,
    claim: Claim = CLAIM,
    not_run: tuple[NotRun, ...] = (),
    n_resamples: int = 1000,
) -> Verdict:
    """Judge arms that are named after their approaches by their scores."""
    plan = Resampling(n_resamples=n_resamples)
    means = {name: float(values.mean()) for name, values in scores.items()}
    measured = [
        each.model_copy(
            update={"metrics": {"accuracy": Interval(value=means[each.name], low=0, high=1)}}
        )
        for each in arms or [arm(name) for name in scores]
    ]
    comparisons = compare_arms(scores, "accuracy", resampling=plan)
    return judge_claim(claim, Evidence("accuracy", measured, scores, comparisons, not_run))


def test_claim_is_confirmed_when_no_rival_can_be_much_better() -> None:
    """Ahead of the baseline, and level with a rival that errs on almost the same samples."""
    verdict = judge({"baseline": right(600), "rag": right(900), "fine_tune": right(902)})

    assert verdict.outcome is Outcome.CONFIRMED
    assert verdict.because == (
        "Retrieval (rag) reaches 90.0 % accuracy, beats the baseline, and no rival is more "
        "than 2 points better: fine-tuning (fine_tune) is 0.2 points better "
        "(95 % interval +0.0 to +0.5)."
    )
    assert verdict.samples_needed is None


def test_clearly_better_rival_contradicts() -> None:
    """Ten points ahead on a thousand samples is beyond doubt and beyond the margin."""
    verdict = judge({"baseline": right(500), "rag": right(800), "hybrid": right(900)})

    assert verdict.outcome is Outcome.CONTRADICTED
    assert verdict.deciding_rival == "hybrid"
    assert verdict.because.startswith("The hybrid (hybrid) is 10.0 points better (95 % interval +8")


def test_surely_better_rival_within_the_margin_does_not_contradict() -> None:
    """One point of difference is real here, yet not worth having."""
    verdict = judge({"baseline": right(500), "rag": right(800), "hybrid": right(810)})

    assert verdict.outcome is Outcome.CONFIRMED


def test_few_samples_leave_the_claim_open_and_say_how_many_would_tell() -> None:
    """Thirty samples cannot bound a rival at two points; the number asked for is larger."""
    rag, hybrid = right(24, 30), right(24, 30, start=2)
    verdict = judge({"baseline": right(5, 30), "rag": rag, "hybrid": hybrid})

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.deciding_rival == "hybrid"
    assert verdict.samples_needed is not None and verdict.samples_needed > 1000


def test_claim_that_does_not_beat_the_baseline_is_left_open() -> None:
    """Whatever the rivals do, an approach no better than the baseline is not confirmed."""
    verdict = judge({"baseline": right(800), "rag": right(803, start=2), "hybrid": right(700)})

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert "is not shown to beat the baseline: baseline is" in verdict.because


def test_better_baseline_is_never_a_contradiction() -> None:
    """The baseline is what has to be beaten; it was never a rival."""
    verdict = judge({"baseline": right(900), "rag": right(500), "hybrid": right(500)})

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.deciding_rival == "baseline"


def test_broken_limit_contradicts_when_a_rival_keeps_it() -> None:
    """The recommended arm is of no use if it is too slow and another one is not."""
    slow = arm("rag", feasible=False, infeasible_because=["95 % of answers take up to 900 ms"])
    verdict = judge({"rag": right(900), "hybrid": right(600)}, arms=[slow, arm("hybrid")])

    assert verdict.outcome is Outcome.CONTRADICTED
    assert "breaks a limit: 95 % of answers take up to 900 ms; the hybrid" in verdict.because


def test_limit_that_every_arm_breaks_decides_nothing() -> None:
    """If no rival is feasible either, the claim is not refuted by being infeasible."""
    arms = [arm(name, feasible=False, infeasible_because=["slow"]) for name in ("rag", "hybrid")]

    assert judge({"rag": right(9), "hybrid": right(6)}, arms=arms).outcome is Outcome.CANNOT_TELL


def test_infeasible_rival_is_no_rival() -> None:
    """A better arm that breaks a limit neither contradicts nor stands in the way."""
    arms = [arm("baseline"), arm("rag"), arm("hybrid", feasible=False)]
    scores = {"baseline": right(500), "rag": right(800), "hybrid": right(900)}

    assert judge(scores, arms=arms).outcome is Outcome.CONFIRMED


def test_unmeasured_claim_says_why() -> None:
    """An approach of which nothing ran can be neither confirmed nor refuted."""
    missing = NotRun(
        name="prompting",
        approach=Approach.PROMPTING,
        title="closed book",
        reason="it needs a generator.",
        enable="--generator",
    )
    verdict = judge({"rag": right(9)}, claim=Claim(Approach.PROMPTING), not_run=(missing,))

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.because == "Prompting was not measured (prompting: it needs a generator)."


def test_claim_without_any_measured_rival_is_left_open() -> None:
    """Beating the baseline alone does not show that an approach is the right one."""
    verdict = judge({"baseline": right(500), "rag": right(900)})

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.because == "No arm of another approach was measured."


def test_cheaper_arm_within_the_margin_is_named() -> None:
    """A tie with something that costs half as much is worth a word, even if a baseline."""
    arms = [arm("baseline", predict_seconds=0.2), arm("rag"), arm("hybrid", predict_seconds=0.7)]
    scores = {"baseline": right(500), "rag": right(900), "hybrid": right(899)}
    verdict = judge(scores, arms=arms)

    assert verdict.cheaper == "hybrid"
    assert verdict.because.endswith("hybrid is cheaper to run and at most that margin worse.")


def test_cheaper_arm_is_not_named_by_luck_among_many() -> None:
    """What one cheap arm shows beside the claimed one, eight of its kind do not."""
    names = [f"hybrid_{number}" for number in range(8)]
    cheap = [arm(name, approach=Approach.HYBRID, predict_seconds=0.2) for name in names]
    scores = {"rag": right(900), "baseline": right(0), **dict.fromkeys(names, right(888))}
    arms = [arm("rag"), arm("baseline")]

    alone = judge(
        {name: scores[name] for name in ("rag", "baseline", "hybrid_0")}, arms=[*arms, cheap[0]]
    )
    among = judge(scores, arms=[*arms, *cheap])

    assert (alone.cheaper, among.cheaper) == ("hybrid_0", None)


def test_representative_is_chosen_on_validation_not_on_test() -> None:
    """The arm with the better test score does not stand for its approach if validation differs."""
    tuned = arm("head", approach=Approach.FINE_TUNE, validation_score=0.93)
    lucky = arm(
        "full",
        approach=Approach.FINE_TUNE,
        validation_score=0.91,
        metrics={"accuracy": Interval(value=0.99, low=0.98, high=1)},
    )

    assert choose_representative(Approach.FINE_TUNE, [lucky, tuned]) == tuned


def test_representative_without_validation_is_the_fastest() -> None:
    """Approaches that learn nothing have no validation score; the cheapest arm stands for them."""
    quick, slow = (
        arm(name, approach=Approach.RAG, predict_seconds=seconds)
        for name, seconds in (("quick", 1.0), ("slow", 9.0))
    )

    assert choose_representative(Approach.RAG, [slow, quick]) == quick


Draw = Callable[[np.random.Generator], dict[str, Scores]]


def independent_equals(generator: np.random.Generator) -> dict[str, Scores]:
    """Draw five arms that are right on 85 % of 1,000 samples, each on its own."""
    names = ("rag", "prompting", "fine_tune", "hybrid", "hybrid_b")
    return {name: (generator.random(1000) < 0.85).astype(float) for name in names}


def correlated_equals(generator: np.random.Generator) -> dict[str, Scores]:
    """Draw arms of equal accuracy that mostly err on the same 300 samples."""
    hardness = generator.random(300)
    names = ("rag", "prompting", "fine_tune", "hybrid", "hybrid_b")
    return {
        name: (0.8 * hardness + 0.2 * generator.random(300) < 0.7).astype(float) for name in names
    }


def simulate(draw: Draw, n_trials: int, *, claim: Claim = CLAIM) -> list[Outcome]:
    """Judge many trials in which retrieval is claimed, with a weak baseline."""
    generator = np.random.default_rng(0)
    outcomes = []
    for _ in range(n_trials):
        scores = draw(generator)
        scores = {"baseline": np.zeros(len(scores["rag"])), **scores}
        arms = [arm(name, approach=Approach(name.removesuffix("_b"))) for name in scores]
        outcomes.append(judge(scores, arms=arms, claim=claim, n_resamples=400).outcome)
    return outcomes


@pytest.mark.slow
@pytest.mark.parametrize("draw", [independent_equals, correlated_equals])
def test_equal_arms_are_rarely_contradicted(draw: Draw) -> None:
    """A/A: with four equal rivals and no margin, at most 5 % of trials may contradict."""
    outcomes = simulate(draw, 500, claim=Claim(Approach.RAG, margin=0.0))

    assert outcomes.count(Outcome.CONTRADICTED) / len(outcomes) <= 0.05


def planted(generator: np.random.Generator, *, behind: str, ahead: str) -> dict[str, Scores]:
    """Draw 1,000 samples: one arm alone is right on 10 %, the other alone on 5 %.

    A discordance of 15 % is what a retrieval arm and a tuned arm show on short texts.
    """
    kind = generator.choice(4, size=1000, p=[0.10, 0.05, 0.75, 0.10])
    better, worse = np.isin(kind, (0, 2)).astype(float), np.isin(kind, (1, 2)).astype(float)
    return {"rag": worse, "hybrid": better} if behind == "rag" else {"rag": better, ahead: worse}


def test_planted_lead_of_a_rival_is_detected() -> None:
    """Five points ahead on 1,000 samples must contradict in at least 90 % of trials."""
    outcomes = simulate(lambda rng: planted(rng, behind="rag", ahead="hybrid"), 300)

    assert outcomes.count(Outcome.CONTRADICTED) / len(outcomes) >= 0.90


def test_planted_lead_of_the_claim_is_confirmed() -> None:
    """Where the claimed approach is five points ahead, at least 90 % of trials confirm it."""
    outcomes = simulate(lambda rng: planted(rng, behind="hybrid", ahead="hybrid"), 300)

    assert outcomes.count(Outcome.CONFIRMED) / len(outcomes) >= 0.90


def test_samples_asked_for_decide_most_trials() -> None:
    """A repetition with the number of samples asked for settles the question at about 80 %."""
    generator = np.random.default_rng(1)

    def trial(n: int) -> Verdict:
        kind = generator.choice(3, size=n, p=[0.06, 0.06, 0.88])
        scores = {"rag": (kind != 0).astype(float), "hybrid": (kind != 1).astype(float)}
        return judge({"baseline": np.zeros(n), **scores}, n_resamples=400)

    undecided = np.zeros(300)
    undecided[:18], undecided[18:36] = 1, -1
    scores = {"rag": 1.0 * (undecided >= 0), "hybrid": 1.0 * (undecided <= 0)}
    asked = judge({"baseline": np.zeros(300), **scores}).samples_needed or 0
    decided = [trial(asked).outcome is not Outcome.CANNOT_TELL for _ in range(150)]

    assert math.isclose(np.mean(decided), 0.8, abs_tol=0.12)


def test_few_fine_scores_are_called_few_where_the_interval_is_narrow() -> None:
    """The interval keeps clear of the margin, so it is not the interval that leaves it open."""
    noise = np.linspace(-0.05, 0.05, 26)
    scores = {"baseline": 0.3 + 2 * noise, "rag": 0.8 + noise, "fine_tune": 0.76 - noise}
    verdict = judge(scores)

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert "; so few samples still leave open whether it is more than" in verdict.because
