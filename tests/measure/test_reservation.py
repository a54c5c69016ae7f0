"""A verdict is left open where nobody asked the test questions, or trainings disagree."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim, Sample
from prototypes.measure.comparisons import compare_arms
from prototypes.measure.reservation import is_synthetic, judge_trial
from prototypes.measure.significance import Resampling
from prototypes.measure.verdict import Evidence
from prototypes.results import (
    ArmResult,
    Comparison,
    ExperimentResult,
    Interval,
    Latency,
    Outcome,
    Verdict,
)

N = 400


def lay_out(*, is_feasible: bool = True, **shares: float) -> Evidence:
    """Plant arms that are right on the first part of 400 samples; retrieval may be too slow."""
    scores = {name: (np.arange(N) < share * N).astype(np.float64) for name, share in shares.items()}
    arms = [
        ArmResult(
            name=name,
            approach=Approach(name),
            title=name,
            feasible=is_feasible or name != "rag",
            infeasible_because=[] if is_feasible or name != "rag" else ["too slow"],
            cites=True,
            metrics={"correct": Interval(value=share, low=0, high=1)},
            latency_ms=Latency(p50=1, p95=1, n_queries=1),
            throughput_per_second=1,
            fit_seconds=1,
            predict_seconds=1,
            cost_per_1000=None,
            size_mb=0,
        )
        for name, share in shares.items()
    ]
    comparisons = compare_arms(scores, "correct", resampling=Resampling(400))
    return Evidence("correct", arms, scores, comparisons)


def ask(*, synthetic: bool) -> list[Sample]:
    """Make questions that somebody asked, and one that nobody did."""
    first = Sample(id="0", input="?", targets=("a",), synthetic=synthetic)
    return [first, Sample(id="1", input="!", targets=("a",))]


@pytest.mark.parametrize(
    ("rag", "hybrid", "outcome"),
    [(0.9, 0.6, Outcome.CONFIRMED), (0.6, 0.9, Outcome.CONTRADICTED)],
)
def test_clear_figures_on_synthetic_questions_leave_the_claim_open(
    rag: float, hybrid: float, outcome: Outcome
) -> None:
    """What would have been a verdict stays in the reason, with the reservation before it."""
    evidence = lay_out(baseline=0.3, rag=rag, hybrid=hybrid)
    real, made = (
        judge_trial(Claim(Approach.RAG), evidence, test=ask(synthetic=each))
        for each in (False, True)
    )

    assert real is not None and made is not None
    assert (real.outcome, made.outcome) == (outcome, Outcome.CANNOT_TELL)
    assert made.because.startswith("The test questions were made of the documents themselves")
    assert made.because.endswith(real.because[1:])
    assert made.samples_needed is None


def test_without_a_claim_there_is_no_verdict() -> None:
    """Nothing was put to the test."""
    assert judge_trial(None, lay_out(baseline=0.3), test=ask(synthetic=True)) is None


def test_one_synthetic_sample_is_enough() -> None:
    """A verdict rests on questions that people asked, all of them."""
    assert is_synthetic(ask(synthetic=True))
    assert not is_synthetic(ask(synthetic=False))


def judge(evidence: Evidence, rival: str, *, low: float, high: float) -> Verdict:
    """Judge retrieval, with what several trainings said of it against a rival."""
    pair = Comparison(
        arm="rag",
        against=rival,
        metric="trained_difference",
        difference=(low + high) / 2,
        low=low,
        high=high,
        p_value=0.5,
    )
    held = [ExperimentResult(experiment="training_seeds", differences=[pair])]
    verdict = judge_trial(Claim(Approach.RAG), evidence, test=ask(synthetic=False), held=held)
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    ("rival", "low", "high", "outcome"),
    [
        ("hybrid", 0.1, 0.5, Outcome.CONFIRMED),
        ("hybrid", -0.01, 0.5, Outcome.CONFIRMED),
        ("hybrid", -0.05, 0.5, Outcome.CANNOT_TELL),
        ("baseline", 0.1, 0.5, Outcome.CONFIRMED),
        ("baseline", -0.01, 0.5, Outcome.CANNOT_TELL),
    ],
)
def test_confirmed_stays_only_if_trainings_agree(
    rival: str, low: float, high: float, outcome: Outcome
) -> None:
    """A rival may be two points better and no more; the baseline may not even be as good."""
    evidence = lay_out(baseline=0.3, rag=0.9, hybrid=0.6)

    assert judge(evidence, rival, low=low, high=high).outcome is outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (-0.5, -0.1, Outcome.CONTRADICTED),
        (-0.5, 0.01, Outcome.CANNOT_TELL),
        (-0.03, -0.001, Outcome.CANNOT_TELL),
    ],
)
def test_contradicted_stays_only_if_trainings_agree(
    low: float, high: float, outcome: Outcome
) -> None:
    """The rival has to be better, and by more than is worth having."""
    evidence = lay_out(baseline=0.3, rag=0.6, hybrid=0.9)

    assert judge(evidence, "hybrid", low=low, high=high).outcome is outcome


def test_reason_names_both() -> None:
    """What one training said, and what several say."""
    verdict = judge(lay_out(baseline=0.3, rag=0.9, hybrid=0.6), "hybrid", low=-0.05, high=0.5)

    assert verdict.because == (
        "One training of each arm would have confirmed this, but counting what differs from "
        "training to training, the hybrid (hybrid) is 22.5 points worse (95 % interval -50.0 to "
        "+5.0) than retrieval (rag)."
    )
    assert (verdict.deciding_rival, verdict.samples_needed) == ("hybrid", None)


def test_verdict_about_limits_stays() -> None:
    """It does not rest on quality."""
    evidence = lay_out(is_feasible=False, baseline=0.3, rag=0.9, hybrid=0.8)

    assert judge(evidence, "hybrid", low=-0.5, high=0.5).outcome is Outcome.CONTRADICTED
