"""What became of the rules, in words."""

from __future__ import annotations

from advisor.report.builder import build_report
from advisor.schema.answers import Answers
from advisor.schema.exhibits import RuleCheckSection
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import Expectation, RuleBase
from advisor.vocabulary import Approach
from prototypes.results import Comparison, ExperimentResult, Measured, TrialResult


def _section(report: Report) -> RuleCheckSection:
    assert report.trial is not None
    assert report.trial.rule_checks is not None
    return report.trial.rule_checks


def test_rule_claim_measurement_and_finding_stand_in_one_row(report: Report) -> None:
    """The rule says faster, the hybrid was 1.5 ms slower."""
    assert _section(report).checks.rows == (
        (
            "SV001",
            "Hybrid answers faster than RAG.",
            "mean time of hybrid minus rag: +1.5 ms (+1.1 ms to +1.9 ms)",
            "does not hold",
        ),
    )


def test_findings_are_counted(report: Report) -> None:
    """One sentence sums the table up, one says what many tests rest on."""
    counted, warning = _section(report).remarks

    assert counted == (
        "Of 1 claim put to the test, 1 does not hold, 0 hold and 0 could not be tested here."
    )
    assert "wider ones, which hold for all claims at once" in warning


def test_rules_that_expect_nothing_measured_are_listed(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """An experiment that was not held is named with the rules that wait for it."""
    (rule,) = rule_base.rules
    waiting = rule.model_copy(update={"experiment": "freshness", "expects": None})
    changed = rule_base.model_copy(update={"rules": (waiting,)})

    section = _section(build_report(changed, answers, recommendation, trial=trial))

    assert section.checks.rows == ()
    assert section.remarks[-1].endswith("what they expect: freshness (SV001).")


def test_support_is_shown_before_and_after(report: Report) -> None:
    """RAG was best in 80 % of the resamples, prompting was not measured."""
    rows = {row[0]: row[1:] for row in _section(report).support.rows}

    assert rows["RAG"] == ("80 %", "80 % of the resamples", "85 %")
    assert rows["prompting"] == ("10 %", "not measured", "10 %")


def test_older_trial_has_no_section(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """Without experiments nothing is claimed about the rules."""
    older = trial.model_copy(update={"experiments": []})

    report = build_report(rule_base, answers, recommendation, trial=older)

    assert report.trial is not None
    assert report.trial.rule_checks is None


def test_hybrid_is_told_with_what_was_built_and_what_was_possible(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """Built: no gain; possible: at most 1.5 points; most errors are shared."""
    (rule,) = rule_base.rules
    expects = Expectation(quantity="quality", approach=Approach.HYBRID, better_than=(Approach.RAG,))
    changed = rule.model_copy(update={"experiment": "hybrid_forecast", "expects": expects})
    found = ExperimentResult(
        experiment="hybrid_forecast",
        measured=[_measured("error_overlap", "oracle_router", 0.8)],
        differences=[
            _difference("quality", "hybrid", (-0.01, 0.0, 0.01)),
            _difference("router_gain", "oracle_router", (0.0, 0.01, 0.015)),
        ],
    )

    section = _section(
        build_report(
            rule_base.model_copy(update={"rules": (changed,)}),
            answers,
            recommendation,
            trial=trial.model_copy(update={"experiments": [found]}),
        )
    )

    ((_, claim, measured, finding),) = section.checks.rows
    assert claim == "Hybrid answers better than RAG."
    assert measured == (
        "hybrid minus rag, as built: 0.0 points (\u22121.0 to +1.0); a perfect choice between both "
        "parents minus rag: +1.0 points (0.0 to +1.5); errors of either parent that both make: "
        "80 % (70 % to 90 %)"
    )
    assert finding == "does not hold: no more than the 2 points worth having"


def _measured(quantity: str, arm: str, value: float) -> Measured:
    return Measured(
        quantity=quantity, arm=arm, value=value, low=value - 0.1, high=value + 0.1, n=78
    )


def _difference(metric: str, arm: str, interval: tuple[float, float, float]) -> Comparison:
    low, value, high = interval
    return Comparison(
        arm=arm, against="rag", metric=metric, difference=value, low=low, high=high, p_value=0.5
    )
