"""Span metrics: micro-averaged over all texts, with whole texts drawn anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from prototypes.contracts import Prediction, Sample, Task
from prototypes.data.spans import Span, format_spans
from prototypes.measure.comparisons import compare_measured
from prototypes.measure.ratios import compare_ratios, summarise_ratios
from prototypes.measure.significance import Resampling, bootstrap_mean
from prototypes.measure.spans import span_f1
from prototypes.measure.summary import collect_scores, score_predictions, summarise_metrics
from prototypes.results import SampleResult

UNIVERSE = [Span(a, b, label) for a in range(2) for b in range(a + 1, 3) for label in "xy"]
SPAN_SETS = st.sets(st.sampled_from(UNIVERSE))
PAIRS = st.lists(st.tuples(SPAN_SETS, SPAN_SETS), min_size=1, max_size=8)
FEW = Resampling(n_resamples=2_000)

Pair = tuple[set[Span], set[Span]]
"""The spans given and the spans expected."""


def _results(pairs: list[Pair]) -> tuple[SampleResult, ...]:
    samples = [Sample(str(n), "ab", (format_spans(b),)) for n, (_, b) in enumerate(pairs)]
    predictions = [Prediction(format_spans(a)) for a, _ in pairs]
    return score_predictions(Task.EXTRACTION, samples, predictions)


def _draw(seed: int, n: int, *, skill: float) -> list[Pair]:
    """Draw texts with up to three spans, each given rightly with a probability."""
    generator = np.random.default_rng(seed)
    pairs = []
    for _ in range(n):
        right = {UNIVERSE[k] for k in generator.integers(0, 6, size=generator.integers(0, 4))}
        given = {span for span in right if generator.random() < skill}
        pairs.append((given | ({UNIVERSE[0]} if generator.random() > skill else set()), right))
    return pairs


@given(PAIRS)
def test_ratios_agree_with_scikit_learn(pairs: list[Pair]) -> None:
    """Every possible span of every text is one yes-or-no decision of the reference."""
    given_spans, right = (
        np.array([[span in pair[side] for span in UNIVERSE] for pair in pairs]).ravel()
        for side in (0, 1)
    )

    found = summarise_ratios(_results(pairs), resampling=Resampling(n_resamples=10))

    references = {"f1": f1_score, "precision": precision_score, "recall": recall_score}
    for name, reference in references.items():
        if f"span_{name}" in found:
            expected = reference(right, given_spans, zero_division=0.0)
            assert expected == pytest.approx(found[f"span_{name}"].value)
    assert ("span_precision" in found) == given_spans.any()


@given(PAIRS)
def test_linearised_values_average_to_the_f1(pairs: list[Pair]) -> None:
    """What the verdict's tests use must be the same figure that is printed."""
    values = collect_scores(_results(pairs), "span_f1")
    expected = span_f1(pairs)

    assert np.isnan(values).all() if expected is None else values.mean() == pytest.approx(expected)


def test_mean_of_single_f1s_is_another_number() -> None:
    """One long text may not count as much as one short one."""
    long = set(UNIVERSE)
    pairs: list[Pair] = [(long, long), (set(), {UNIVERSE[0]})]

    assert span_f1(pairs) == pytest.approx(2 * 6 / (6 + 7))


def test_interval_is_that_of_texts_drawn_one_by_one() -> None:
    """Counting equal texts together may not change what is drawn."""
    results = _results(_draw(1, 80, skill=0.7))
    counts = np.array(
        [
            [r.scores["spans_right"], r.scores["spans_given"], r.scores["spans_expected"]]
            for r in results
        ]
    )
    generator = np.random.default_rng(5)
    sums = [counts[generator.integers(0, 80, 80)].sum(axis=0) for _ in range(4_000)]
    low, high = np.quantile([2 * r / (g + e) for r, g, e in sums], [0.025, 0.975])

    interval = summarise_ratios(results, resampling=Resampling())["span_f1"]

    assert (low, high) == pytest.approx((interval.low, interval.high), abs=0.006)


def test_linearised_interval_is_close_to_the_drawn_one() -> None:
    """The delta method stands in where one value per text is needed."""
    results = _results(_draw(2, 300, skill=0.8))
    drawn = summarise_ratios(results, resampling=FEW)["span_f1"]

    linear = bootstrap_mean(collect_scores(results, "span_f1"), FEW)

    assert (drawn.low, drawn.high) == pytest.approx((linear.low, linear.high), abs=0.004)


def test_arm_against_itself_is_not_different() -> None:
    """A difference of nought has an interval of nought."""
    results = _results(_draw(3, 50, skill=0.6))

    found = compare_ratios(results, results, "span_f1", resampling=FEW)

    assert (found.interval.value, found.interval.low, found.interval.high) == (0, 0, 0)
    assert found.p_value == 1.0


@pytest.mark.slow
def test_two_equal_arms_differ_in_one_of_twenty() -> None:
    """The share of intervals that leave nought out must be what it says it is."""
    n_out = 0
    for seed in range(200):
        one, two = (_results(_draw(2 * seed + k, 150, skill=0.7)) for k in (0, 1))
        interval = compare_ratios(one, two, "span_recall", resampling=Resampling(400)).interval
        n_out += not interval.low <= 0 <= interval.high

    assert n_out <= 20


def test_better_arm_is_found_on_the_same_texts() -> None:
    """Comparisons of a trial go by the drawn ratio."""
    pairs = _draw(4, 400, skill=0.7)
    better: list[Pair] = [(b if n % 3 else a, b) for n, (a, b) in enumerate(pairs)]

    (found,) = compare_measured(
        {"worse": _results(pairs), "better": _results(better)}, "span_f1", resampling=FEW
    )

    assert (found.arm, found.against) == ("better", "worse")
    assert found.low > 0.05
    assert found.p_value < 0.01


def test_counts_are_no_metrics() -> None:
    """How many spans a text has is kept with its scores, and not averaged into the report."""
    metrics = summarise_metrics(_results(_draw(6, 10, skill=0.5)), resampling=FEW)

    assert list(metrics) == ["exact_match"]
