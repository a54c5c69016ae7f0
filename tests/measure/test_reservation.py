"""A verdict is left open where nobody asked the test questions."""

from __future__ import annotations

import numpy as np
import pytest

from prototypes.contracts import Approach, Claim, Sample
from prototypes.measure.comparisons import compare_arms
from prototypes.measure.reservation import is_synthetic, judge_trial
from prototypes.measure.significance import Resampling
from prototypes.measure.verdict import Evidence
from prototypes.results import ArmResult, Interval, Latency, Outcome

N = 400


def lay_out(**shares: float) -> Evidence:
    """Plant arms that are right on the first part of 400 samples."""
    scores = {name: (np.arange(N) < share * N).astype(np.float64) for name, share in shares.items()}
    arms = [
        ArmResult(
            name=name,
            approach=Approach(name),
            title=name,
            feasible=True,
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
