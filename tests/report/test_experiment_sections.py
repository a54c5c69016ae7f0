"""The experiments that train or answer anew, in words and tables."""

from __future__ import annotations

from advisor.report.experiment_sections import build_experiment_sections
from advisor.report.line_charts import draw_lines
from advisor.report.wording import MINUS
from advisor.schema.exhibits import ExperimentSection
from prototypes.results import Comparison, ExperimentResult, Measured, TrialResult


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


def test_freshness_is_drawn_over_time(trial: TrialResult) -> None:
    """A line per system with its band, over the times that both were asked at; and as a table."""
    old = {"right_on_changed_not_updated": 0.2, "right_on_changed_updated": 0.8}
    measured = [
        *_measured("rag", right_on_changed_before=1.0, **old, update_seconds=3.0),
        *_measured("fine_tune", **old, update_seconds=9.0),
    ]

    figure = _section(trial, ExperimentResult(experiment="freshness", measured=measured)).figure

    assert figure is not None
    assert [tick.text for tick in draw_lines(figure).ticks] == ["not updated", "updated"]
    assert [(curve.label, curve.points) for curve in figure.curves] == [
        ("Retrieval", ((0.0, 0.2), (1.0, 0.8))),
        ("Closed-book model", ((0.0, 0.2), (1.0, 0.8))),
    ]
    assert figure.curves[0].band == ((0.0, 0.1, 0.2), (1.0, 0.4, 0.8))
    assert figure.table.rows[1] == ("updated", "80 % (40–80)", "80 % (40–80)")


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

    assert [row[0] for row in section.table.rows] == ["As it is", "Linear layers in eight bits"]
    assert section.table.rows[1][2] == "2.0 (1.0 to 2.0)"


def test_language_model_in_fewer_bits_has_a_row_per_form(trial: TrialResult) -> None:
    """What was measured is the language model, whichever arm prompted it."""
    sizes = {f"size_mb_{form}": size for form, size in (("whole", 90), ("int8", 58), ("int4", 30))}
    shares = dict.fromkeys(("quality_whole", "quality_int8", "quality_int4"), 0.9)
    measured = _measured("rag_generator", **sizes, **shares)

    section = _section(trial, ExperimentResult(experiment="quantisation", measured=measured))

    assert [row[0] for row in section.table.rows][1:] == [
        "Linear layers in eight bits",
        "Linear layers in four bits",
    ]
    assert "the language model, prompted" in section.remarks[0]


def test_other_trainings_have_a_column_each(trial: TrialResult) -> None:
    """The spread is in points; each difference says whether it is more than chance."""
    measured = _measured(
        "fine_tune",
        quality_of_training_1=0.9,
        quality_of_training_2=0.92,
        spread_of_trainings=0.014,
    )
    ends = {"hybrid": (-0.03, 0.01), "rag": (0.01, 0.05)}
    differences = [
        Comparison(
            arm="fine_tune",
            against=rival,
            metric="trained_difference",
            difference=(low + high) / 2,
            low=low,
            high=high,
            p_value=0.5,
        )
        for rival, (low, high) in ends.items()
    ]
    result = ExperimentResult(
        experiment="training_seeds", measured=measured, differences=differences
    )

    section = _section(trial, result)

    assert [row[0] for row in section.table.rows] == ["fine_tune"]
    assert len(section.table.rows[0]) == len(section.table.columns) == 4
    assert section.remarks[0].startswith("Differences are means over 2 trainings")
    assert section.remarks[1:] == (
        "fine_tune against hybrid: \N{MINUS SIGN}1.0 points (\N{MINUS SIGN}3.0 to +1.0), which may "
        "be chance.",
        "fine_tune against rag: +3.0 points (+1.0 to +5.0), which is more than chance.",
    )


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


def _judged(trial: TrialResult, **changes: object) -> ExperimentResult:
    arms = [arm.name for arm in trial.arms]
    measured = [
        one for arm in arms for one in _measured(arm, judged_right=0.8, unparsable=0.1)
    ] + _measured("judge", changed_verdict=0.2)
    fixed = {"experiment": "judge", "measured": measured, "conclusion": "secondary"}
    notes = ["judged by big", "its verdicts are secondary, since nobody labelled"]
    return ExperimentResult.model_validate({**fixed, "notes": notes, **changes})


def test_judge_has_a_row_per_arm_and_is_called_secondary(trial: TrialResult) -> None:
    """The metric that decides stands beside it; noise and reservations are told."""
    section = _section(trial, _judged(trial))

    assert section.table.caption.startswith("Secondary: ")
    assert len(section.table.rows) == len(trial.arms)
    assert section.table.rows[0][1] == "80 % (40–80)"
    assert "contradicted itself on 2 (20%" in section.remarks[1]
    assert section.remarks[-1] == "Its verdicts are secondary, since nobody labelled."


def test_judge_that_was_checked_names_its_agreement(trial: TrialResult) -> None:
    """Kappa with its interval, and no reservation."""
    kappa = Measured(quantity="kappa", arm="judge", value=0.75, low=0.5, high=0.9, n=24)
    measured = [*_judged(trial).measured, kappa]

    section = _section(
        trial, _judged(trial, measured=measured, conclusion="checked", notes=["judged by big"])
    )

    assert not section.table.caption.startswith("Secondary")
    assert "On 24 answers labelled by people" in section.remarks[2]
    assert "kappa of 0.75, 95 % interval 0.50 to 0.90" in section.remarks[2]


def test_distillation_has_a_row_per_system_and_says_when_labels_have_paid(
    trial: TrialResult,
) -> None:
    """What was kept, how much faster, how much cheaper."""
    teacher, student = "prompting_generator", "distilled_head"
    measured = [
        *_measured(teacher, quality=0.9, mean_ms=400, usd_per_1000=2.0, unlabelled=0.1),
        *_measured(teacher, label_seconds=40, label_usd=0.5, labelled_rightly=0.9),
        *_measured(student, quality=0.88, mean_ms=4, usd_per_1000=0.0),
        *_measured("fine_tune_head", quality=0.92),
    ]
    lost = Comparison(
        arm=student,
        against=teacher,
        metric="quality",
        difference=-0.02,
        low=-0.06,
        high=0.02,
        p_value=0.4,
    )

    section = _section(
        trial, ExperimentResult(experiment="distillation", measured=measured, differences=[lost])
    )

    said = " ".join(section.remarks)
    assert [row[0] for row in section.table.rows] == [
        "Language model (the teacher)",
        "Head taught by it",
        "Head taught by people",
    ]
    assert "labelled 10 texts in 40 s and $0.50; 90% of its labels" in said
    assert f"{MINUS}2.0 points from its teacher ({MINUS}6.0 to +2.0)" in said
    assert "100.0 times as fast" in said and "after about 250 answers" in said
