"""A race drops who is behind, practically never who is not, and leaves every verdict as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim
from prototypes.measure.comparisons import describe_pair
from prototypes.measure.racing import (
    ERROR,
    choose_looks,
    corrected_p,
    draw_order,
    find_drop,
    worse_p,
)
from prototypes.measure.significance import Resampling, Scores, compare_paired
from prototypes.measure.verdict import Evidence, judge_claim
from prototypes.results import (
    ArmResult,
    DroppedArm,
    Interval,
    Latency,
    Outcome,
    RaceProtocol,
)

N = 1000
RIVALS = ("prompting", "fine_tune", "hybrid", "hybrid_b")
RACE = RaceProtocol(against=Approach.RAG, arms=list(RIVALS), looks=choose_looks(N), error=ERROR)
EQUAL = dict.fromkeys(RIVALS, 0.70)

Draw = Callable[[np.random.Generator, float, Scores], Scores]


def right(generator: np.random.Generator, accuracy: float, hardness: Scores) -> Scores:
    """Draw 0/1 scores; 85 % of what makes a sample hard is common to all arms."""
    own, is_common = generator.random(N), generator.random(N) < 0.85
    return (np.where(is_common, hardness, own) < accuracy).astype(np.float64)


def graded(generator: np.random.Generator, mean: float, hardness: Scores) -> Scores:
    """Draw scores in tenths around a mean that depends on the sample, as token F1 does."""
    return generator.binomial(10, np.clip(mean + 0.4 * (hardness - 0.5), 0, 1)) / 10


def draw_trial(
    generator: np.random.Generator, draw: Draw, means: Mapping[str, float]
) -> dict[str, Scores]:
    """Draw the scores of the claimed arm at .70, of a baseline and of rivals."""
    hardness = generator.random(N)
    known = {"baseline": 0.4, "rag": 0.70, **means}
    return {name: draw(generator, mean, hardness) for name, mean in known.items()}


def judge(scores: Mapping[str, Scores], *, race: RaceProtocol | None) -> Outcome:
    """Judge the claim of retrieval, with every answer or after a race."""
    drops = {
        name: find_drop(scores[name], scores["rag"], race) if race else None for name in RIVALS
    }
    dropped = [_dropped(name, n, scores) for name, n in drops.items() if n is not None]
    kept = {name: own for name, own in scores.items() if drops.get(name) is None}
    comparisons = [
        describe_pair(compare_paired(own, kept["rag"], Resampling(400)), (name, "rag"), metric="f1")
        for name, own in kept.items()
        if name != "rag"
    ]
    arms = [_arm(name, float(own.mean())) for name, own in kept.items()]
    evidence = Evidence("f1", arms, kept, comparisons, dropped=dropped)
    return judge_claim(Claim(Approach.RAG), evidence).outcome


def _arm(name: str, mean: float) -> ArmResult:
    return ArmResult(
        name=name,
        approach=Approach(name.removesuffix("_b")),
        title=name,
        feasible=True,
        cites=False,
        metrics={"f1": Interval(value=mean, low=0, high=1)},
        latency_ms=Latency(p50=1, p95=2, n_queries=20),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=1,
    )


def _dropped(name: str, n: int, scores: Mapping[str, Scores]) -> DroppedArm:
    own, claimed = scores[name][:n], scores["rag"][:n]
    return DroppedArm(
        name=name,
        approach=Approach(name.removesuffix("_b")),
        title=name,
        n_answered=n,
        n_test=N,
        metrics={},
        difference=describe_pair(
            compare_paired(own, claimed, Resampling(100)), (name, "rag"), metric="f1"
        ),
        corrected_p=corrected_p(worse_p(own, claimed), RACE),
        latency_ms=Latency(p50=1, p95=2, n_queries=20),
        fit_seconds=1,
        predict_seconds=1,
    )


SLOWLY = [right, pytest.param(graded, marks=pytest.mark.slow)]
SCENARIOS = {
    "equal": EQUAL,
    "one better": EQUAL | {"fine_tune": 0.75},
    "one better among the worse": dict.fromkeys(RIVALS, 0.5) | {"hybrid": 0.75},
    "a little better": EQUAL | {"prompting": 0.72},
    "all worse": dict.fromkeys(RIVALS, 0.60),
    "a little worse": dict.fromkeys(RIVALS, 0.68),
}


@pytest.mark.parametrize("draw", [right, graded])
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.slow
def test_verdict_of_a_race_is_that_of_all_answers(draw: Draw, scenario: str) -> None:
    """In at least 99 % of 200 trials, whatever is true of the rivals."""
    generator = np.random.default_rng(0)
    trials = [draw_trial(generator, draw, SCENARIOS[scenario]) for _ in range(200)]

    same = [judge(scores, race=RACE) is judge(scores, race=None) for scores in trials]

    assert np.mean(same) >= 0.99


@pytest.mark.parametrize("scenario", ["one better among the worse", "all worse"])
def test_race_of_bad_rivals_ends_as_it_would_have(scenario: str) -> None:
    """Drops happen in every one of these trials, and the verdict is that of all answers."""
    generator = np.random.default_rng(0)
    trials = [draw_trial(generator, right, SCENARIOS[scenario]) for _ in range(12)]

    drops = [[find_drop(t[name], t["rag"], RACE) for name in RIVALS] for t in trials]

    assert all(any(found) for found in drops)
    assert [judge(t, race=RACE) for t in trials] == [judge(t, race=None) for t in trials]


@pytest.mark.parametrize("draw", SLOWLY)
def test_equal_rivals_are_dropped_in_at_most_one_trial_in_a_hundred(draw: Draw) -> None:
    """The error is that of the whole trial: four rivals, three looks at each."""
    generator = np.random.default_rng(0)

    wrong = 0
    for _ in range(500):
        trial = draw_trial(generator, draw, EQUAL)
        wrong += any(find_drop(trial[name], trial["rag"], RACE) for name in RIVALS)

    assert wrong / 500 <= ERROR


@pytest.mark.parametrize("draw", SLOWLY)
def test_better_rival_is_never_dropped(draw: Draw) -> None:
    """Two points better, in 500 trials of four such rivals."""
    generator = np.random.default_rng(0)

    found = []
    for _ in range(500):
        trial = draw_trial(generator, draw, dict.fromkeys(RIVALS, 0.72))
        found += [find_drop(trial[name], trial["rag"], RACE) for name in RIVALS]

    assert set(found) == {None}


@pytest.mark.parametrize("draw", SLOWLY)
def test_much_worse_rival_is_dropped_at_the_first_look(draw: Draw) -> None:
    """Thirty points behind shows after an eighth of the samples, in 95 % of trials."""
    generator = np.random.default_rng(0)

    found = []
    for _ in range(100):
        trial = draw_trial(generator, draw, dict.fromkeys(RIVALS, 0.40))
        found += [find_drop(trial[name], trial["rag"], RACE) for name in RIVALS]

    assert found.count(125) / len(found) >= 0.95
    assert None not in found


def test_rival_that_is_rarely_but_much_better_is_not_dropped() -> None:
    """A little behind on 98 % of the samples and right where the other fails is not worse."""
    generator = np.random.default_rng(0)
    claimed = np.full(N, 0.5)

    found = [
        find_drop(claimed + np.where(generator.random(N) < 0.02, 0.5, -0.01), claimed, RACE)
        for _ in range(200)
    ]

    assert sum(n is not None for n in found) / 200 <= ERROR


def test_exact_test_is_that_of_mcnemar_on_one_side() -> None:
    """Ten samples that only the other gets right, none the other way: one in 2 to the 10th."""
    rival, claimed = np.zeros(30), np.r_[np.ones(10), np.zeros(20)]

    assert worse_p(rival, claimed) == pytest.approx(0.5**10)
    assert worse_p(claimed, rival) == 1.0
    assert worse_p(rival, rival) == 1.0


def test_undefined_scores_are_left_out() -> None:
    """A metric that a sample does not have says nothing about it."""
    rival, claimed = np.zeros(30), np.ones(30)
    rival[10:] = np.nan

    assert worse_p(rival, claimed) == pytest.approx(0.5**10)
    assert worse_p(np.full(5, np.nan), np.ones(5)) == 1.0


def test_same_difference_everywhere_does_not_pass_for_a_proof() -> None:
    """A spread of nought would make any test sure; twenty samples are not."""
    assert worse_p(np.full(20, 0.49), np.full(20, 0.5)) > ERROR


@pytest.mark.parametrize(
    ("n_test", "looks"), [(1000, [125, 250, 500]), (100, [25, 50]), (45, [23]), (30, [])]
)
def test_looks_are_an_eighth_a_quarter_and_a_half(n_test: int, looks: list[int]) -> None:
    """None before twenty samples."""
    assert choose_looks(n_test) == looks


def test_order_is_drawn_by_the_seed_and_holds_every_sample_once() -> None:
    """The same for every rival of a trial."""
    order = draw_order(50, seed=3)

    assert sorted(order) == list(range(50))
    assert draw_order(50, seed=3) == order != draw_order(50, seed=4)
