"""Samples that belong together count as often as there are groups of them, not as samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from prototypes.contracts import Prediction, Sample, Task
from prototypes.data.spans import format_spans
from prototypes.measure.comparisons import compare_measured
from prototypes.measure.generation import summarise_bleu
from prototypes.measure.grouped import (
    compare_grouped,
    design_effect,
    grouped_first,
    grouped_mean,
    grouped_non_inferiority_p,
)
from prototypes.measure.groups import add_up, number_groups
from prototypes.measure.racing import worse_p
from prototypes.measure.ratios import summarise_ratios
from prototypes.measure.significance import (
    Resampling,
    Scores,
    bootstrap_macro_f1,
    bootstrap_mean,
    compare_paired,
    non_inferiority_p,
)
from prototypes.measure.summary import score_predictions, summarise_labels, summarise_metrics

FEW = Resampling(500)
TIMES = 10
"""How often each sample is repeated in a group of its own."""

GENERATOR = np.random.default_rng(3)
FIRST = (GENERATOR.random(80) < 0.8).astype(np.float64)
SECOND = (GENERATOR.random(80) < 0.6).astype(np.float64)
GROUPS = np.repeat(np.arange(80), TIMES)


def repeat(values: Scores) -> Scores:
    """Copy each score."""
    return np.repeat(values, TIMES)


def sample(number: int, group: str | None, label: str = "a") -> Sample:
    """Make a sample of a group."""
    return Sample(str(number), f"text {number}", (label,), group=group)


def test_groups_are_numbered_and_loners_stand_for_themselves() -> None:
    """A group named like nothing else, a sample without one, and no groups at all."""
    found = number_groups([sample(n, group) for n, group in enumerate(("x", None, "x", None))])

    assert found is not None and found.tolist() == [0, 1, 0, 2]
    assert number_groups([sample(0, None), sample(1, None)]) is None
    assert number_groups([sample(0, "x"), sample(1, "y")]) is None


def test_rows_are_added_up_by_group() -> None:
    """Of whichever groups are there."""
    sums = add_up(np.arange(8.0).reshape(4, 2), np.array([5, 2, 5, 9]))

    assert sums.tolist() == [[2.0, 3.0], [4.0, 6.0], [6.0, 7.0]]


def test_copies_of_a_sample_add_nothing() -> None:
    """Ten copies in a group leave the interval about as it was, and the exact p as it was."""
    alone = compare_paired(FIRST, SECOND, Resampling(4_000))
    copied = compare_grouped(repeat(FIRST), repeat(SECOND), GROUPS, Resampling(4_000))
    blind = compare_paired(repeat(FIRST), repeat(SECOND), Resampling(4_000))

    assert copied.p_value == pytest.approx(alone.p_value)
    assert copied.interval.low == pytest.approx(alone.interval.low, abs=0.015)
    assert copied.interval.high == pytest.approx(alone.interval.high, abs=0.015)
    assert blind.interval.low > alone.interval.low + 0.05


def test_copies_shorten_no_proof() -> None:
    """Neither that a rival is not ahead, nor that it is behind."""
    differences = SECOND - FIRST
    alone, copied = (
        (non_inferiority_p(differences, 0.02), worse_p(SECOND, FIRST)),
        (
            grouped_non_inferiority_p(repeat(differences), 0.02, GROUPS),
            worse_p(repeat(SECOND), repeat(FIRST), GROUPS),
        ),
    )

    assert copied[0] == pytest.approx(alone[0], rel=0.5)
    assert copied[1] == pytest.approx(alone[1])
    assert non_inferiority_p(repeat(differences), 0.02) < alone[0] / 100


def test_as_many_copies_take_as_many_more_samples() -> None:
    """The design effect of groups of ten that are all alike is ten."""
    assert design_effect(repeat(FIRST - SECOND), GROUPS) == pytest.approx(TIMES, rel=0.03)
    assert design_effect(FIRST - SECOND, None) == 1.0


def test_without_groups_nothing_changes() -> None:
    """To the last digit."""
    assert grouped_mean(FIRST, None, FEW) == bootstrap_mean(FIRST, FEW)
    assert compare_grouped(FIRST, SECOND, None, FEW) == compare_paired(FIRST, SECOND, FEW)
    assert grouped_non_inferiority_p(FIRST, 0.1, None) == non_inferiority_p(FIRST, 0.1)


def test_interval_covers_the_truth_of_documents_to_come() -> None:
    """Twenty documents of 25 texts whose difficulty differs; samples drawn singly cover 70 %."""
    generator = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 25)
    covered = {"groups": 0, "samples": 0}
    for _ in range(200):
        chance = np.clip(generator.normal(0.7, 0.15, 20), 0, 1)
        right = (generator.random(500) < chance[groups]).astype(np.float64)
        for name, own in (("groups", groups), ("samples", None)):
            interval = grouped_mean(right, own, FEW)
            covered[name] += interval.low <= 0.7 <= interval.high

    assert covered["groups"] >= 0.9 * 200
    assert covered["samples"] < 0.8 * 200


def test_one_group_leaves_everything_open() -> None:
    """What holds of one document may hold of no other."""
    groups = np.zeros(80, dtype=np.int64)

    mean, found = grouped_mean(FIRST, groups, FEW), compare_grouped(FIRST, SECOND, groups, FEW)

    assert (mean.low, mean.high) == (0.0, 1.0)
    assert (found.interval.low, found.interval.high, found.p_value) == (-1.0, 1.0, 1.0)


def test_first_places_are_drawn_by_group() -> None:
    """An arm ahead by two documents of which either may be missing is not always first."""
    scores = np.stack([np.r_[np.ones(40), np.zeros(40)], np.r_[np.zeros(40), np.ones(38), 0, 0]])
    groups = np.repeat([0, 1], 40)

    alone, together = grouped_first(scores, None, FEW)[0], grouped_first(scores, groups, FEW)[0]

    assert sum(grouped_first(scores, groups, FEW)) == pytest.approx(1)
    assert together == pytest.approx(0.75, abs=0.07)
    assert alone < 0.68


def _label(group_of: Callable[[int], str | None]) -> tuple[list[Sample], list[Prediction]]:
    generator = np.random.default_rng(1)
    samples = [sample(n, group_of(n), label="ab"[n % 2]) for n in range(200)]
    bad = generator.random(10) < 0.5
    said = ["a" if bad[n // 20] else "ab"[n % 2] for n in range(200)]
    return samples, [Prediction(each) for each in said]


def test_every_figure_of_an_arm_is_drawn_by_group() -> None:
    """Accuracy and macro-F1 have wider intervals where whole documents fail."""
    widths = []
    for group_of in (lambda n: None, lambda n: str(n // 20)):
        samples, said = _label(group_of)
        results = score_predictions(Task.CLASSIFICATION, samples, said)
        found = [
            summarise_metrics(results, resampling=FEW)["accuracy"],
            summarise_labels(samples, said, resampling=FEW)["macro_f1"],
        ]
        widths.append([each.high - each.low for each in found])

    assert all(grouped > 1.4 * alone for alone, grouped in zip(*widths, strict=True))


def test_bleu_is_drawn_by_group() -> None:
    """Ten documents, half of which are written about in other words."""
    right, wrong = "the lamp is lit at night", "nobody knows when it is lit"
    said = [Prediction((right, wrong)[n // 20 % 2]) for n in range(200)]
    alone, grouped = (
        summarise_bleu(
            [sample(n, group_of(n), label=right) for n in range(200)], said, resampling=FEW
        )["bleu"]
        for group_of in (lambda n: None, lambda n: str(n // 20))
    )

    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_macro_f1_of_groups_of_one_is_that_of_samples() -> None:
    """Only the draw differs."""
    targets, outputs = np.arange(300) % 3, (np.arange(300) % 7 < 5) * (np.arange(300) % 3)

    alone = bootstrap_macro_f1(targets, outputs, FEW)
    grouped = bootstrap_macro_f1(targets, outputs, FEW, groups=np.arange(300))

    assert grouped.model_dump() == pytest.approx(alone.model_dump(), abs=0.02)


def test_span_f1_is_drawn_by_group() -> None:
    """Ten documents, half of which no span is found in."""
    counts = {"spans_right": 1.0, "spans_given": 1.0, "spans_expected": 1.0}
    nothing = format_spans([])
    samples = [sample(n, None, label=nothing) for n in range(200)]
    results = [
        each.model_copy(
            update={"scores": counts | {"spans_right": float(n // 20 % 2)}, "group": str(n // 20)}
        )
        for n, each in enumerate(
            score_predictions(Task.EXTRACTION, samples, [Prediction(nothing)] * 200)
        )
    ]
    loners = [each.model_copy(update={"group": None}) for each in results]

    grouped, alone = (
        summarise_ratios(each, resampling=FEW)["span_f1"] for each in (results, loners)
    )
    (found,) = compare_measured({"one": results, "two": results}, "span_f1", resampling=FEW)

    assert grouped.value == alone.value == 0.5
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)
    assert (found.low, found.high, found.p_value) == (0, 0, 1.0)


@pytest.mark.parametrize(
    ("scores", "groups", "ends"),
    [
        (np.ones(30), None, (0.886, 1.0)),
        (np.zeros(30), None, (0.0, 0.114)),
        (np.array([1.0, np.nan, 1.0, 1.0]), np.array([0, 1, 2, 2]), (0.342, 1.0)),
    ],
)
def test_scores_that_are_all_alike_are_not_certain(
    scores: Scores, groups: np.ndarray | None, ends: tuple[float, float]
) -> None:
    """Wilson's interval of 30 out of 30, of none, and of two groups, by the usual tables."""
    found = grouped_mean(scores, groups, FEW)

    assert (found.low, found.high) == pytest.approx(ends, abs=5e-4)
