"""The page for a manager: five answers, none surer than the evidence."""

from __future__ import annotations

import pytest

from advisor.report.builder import build_report
from advisor.schema.answers import Answers
from advisor.schema.exhibits import Brief
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase
from prototypes.results import Outcome, TrialResult


def _brief(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    trial: TrialResult | None,
) -> Brief:
    return build_report(rule_base, answers, recommendation, trial=trial).brief


def test_every_question_of_a_manager_is_answered(report: Report) -> None:
    """Decision, confidence, costs, what would change it and risks all say something."""
    assert report.brief.decision[0].startswith("Go ahead with RAG")
    assert all(answer for _, answer in report.brief)


@pytest.mark.parametrize(
    ("acceptability", "level"), [(0.95, "High: the published"), (0.5, "Moderate: the measurement")]
)
def test_confidence_is_high_only_where_evidence_and_measurement_are(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    trial: TrialResult,
    *,
    acceptability: float,
    level: str,
) -> None:
    """A confirmed lead that other weights would overturn is not called sure."""
    first, *others = recommendation.ranking
    firm = first.model_copy(update={"rank_acceptability": acceptability})
    changed = recommendation.model_copy(update={"ranking": [firm, *others]})

    assert _brief(rule_base, answers, changed, trial).confidence[0].startswith(level)


def test_flawed_test_data_forbid_high_confidence(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """Twelve synthetic samples are a reason to be careful, and are named as a risk."""
    first, *others = recommendation.ranking
    firm = first.model_copy(update={"rank_acceptability": 0.95})
    changed = recommendation.model_copy(update={"ranking": [firm, *others]})

    assert trial.data is not None
    data = trial.data.model_copy(update={"n_synthetic_test": 12})
    flawed = trial.model_copy(update={"data": data})

    brief = _brief(rule_base, answers, changed, flawed)

    assert brief.confidence[0].endswith("but the test data have flaws.")
    assert "synthetic questions overstate quality" in brief.risks[0]


def test_contradicted_advice_is_not_recommended_again(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation, trial: TrialResult
) -> None:
    """The first sentence names the approach that did better."""
    assert trial.verdict is not None
    verdict = trial.verdict.model_copy(
        update={"outcome": Outcome.CONTRADICTED, "deciding_rival": "hybrid"}
    )

    brief = _brief(
        rule_base, answers, recommendation, trial.model_copy(update={"verdict": verdict})
    )

    assert brief.decision[0].endswith("; hybrid did better on your data.")
    assert brief.confidence[0].startswith("Low:")


def test_unmeasured_advice_promises_no_price(
    rule_base: RuleBase, answers: Answers, recommendation: Recommendation
) -> None:
    """Without a trial nothing is called measured."""
    brief = _brief(rule_base, answers, recommendation, None)

    assert brief.costs[0].startswith("Not measured yet")
    assert "nothing was measured" in brief.confidence[0]
