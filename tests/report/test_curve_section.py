"""The learning curve in words."""

from __future__ import annotations

from advisor.report.curve_section import build_curve_section
from advisor.report.documents import render_html
from advisor.schema.report import Report
from prototypes.results import CurvePoint, ExperimentResult, Measured, TrialResult

POINTS = [
    CurvePoint(sampling=sampling, n_labels=n, n_seeds=3, value=v, low=v - 0.05, high=v + 0.05)
    for sampling, n, v in (
        ("random", 100, 0.6),
        ("random", 200, 0.7),
        ("uncertainty", 100, 0.6),
        ("uncertainty", 200, 0.75),
    )
]


def _with(trial: TrialResult, **found: object) -> TrialResult:
    result = ExperimentResult.model_validate({"experiment": "learning_curve", **found})
    return trial.model_copy(update={"experiments": [*trial.experiments, result]})


def test_curve_stands_in_one_row_per_size(trial: TrialResult) -> None:
    """Random beside uncertainty, each with its interval."""
    section = build_curve_section(_with(trial, curve=POINTS))

    assert section is not None
    assert section.table.rows == (
        ("100", "60 % (55–65)", "60 % (55–65)"),
        ("200", "70 % (65–75)", "75 % (70–80)"),
    )


def test_labels_to_match_are_rounded_and_marked_as_extrapolated(trial: TrialResult) -> None:
    """A band beyond the labels at hand says so."""
    needed = Measured(
        quantity="labels_to_match", arm="rag", value=412.3, low=198.2, high=1234.5, n=200
    )

    section = build_curve_section(_with(trial, curve=POINTS, measured=[needed]))

    assert section is not None
    assert section.remarks[1] == (
        "By a power law fitted to the random draws it is as good as rag (71 % (61–80)) from about "
        "410 labels on (95 % band 200 to 1,200; beyond 200 the law is extrapolated)."
    )


def test_arm_that_is_never_matched_is_named(trial: TrialResult) -> None:
    """Silence would read as if it had been matched."""
    section = build_curve_section(_with(trial, curve=POINTS))

    assert section is not None
    assert "does not get as good as rag" in section.remarks[-1]


def test_without_a_curve_there_is_no_section(trial: TrialResult) -> None:
    """It is only drawn where somebody asks for it."""
    assert build_curve_section(trial) is None


def test_overtaking_has_a_number_and_a_band(trial: TrialResult) -> None:
    """With as many labels for both, retrieval is left behind at some number."""
    own = [*POINTS, *(point.model_copy(update={"arm": "rag"}) for point in POINTS[:2])]
    beaten = Measured(quantity="labels_to_beat", arm="rag", value=150, low=110, high=190, n=200)

    section = build_curve_section(_with(trial, curve=own, measured=[beaten]))

    assert section is not None
    assert (
        "With as many labels for both it overtakes retrieval (rag) from about 150 labels on "
        "(95 % band 110 to 190)."
    ) in section.remarks
    assert [column.title for column in section.table.columns][-1] == "Nearest samples"


def test_number_that_was_cut_is_not_named_as_one(trial: TrialResult) -> None:
    """A hundred times the labels at hand means: not seen."""
    own = [*POINTS, *(point.model_copy(update={"arm": "rag"}) for point in POINTS[:2])]
    cut = Measured(quantity="labels_to_beat", arm="rag", value=2e4, low=110, high=2e4, n=200)

    section = build_curve_section(_with(trial, curve=own, measured=[cut]))

    assert section is not None and section.figure is not None
    assert (
        "With as many labels for both it is not seen to overtake retrieval (rag); the 95 % band "
        "runs from 110 to more than 20,000; beyond 200 the law is extrapolated."
    ) in section.remarks
    assert section.figure.meetings == ()


def test_curve_is_drawn_in_the_html(report: Report, trial: TrialResult) -> None:
    """A plot stands above the table."""
    assert report.trial is not None
    section = build_curve_section(_with(trial, curve=POINTS))
    drawn = report.trial.model_copy(update={"learning_curve": section})

    html = render_html(report.model_copy(update={"trial": drawn}))

    assert 'aria-labelledby="learning-title learning-desc"' in html
    assert "<figcaption>Learning curve: " in html
