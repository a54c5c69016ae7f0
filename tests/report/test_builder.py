"""What a report says, before it is rendered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.report.builder import build_report
from advisor.schema.answers import Answers
from advisor.schema.recommendation import Flip, Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach, Status
from prototypes.results import Outcome, TrialResult

Build = Callable[..., Report]


def _verdict(trial: TrialResult, **changes: object) -> TrialResult:
    assert trial.verdict is not None
    return trial.model_copy(update={"verdict": trial.verdict.model_copy(update=changes)})


@pytest.fixture
def build(rule_base: RuleBase, answers: Answers, recommendation: Recommendation) -> Build:
    """Build a report of the sample consultation with changes to the recommendation."""

    def build_changed(trial: TrialResult | None = None, **changes: object) -> Report:
        changed = recommendation.model_copy(update=changes)
        return build_report(rule_base, answers, changed, trial=trial)

    return build_changed


def test_confirmed_advice_is_the_headline(report: Report) -> None:
    """One sentence says what was advised, what was found, and the figures."""
    assert report.badge == "Confirmed"
    assert report.headline.startswith(
        "RAG was recommended and the measurement confirms it: rag reaches 71.0 %"
    )


def test_contradicted_advice_is_the_headline(build: Build, trial: TrialResult) -> None:
    """Advice that failed is not hidden further down."""
    found = _verdict(trial, outcome=Outcome.CONTRADICTED, because="The hybrid is better.")

    report = build(found)

    expected = "RAG was recommended and the measurement contradicts it: the hybrid is better."
    assert expected == report.headline
    assert report.tone == "bad"


def test_open_verdict_names_the_missing_questions(build: Build, trial: TrialResult) -> None:
    """The samples that would tell are counted beyond those there were."""
    found = _verdict(
        trial, outcome=Outcome.CANNOT_TELL, because="They are close.", samples_needed=412
    )

    report = build(found)

    assert report.headline == (
        "RAG was recommended and the measurement cannot tell yet: they are close; "
        "about 330 more questions would tell."
    )


def test_abstaining_advice_is_not_called_recommended(build: Build, trial: TrialResult) -> None:
    """An approach that only led is not said to have been recommended."""
    report = build(trial, recommended=None, abstention="No clear winner: 1 db apart.")

    assert report.headline.startswith("RAG led without a clear margin and the measurement")
    assert report.advice.summary == "No clear winner: 1 db apart."


def test_trial_without_verdict_says_so(build: Build, trial: TrialResult) -> None:
    """An interrupted trial claims nothing."""
    report = build(trial.model_copy(update={"verdict": None, "interrupted": True}))

    assert report.badge == "Not finished"
    assert "ended before a verdict" in report.headline
    assert report.trial.remarks[0].startswith("The trial was interrupted")


def test_trial_without_arms_can_be_reported(build: Build, trial: TrialResult) -> None:
    """Ctrl-C before the first arm has ended still gives a report."""
    report = build(trial.model_copy(update={"arms": [], "comparisons": [], "verdict": None}))

    assert report.trial.figures == ()
    assert report.trial.arms.rows == ()


def test_without_trial_the_advice_is_the_headline(build: Build) -> None:
    """The recommendation is said once, with its lead in words and its main reason."""
    report = build()

    assert report.headline == (
        "RAG is recommended: it leads prompting by 8 db (substantial), above all because "
        "the knowledge changes every week."
    )
    assert report.advice.summary == ""
    assert any("Nothing has been measured" in limit for limit in report.limits)


def test_nothing_feasible_is_told_apart_from_a_close_race(
    build: Build, recommendation: Recommendation
) -> None:
    """If every approach is ruled out, the badge says that and not that there is a tie."""
    out = [one.model_copy(update={"status": Status.EXCLUDED}) for one in recommendation.ranking]

    report = build(ranking=out, recommended=None, abstention="Every approach is ruled out.")

    assert (report.badge, report.tone) == ("Nothing feasible", "bad")


def test_reasons_come_weightiest_first_with_their_answers(report: Report) -> None:
    """A reason carries its weight in words, the answer behind it and its numbered sources."""
    first = report.advice.ranking[0].reasons[0]

    assert first.text == "The knowledge changes every week."
    assert first.weight == "+6 db, substantial"
    assert first.answers == ("How often does the knowledge change? Weekly",)
    assert (first.sources, first.opposed_by) == ((1, 2), (3,))


def test_excluded_approach_has_no_support(report: Report) -> None:
    """What is ruled out is not given a share of the evidence."""
    excluded = report.advice.ranking[-1]

    assert (excluded.support, excluded.first) == ("none", "never")
    assert excluded.why_not == "Ruled out because there is no labelled example."


def test_open_veto_names_the_question_it_waits_for(report: Report) -> None:
    """A conditional approach says which answer decides it."""
    hybrid = next(one for one in report.advice.ranking if one.approach is Approach.HYBRID)

    assert hybrid.why_not == (
        "Ruled out if nothing can be trained. Not answered yet: What can you train on?"
    )


def test_flip_is_a_sentence_in_the_words_of_the_questionnaire(report: Report) -> None:
    """A flip names question, other answer, present answer and new leader."""
    assert report.advice.flips == (
        "If the answer to “How often does the knowledge change?” were “Static” (now: Weekly), "
        "prompting would come first.",
    )


def test_long_list_of_flips_is_cut_and_counted(build: Build) -> None:
    """What is left out is counted."""
    flip = Flip(change={"labeled_examples": "thousands"}, winner=Approach.FINE_TUNE)

    report = build(flips=[flip] * 10)

    assert len(report.advice.flips) == 8
    assert report.advice.flips_note.startswith("2 more changes")


def test_arms_are_ordered_by_quality_and_marked(report: Report) -> None:
    """The best arm comes first and the recommended one is named in words."""
    assert report.trial is not None
    names = [row[0] for row in report.trial.arms.rows]

    assert names == ["rag (recommended)", "hybrid", "baseline"]


def test_broken_limit_is_shown_with_its_figure(build: Build, trial: TrialResult) -> None:
    """An arm that breaks a hard limit says which, and the chart names it too."""
    slow = trial.arms[1].model_copy(
        update={
            "feasible": False,
            "infeasible_because": ["p95 812 ms against 500 ms"],
            "latency_ms": trial.arms[1].latency_ms.model_copy(update={"p95": 812.0}),
        }
    )

    report = build(trial.model_copy(update={"arms": [slow]}))

    assert report.trial.arms.rows[0][-1] == "broken: p95 812 ms against 500 ms"
    assert "Over the budget of 500 ms: rag." in report.trial.figures[1].description


def test_limits_column_is_left_out_without_limits(build: Build, trial: TrialResult) -> None:
    """A user who set no limit is not told that it was met."""
    free = trial.protocol.model_copy(update={"limits": {"latency_ms": None, "must_cite": False}})

    report = build(trial.model_copy(update={"protocol": free}))

    assert [column.title for column in report.trial.arms.columns][-1] == "p95"
    assert report.trial.figures[1].line is None


def test_leakage_is_a_remark(build: Build, trial: TrialResult) -> None:
    """Training samples that repeated a test sample are told of, though they were removed."""
    leaky = trial.data.model_copy(update={"n_test_seen_in_train": 5})

    report = build(trial.model_copy(update={"data": leaky}))

    assert any(remark.startswith("Leakage: 5 of 78") for remark in report.trial.remarks)


def test_refused_rows_are_listed(report: Report) -> None:
    """A row that could not be used is named, never dropped silently."""
    assert report.trial is not None
    listed = [fact.value for fact in report.trial.data if fact.name == "Refused"]

    assert listed == ["questions.jsonl, line 17: no field 'question'"]


def test_other_rules_than_today_are_named(build: Build) -> None:
    """Advice of another rule base says which one gave it and which one words it."""
    report = build(rules_version="ffffffffff")

    versions = {fact.name: fact.value for fact in report.versions}
    assert versions["Rules"] == "ffffffffff (the rules installed now are 0123456789)"


def test_criterion_the_rules_no_longer_have_is_shown_by_its_id(build: Build) -> None:
    """A stored recommendation can be read after a question was retired."""
    report = build(unanswered=["retired_question"], next_questions=["retired_question"])

    assert report.advice.unanswered == ("retired_question",)
