"""The experiments that train or answer anew, in words and tables."""

from __future__ import annotations

from advisor.report.experiment_sections import build_experiment_sections
from advisor.report.wording import MINUS
from advisor.schema.exhibits import ExperimentSection
from prototypes.results import ExperimentResult, Measured, TrialResult


def _measured(arm: str, **values: float) -> list[Measured]:
    return [
        Measured(quantity=name, arm=arm, value=each, low=each / 2, high=each or 0.3, n=10)
        for name, each in values.items()
    ]


def _section(trial: TrialResult, result: ExperimentResult) -> ExperimentSection:
    held = [*trial.experiments, result]
    (section,) = build_experiment_sections(trial.model_copy(update={"experiments": held}))
    return section


def test_freshness_has_a_row_per_system_and_time(trial: TrialResult) -> None:
    """Before the change, after it as it was, and once updated."""
    measured = _measured(
        "rag",
        right_on_changed_before=1.0,
        right_on_changed_not_updated=0.0,
        right_on_changed_updated=0.9,
        stale_not_updated=1.0,
        stale_updated=0.0,
        update_seconds=3.2,
    )

    section = _section(trial, ExperimentResult(experiment="freshness", measured=measured))

    assert [row[:3] for row in section.table.rows] == [
        ("Retrieval, before the change", "100 % (50–100)", "–"),
        ("Retrieval, after it, not updated", "0 % (0–30)", "100 % (50–100)"),
        ("Retrieval, after it, indexed anew", "90 % (45–90)", "0 % (0–30)"),
    ]
    assert section.remarks[1] == (
        "Retrieval: without an update 0 of 10 of the changed answers are right and 10 of 10 "
        "stale; indexed anew, 9 of 10 are right."
    )


def test_noise_has_a_row_per_system_and_rate(trial: TrialResult) -> None:
    """What is gained has a minus sign."""
    measured = _measured("rag", quality_0=0.9, quality_20=0.91, quality_lost_20=-0.01)

    section = _section(trial, ExperimentResult(experiment="noise", measured=measured))

    assert [row[0] for row in section.table.rows] == [
        "Nearest labelled samples, 0 %",
        "Nearest labelled samples, 20 %",
    ]
    assert section.table.rows[1][2] == f"{MINUS}1.0 ({MINUS}0.5 to {MINUS}1.0)"


def test_compression_has_a_row_per_form(trial: TrialResult) -> None:
    """A form that was not made has none."""
    measured = _measured(
        "fine_tune",
        quality_whole=0.9,
        size_mb_whole=90,
        quality_int8=0.88,
        quality_lost_int8=0.02,
        size_mb_int8=58,
        p50_ms_int8=3,
    )

    section = _section(trial, ExperimentResult(experiment="compression", measured=measured))

    assert [row[0] for row in section.table.rows] == ["As it is", "Encoder in eight bits"]
    assert section.table.rows[1][2] == "2.0 (1.0 to 2.0)"


def test_probe_says_which_answer_it_gives(trial: TrialResult) -> None:
    """The conclusion names the question of the interview that it answers."""
    measured = _measured("rag", oracle_context=0.95, passage_found=0.4, answered=0.38)

    section = _section(
        trial,
        ExperimentResult(
            experiment="knowledge_probe", measured=measured, conclusion="search_fails"
        ),
    )

    assert "a problem of retrieval" in section.remarks[0]
    assert "oracle_check: search_fails" in section.remarks[1]
    assert len(section.table.rows) == 3


def test_experiment_that_could_not_be_held_says_why(trial: TrialResult) -> None:
    """A reason instead of a table."""
    result = ExperimentResult(experiment="freshness", untested="there is no earlier state")

    section = _section(trial, result)

    assert section.remarks == ("Could not be tested here: there is no earlier state.",)
    assert section.table.rows == ()
