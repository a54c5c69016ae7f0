"""The tests that travel with a rule base: loaded, run, and shown to notice faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.knowledge.loader import load_rules
from advisor.knowledge.rule_cases import load_rule_cases, run_rule_cases
from advisor.knowledge.rule_tests import gather_tests, run_tests

WriteRules = Callable[..., Path]

CASES = """
KN001:
  fires_when_daily: {answers: {data_volatility: daily}, fires: true, favours: [rag]}
  fires_when_weekly: {answers: {data_volatility: weekly}, fires: true}
  silent_when_static: {answers: {data_volatility: static}, fires: false}
  unknown_at_first: {answers: {}, fires: unknown, missing: [data_volatility]}
"""
WHOLE = "answers: {data_volatility: daily}\nexpect: {leading: rag, fires: [KN001]}\n"


@pytest.fixture
def folder(write_rules: WriteRules) -> Path:
    """A rule base with cases of one of its rules and one whole project."""
    folder = write_rules()
    for name, text in (("cases/KN.yaml", CASES), ("consultations/news.yaml", WHOLE)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    return folder


def _failures(folder: Path, old: str, new: str) -> list[str]:
    rule_base = load_rules(folder)
    (folder / "cases/KN.yaml").write_text(CASES.replace(old, new))
    report = run_rule_cases(rule_base, load_rule_cases(folder / "cases", rule_base))
    return [failure.message for failure in report.failures]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "", None),
        ("static}, fires: false", "static}, fires: true", "expected true, found false."),
        ("missing: [data_volatility]", "missing: []", "expected to miss nothing, missed data_vol"),
        ("favours: [rag]", "favours: [hybrid]", "expected to favour hybrid, favours rag."),
        ("favours: [rag]", "opposes: [rag]", "expected to oppose rag, opposes fine_tune."),
    ],
)
def test_case_that_comes_out_otherwise_is_told(
    folder: Path, old: str, new: str, message: str | None
) -> None:
    """Truth, what is missing, and whom the rule speaks for, are each compared."""
    found = _failures(folder, old, new)

    assert [text.startswith(message or "") for text in found] == [True] * bool(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("KN001:", "KN007:", "no rule, veto or notice 'KN007'. Did you mean 'KN"),
        ("fires_when", "when", "must begin with fires_, silent_ or unknown_"),
        ("fires: false", "fires: maybe", "expected true, false or unknown"),
        ("data_volatility: daily", "data_volatility: hourly", "cannot be 'hourly'"),
        ("favours: [rag]", "favors: [rag]", "Did you mean 'favours'?"),
        ("favours: [rag]", "favours: [ragg]", "Did you mean 'rag'?"),
    ],
)
def test_case_that_cannot_be_used_is_told(folder: Path, old: str, new: str, message: str) -> None:
    """A misspelt case must not pass unnoticed."""
    with pytest.raises(AdvisorError) as caught:
        _failures(folder, old, new)

    assert message in str(caught.value)
    assert "KN.yaml, line" in str(caught.value)


def test_rule_without_all_kinds_of_case_is_told(folder: Path) -> None:
    """Three rules of the small rule base have no cases at all."""
    rule_base = load_rules(folder)
    report = run_tests(rule_base, gather_tests(rule_base, rules=folder))

    assert [gap.split()[0] for gap in report.cases.untested] == ["KN002", "KN003", "KN004"]
    assert (report.cases.failures, report.failed_consultations) == ((), ())
    assert not report.has_passed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("leading: rag", "leading: hybrid", "expected hybrid to lead, found rag."),
        ("fires: [KN001]", "fires: [KN002]", "expected KN002 to fire."),
        ("fires: [KN001]", "excluded: [hybrid]", "expected to exclude {'hybrid'}"),
        ("fires: [KN001]", "variants: {rag: x}", "expected the variant x for rag."),
    ],
)
def test_whole_project_that_comes_out_otherwise_is_told(
    folder: Path, old: str, new: str, message: str
) -> None:
    """Leader, exclusions, reasons and variants are each compared."""
    (folder / "consultations/news.yaml").write_text(WHOLE.replace(old, new))
    rule_base = load_rules(folder)
    report = run_tests(rule_base, gather_tests(rule_base, rules=folder))

    assert len(report.failed_consultations) == 1
    assert message in report.failed_consultations[0]


def test_mutants_of_a_tested_rule_are_noticed(folder: Path) -> None:
    """KN001 has cases for everything; of KN002, which has none, a moved threshold survives."""
    rule_base = load_rules(folder)
    tests = gather_tests(rule_base, rules=folder)
    mutation = run_tests(rule_base, tests, with_mutation=True).mutation

    assert mutation is not None
    survivors = [(m.operator, m.statement, m.change) for m in mutation.survivors]
    assert "KN001" not in {statement for _, statement, _ in survivors}
    assert (
        "shift a threshold",
        "KN002",
        "labeled_examples at_most none instead of under_50",
    ) in survivors


def test_mutants_are_drops_flips_and_shifts(folder: Path) -> None:
    """Four rules, one threshold each or two, none of them beyond the ends of its scale."""
    rule_base = load_rules(folder)
    mutation = run_tests(rule_base, gather_tests(rule_base, rules=folder), with_mutation=True)

    assert mutation.mutation is not None
    assert mutation.mutation.total("drop a rule") == 4
    assert mutation.mutation.total("flip a sign") == 4
    assert mutation.mutation.total("shift a threshold") == 6


def test_every_mutant_of_the_shipped_rules_can_be_built() -> None:
    """Whatever the shape of a condition, its mutants are rule bases that work."""
    from advisor.inference.compiled import compile_rules
    from advisor.knowledge.mutation import apply_mutant, mutate

    rule_base = load_rules()
    mutants = list(mutate(rule_base))

    compile_rules(apply_mutant(rule_base, mutants[-1]))
    assert len(mutants) > 4 * len(rule_base.rules)
    assert all(m.replacement != s for m in mutants for s in rule_base.rules if s.id == m.statement)
