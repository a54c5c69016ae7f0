"""Published cases: agreement, intervals and the baselines beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import AnswersError
from advisor.knowledge.baselines import predict_majority, predict_naive_bayes, predict_nearest
from advisor.knowledge.cases import Agreement, compare_with_cases, load_cases
from advisor.knowledge.loader import load_rules
from advisor.schema.case import Case
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach

ONE = """
- id: news
  group: g1
  answers: {data_volatility: daily, labeled_examples: none}
  outcome: rag
  also_ok: [hybrid]
"""


@pytest.fixture
def rule_base(write_rules: Callable[..., Path]) -> RuleBase:
    """Three criteria and two rules."""
    return load_rules(write_rules())


def _case(n: int, outcome: Approach, level: str, group: str = "") -> Case:
    answers = {"data_volatility": level}
    return Case(id=str(n), group=group or str(n), answers=answers, outcome=outcome)


def test_case_is_read(tmp_path: Path, rule_base: RuleBase) -> None:
    """Answers, outcome and what else is acceptable come from the file."""
    (tmp_path / "cases.yaml").write_text(ONE)

    (case,) = load_cases(tmp_path / "cases.yaml", rule_base)

    assert (case.id, case.group, case.outcome) == ("news", "g1", Approach.RAG)
    assert case.also_ok == (Approach.HYBRID,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a list of cases"),
        ("a: 1", "expected a list of cases"),
        ("- 3", "expected a case"),
        ("- {id: x, outcome: rag}", "line 1: the case has no answers"),
        (ONE.replace("rag", "ragg"), "line 2: outcome 'ragg' is none of"),
        (ONE.replace("daily", "dayly"), "line 2: data_volatility cannot be 'dayly'"),
        (ONE.replace("news", "[news"), "this is not YAML"),
    ],
)
def test_unusable_case_is_told(
    tmp_path: Path, rule_base: RuleBase, text: str, message: str
) -> None:
    """With file and line."""
    (tmp_path / "cases.yaml").write_text(text)

    with pytest.raises(AnswersError) as caught:
        load_cases(tmp_path / "cases.yaml", rule_base)

    assert message in str(caught.value)


def test_missing_file_of_cases_is_told(tmp_path: Path, rule_base: RuleBase) -> None:
    """By name."""
    with pytest.raises(AnswersError, match="no such file of cases"):
        load_cases(tmp_path / "none.yaml", rule_base)


def test_wilson_interval_equals_statsmodels() -> None:
    """The interval is that of the reference implementation."""
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(88, 100, method="wilson")

    assert Agreement(88, 100).interval == pytest.approx(expected, abs=1e-12)


def test_report_counts_exact_and_lenient_agreement(rule_base: RuleBase) -> None:
    """A case whose second-best outcome leads is right leniently, not exactly."""
    cases = [
        _case(1, Approach.RAG, "daily"),
        _case(2, Approach.HYBRID, "daily").model_copy(update={"also_ok": (Approach.RAG,)}),
        _case(3, Approach.FINE_TUNE, "daily"),
    ]

    report = compare_with_cases(rule_base, cases)
    rules = report.advisers[0]

    assert (rules.exact.n_agreeing, rules.lenient.n_agreeing) == (1, 2)
    assert report.confusion["hybrid"] == {"prompting": 0, "rag": 1, "fine_tune": 0, "hybrid": 0}
    assert report.misses == (("3", "fine_tune", "rag"),)


def test_majority_predicts_the_most_frequent_outcome() -> None:
    """For every case the same."""
    cases = [_case(1, Approach.RAG, "daily"), _case(2, Approach.RAG, "static")]

    assert predict_majority([*cases, _case(3, Approach.HYBRID, "daily")]) == [Approach.RAG] * 3


def test_naive_bayes_learns_from_other_groups_only(rule_base: RuleBase) -> None:
    """A level whose only examples share a group with the case teaches nothing about it."""
    known = [_case(n, Approach.RAG, "daily") for n in range(6)]
    known += [_case(n + 6, Approach.FINE_TUNE, "static") for n in range(5)]
    alone = [_case(n + 20, Approach.HYBRID, "weekly", "same") for n in range(4)]

    predicted = predict_naive_bayes(rule_base, [*known, *alone])

    assert predicted[:11] == [case.outcome for case in known]
    assert Approach.HYBRID not in predicted[11:]


def test_nearest_falls_back_to_the_majority_of_other_groups(rule_base: RuleBase) -> None:
    """With one shared answer nothing is comparable."""
    cases = [_case(1, Approach.RAG, "daily"), _case(2, Approach.HYBRID, "daily")]

    assert predict_nearest(rule_base, cases) == [Approach.HYBRID, Approach.RAG]


def test_a_few_cases_are_not_calibrated(rule_base: RuleBase) -> None:
    """Below fifty there are words only."""
    cases = [_case(n, Approach.RAG, "daily") for n in range(49)]

    assert compare_with_cases(rule_base, cases).calibration is None


def test_fifty_cases_of_one_group_are_not_calibrated(rule_base: RuleBase) -> None:
    """Nothing would be left to fit on."""
    cases = [_case(n, Approach.RAG, "daily", "same") for n in range(50)]

    assert compare_with_cases(rule_base, cases).calibration is None


def test_library_file_can_be_tested_like_any_other(tmp_path: Path, rule_base: RuleBase) -> None:
    """A list under the key `cases` is read as well."""
    (tmp_path / "cases.yaml").write_text(f"cases:{ONE}")

    (case,) = load_cases(tmp_path / "cases.yaml", rule_base)

    assert ("news", Approach.RAG) == (case.id, case.outcome)
