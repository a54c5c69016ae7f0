"""What chance, the clock or a few documents may have done decides no claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim, Limits
from prototypes.measure.case import Evidence
from prototypes.measure.comparisons import compare_arms
from prototypes.measure.groups import Groups
from prototypes.measure.significance import Resampling, Scores
from prototypes.measure.summary import find_broken_limits
from prototypes.measure.verdict import judge_claim
from prototypes.results import ArmResult, Interval, Latency, NotRun, Outcome, Verdict

LIMIT_MS = 100.0
LIMITS = Limits(latency_ms=LIMIT_MS)
RIVALS = ("prompting", "fine_tune", "hybrid")


def time_queries(times_ms: Sequence[float]) -> Latency:
    """State times as a trial states them."""
    p50, p95 = np.percentile(times_ms, [50, 95])
    return Latency(p50=p50, p95=p95, n_queries=len(times_ms), queries_ms=list(times_ms))


FAST = time_queries([10.0] * 100)


def make_arm(name: str, mean: float, latency: Latency = FAST) -> ArmResult:
    """Make an arm that is held against the limit as in a trial."""
    broken = find_broken_limits(LIMITS, latency, results=[])
    return ArmResult(
        name=name,
        approach=Approach(name),
        title=name,
        feasible=not broken,
        infeasible_because=broken,
        cites=False,
        metrics={"f1": Interval(value=mean, low=0, high=1)},
        latency_ms=latency,
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=1,
    )


def judge(
    scores: dict[str, Scores],
    *,
    latencies: dict[str, Latency] | None = None,
    groups: Groups | None = None,
    not_run: Sequence[NotRun] = (),
    margin: float = 0.02,
) -> Verdict:
    """Judge the claim of retrieval."""
    own = latencies or {}
    arms = [
        make_arm(name, float(each.mean()), own.get(name, FAST)) for name, each in scores.items()
    ]
    comparisons = compare_arms(scores, "f1", resampling=Resampling(400), groups=groups)
    evidence = Evidence(
        "f1", arms, scores, comparisons, not_run=not_run, groups=groups, limits=LIMITS
    )
    return judge_claim(Claim(Approach.RAG, margin=margin), evidence)


def right(n_right: int, n: int = 1000) -> Scores:
    """Score samples of which the first ones are right."""
    return (np.arange(n) < n_right).astype(np.float64)


CLEAR = {"baseline": right(500), "rag": right(900), "hybrid": right(800)}


def slow(n_slow: int, n: int = 100) -> Latency:
    """Time queries of which some take 101 ms."""
    return time_queries([10.0] * (n - n_slow) + [101.0] * n_slow)


def test_a_few_slow_answers_do_not_contradict() -> None:
    """Six in a hundred beyond the limit on the 95th percentile are as likely as not by chance."""
    verdict = judge(CLEAR, latencies={"rag": slow(6)})

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.because == (
        "Retrieval (rag) breaks a limit: 5 % of its answers take longer than 101 ms, the limit is "
        "100 ms, which may be chance in 100 timed queries."
    )


def test_many_slow_answers_contradict() -> None:
    """Twelve in a hundred are no chance."""
    assert judge(CLEAR, latencies={"rag": slow(12)}).outcome is Outcome.CONTRADICTED


def test_a_better_rival_contradicts_whatever_the_limit_leaves_open() -> None:
    """Ten points are ten points."""
    scores = CLEAR | {"hybrid": right(990)}

    assert judge(scores, latencies={"rag": slow(6)}).outcome is Outcome.CONTRADICTED


def test_a_rival_that_chance_made_slow_still_stands_in_the_way() -> None:
    """It could not contradict, but what is better than the claim must not confirm it."""
    scores = CLEAR | {"hybrid": right(990)}

    doubtful, sure = (judge(scores, latencies={"hybrid": slow(n)}) for n in (6, 12))

    assert (doubtful.outcome, doubtful.deciding_rival) == (Outcome.CANNOT_TELL, "hybrid")
    assert sure.outcome is Outcome.CONFIRMED


@pytest.mark.parametrize("n_queries", [20, 100])
def test_equal_arms_at_the_limit_are_rarely_contradicted(n_queries: int) -> None:
    """A/A with times of which exactly 5 % lie beyond the limit: at most 5 % contradict."""
    generator = np.random.default_rng(0)
    scores = dict.fromkeys(("rag", *RIVALS), right(800)) | {"baseline": right(500)}

    comparisons = compare_arms(scores, "f1", resampling=Resampling(100))
    outcomes = []
    for _ in range(200):
        times = generator.exponential(LIMIT_MS / np.log(20), size=(4, n_queries))
        latencies = dict(zip(("rag", *RIVALS), map(time_queries, times.tolist()), strict=True))
        arms = [make_arm(name, 0.8, own) for name, own in latencies.items()]
        arms.append(make_arm("baseline", 0.5))
        evidence = Evidence("f1", arms, scores, comparisons, limits=LIMITS)
        outcomes.append(judge_claim(Claim(Approach.RAG), evidence).outcome)

    assert outcomes.count(Outcome.CONTRADICTED) / len(outcomes) <= 0.05


@pytest.mark.parametrize("n", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (5, 15, 40))])
def test_equal_arms_on_few_graded_samples_are_rarely_contradicted(n: int) -> None:
    """A/A with three equal rivals and no margin, on as few samples as a trial can have."""
    generator = np.random.default_rng(n)

    outcomes = []
    for _ in range(100):
        scores = {name: generator.beta(4, 2, size=n) for name in ("rag", *RIVALS)}
        outcomes.append(judge({"baseline": np.zeros(n), **scores}, margin=0.0).outcome)

    assert outcomes.count(Outcome.CONTRADICTED) / len(outcomes) <= 0.05


def draw_documents(generator: np.random.Generator, *, lead: float = 0.0) -> dict[str, Scores]:
    """Draw 600 texts of 30 documents, each of which suits one arm or another."""
    documents = np.repeat(np.arange(30), 20)
    scores = {}
    for name in ("rag", *RIVALS):
        ease = 0.7 + generator.normal(0, 0.15, size=30)
        chance = np.clip(ease + (lead if name == "hybrid" else 0.0), 0, 1)
        scores[name] = (generator.random(600) < chance[documents]).astype(np.float64)
    return {"baseline": np.zeros(600), **scores}


DOCUMENTS = np.repeat(np.arange(30), 20)


@pytest.mark.slow
def test_equal_arms_on_grouped_texts_are_rarely_contradicted() -> None:
    """Taken one by one the same texts contradict in a fifth of the trials."""
    generator = np.random.default_rng(0)
    trials = [draw_documents(generator) for _ in range(100)]

    grouped, blind = (
        [judge(scores, groups=groups, margin=0.0).outcome for scores in trials]
        for groups in (DOCUMENTS, None)
    )

    assert grouped.count(Outcome.CONTRADICTED) <= 5
    assert blind.count(Outcome.CONTRADICTED) > 10


@pytest.mark.slow
def test_clear_lead_on_grouped_texts_is_still_found() -> None:
    """Fifteen points over thirty documents are beyond chance."""
    generator = np.random.default_rng(1)
    outcomes = [
        judge(draw_documents(generator, lead=0.2), groups=DOCUMENTS).outcome for _ in range(40)
    ]

    assert outcomes.count(Outcome.CONTRADICTED) >= 36


def test_more_samples_are_asked_for_where_they_come_in_groups() -> None:
    """Documents of 20 texts that stand or fall together: 20 times as many texts would tell."""
    scores = {
        "baseline": np.zeros(600),
        "rag": (DOCUMENTS % 5 != 0).astype(np.float64),
        "hybrid": (DOCUMENTS % 5 != 1).astype(np.float64),
    }

    alone, grouped = (
        judge(scores, groups=groups, margin=0.04).samples_needed for groups in (None, DOCUMENTS)
    )

    assert alone is not None and alone > 600
    assert grouped == pytest.approx(20 * alone, rel=0.05)


def leave_out(name: str, *, pending: Literal["", "left_out", "cut_off"]) -> NotRun:
    """Say that an arm of an approach was not measured."""
    return NotRun(
        name=f"{name}_arm",
        approach=Approach(name),
        title="",
        reason="there was no time",
        enable="a larger --budget",
        pending=pending,
    )


def test_an_approach_that_was_cut_off_leaves_the_claim_open() -> None:
    """It may be the better one, and --resume would tell."""
    verdict = judge(CLEAR, not_run=[leave_out("fine_tune", pending="cut_off")])

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert verdict.because.endswith(
        "but fine-tuning (fine_tune_arm) was not measured: there was no time."
    )


@pytest.mark.parametrize(
    ("name", "pending"), [("fine_tune", "left_out"), ("hybrid", "left_out"), ("hybrid", "cut_off")]
)
def test_what_was_left_out_is_named_with_the_confirmation(
    name: str, pending: Literal["left_out", "cut_off"]
) -> None:
    """An approach that the budget left out, or a further arm of one that was measured."""
    verdict = judge(CLEAR, not_run=[leave_out(name, pending=pending)])

    assert verdict.outcome is Outcome.CONFIRMED
    assert f"({name}_arm) was not measured: there was no time." in verdict.because


def test_what_cannot_be_built_here_is_no_rival() -> None:
    """A language model that nobody named, for one."""
    verdict = judge(CLEAR, not_run=[leave_out("prompting", pending="")])

    assert verdict.outcome is Outcome.CONFIRMED
    assert "prompting" not in verdict.because


def test_every_baseline_has_to_be_beaten() -> None:
    """The one with the higher score is beaten for sure, another one that errs elsewhere is not."""
    claimed = right(60, 100)
    scores = {"baseline": right(52, 100), "rag": claimed, "hybrid": right(30, 100)}
    second = 1 - claimed
    second[:10] = 1
    arms = [make_arm(name, float(each.mean())) for name, each in scores.items()]
    arms.append(make_arm("baseline", float(second.mean())).model_copy(update={"name": "other"}))
    scores["other"] = second
    comparisons = compare_arms(scores, "f1", resampling=Resampling(400))

    verdict = judge_claim(Claim(Approach.RAG), Evidence("f1", arms, scores, comparisons))

    assert scores["other"].mean() < scores["baseline"].mean()
    assert (verdict.outcome, verdict.deciding_rival) == (Outcome.CANNOT_TELL, "other")
