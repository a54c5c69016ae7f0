"""A rival that was dropped halfway is told of wherever the trial is."""

from __future__ import annotations

import pytest

from advisor.cli.race_view import describe_dropped, describe_race
from advisor.evidence.sample_files import Answered
from advisor.report.builder import build_report
from advisor.report.documents import render_html, render_markdown
from advisor.report.terminal import render_plain_text
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase
from prototypes.contracts import Approach
from prototypes.results import Comparison, DroppedArm, Interval, Latency, RaceProtocol, TrialResult

RACE = RaceProtocol(against=Approach.RAG, arms=["rag_token"], looks=[20, 39], error=0.01)
DROPPED = DroppedArm(
    name="rag_token",
    approach=Approach.HYBRID,
    title="passages mixed token by token",
    n_answered=39,
    n_test=78,
    metrics={"exact_match": Interval(value=0.41, low=0.25, high=0.56)},
    difference=Comparison(
        arm="rag_token",
        against="rag",
        metric="exact_match",
        difference=-0.312,
        low=-0.46,
        high=-0.15,
        p_value=0.0005,
    ),
    corrected_p=0.0004,
    latency_ms=Latency(p50=910.0, p95=1400.0, n_queries=20),
    fit_seconds=1.0,
    predict_seconds=35.0,
)


@pytest.fixture
def raced(trial: TrialResult) -> TrialResult:
    """The trial of the other tests, with a rival that was dropped."""
    protocol = trial.protocol.model_copy(update={"race": RACE})
    return trial.model_copy(update={"dropped": [DROPPED], "protocol": protocol})


@pytest.fixture
def report(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    raced: TrialResult,
    samples: Answered,
) -> Report:
    """The whole consultation, worded."""
    return build_report(rule_base, answers, recommendation, trial=raced, samples=samples)


@pytest.mark.parametrize("width", [200, 60])
def test_terminal_lists_who_was_dropped_and_by_how_much(report: Report, width: int) -> None:
    """With the partial figure and the interval."""
    text = " ".join(render_plain_text(report, width=width).split())

    assert "dropped after 39 of 78 samples" in text
    assert "+31.2 (+15.0 to +46.0)" in text
    assert "41 % (25–56)" in text


def test_documents_list_who_was_dropped_and_by_what_rule(report: Report) -> None:
    """The same in Markdown and HTML, with the protocol."""
    for text in (render_markdown(report), render_html(report)):
        assert "dropped after 39 of 78 samples" in text
        assert "an equal or better rival is dropped in at most 1 % of trials" in text


def test_command_that_repeats_the_trial_races_too(report: Report) -> None:
    """With the dropped arm among the arms."""
    assert any("rag_token" in line and "--race" in line for line in report.reproduce)


def test_trial_without_a_race_says_nothing_of_one(trial: TrialResult) -> None:
    """Most trials have none."""
    assert "dropped" not in trial._repr_html_()


def test_notebook_shows_who_was_dropped(raced: TrialResult) -> None:
    """Below the arms that answered everything."""
    shown = raced._repr_html_()

    assert (
        "rag_token was dropped after 39 of 78 samples: rag is ahead by 31.2 points [15.0, 46.0]."
        in shown
    )


def test_progress_tells_the_race_beforehand_and_the_drop() -> None:
    """Before anything is asked, and as it happens."""
    assert describe_race(RACE) == (
        "racing: rag_token against rag; looked at after 20, 39 answers; an equal or better one is "
        "dropped in at most 1 % of trials"
    )
    assert describe_dropped(DROPPED) == (
        "rag_token dropped after 39 of 78 samples: exact_match 0.410 [0.250, 0.560] on them, rag "
        "is ahead by 31.2 points [15.0, 46.0]"
    )


def test_race_without_runners_says_why() -> None:
    """Nothing is promised that is not kept."""
    nobody = RACE.model_copy(update={"arms": []})

    assert "no rival takes long to answer" in describe_race(nobody)
    assert "too few test samples" in describe_race(nobody.model_copy(update={"looks": []}))
