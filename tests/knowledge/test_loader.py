"""Loading a rule base: what is accepted, and how what is not is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.knowledge.loader import load_rules, read_rules

WriteRules = Callable[..., Path]


def test_statement_knows_its_file_and_line(write_rules: WriteRules) -> None:
    """A rule of the report can be found in the files."""
    rule = load_rules(write_rules()).rules[1]

    assert (rule.id, rule.file, rule.line) == ("KN002", "rules/knowledge.yaml", 15)


def test_shipped_rules_load_and_are_quick() -> None:
    """The rules that Advisor ships have no fault and load in a fraction of a second."""
    start = time.process_time()
    rule_base, problems = read_rules()
    seconds = time.process_time() - start

    assert problems == []
    assert rule_base is not None
    assert len(rule_base.criteria) >= 30
    assert seconds < 1.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "data_volatility, at_least",
            "data_volatillity, at_least",
            "rules/knowledge.yaml, line 5: rule KN001 reads the criterion 'data_volatillity', "
            "which no question supplies. Did you mean 'data_volatility'?",
        ),
        ("at_least: weekly", "at_least: weekli", "Did you mean 'weekly'?"),
        ("sources: [D0]", "sources: [D9]", "names the source 'D9', which does not exist."),
        ("group: pace", "group: pase", "names the group 'pase', which does not exist."),
        ("claims: [C03]", "claims: [C30]", "names the claim 'C30', which does not exist."),
        ("id: KN002", "id: KN001", "line 15: rule KN001 has an id that is taken"),
        ("weights: {rag: 6", "weights: {ragg: 6", "line 10: rule KN001: weights.ragg"),
        ("rationale: Weights", "rationalle: Weights", "Did you mean 'rationale'?"),
        ("grade: B", "grade: Z", "line 11: rule KN001: grade"),
        (
            "at_least: weekly",
            "at_leest: weekly",
            "no field 'when.at_leest'. Did you mean 'at_least'?",
        ),
        ("title: It changes", "title: no", "line 7: YAML reads no as true or false"),
        ("rag: 6", "rag: 1e-4", "line 10: YAML reads 1e-4 as text, not as a number; write 1.0e-4"),
        ("grade: B", "grade: B\n    grade: C", "the key 'grade' stands here again"),
        ("grade: B", "grade: [B", "line 12: this is not YAML"),
        ("family: KN", "famly: KN", "unknown key 'famly'. Did you mean 'family'?"),
    ],
)
def test_fault_is_told_with_its_place(
    write_rules: WriteRules, old: str, new: str, message: str
) -> None:
    """Each fault names file, line, what was found and what was probably meant."""
    with pytest.raises(RuleBaseError) as caught:
        load_rules(write_rules({old: new}))

    assert message in str(caught.value)


def test_rule_base_without_rules_is_an_error(write_rules: WriteRules) -> None:
    """Nothing can be recommended from nothing, and nothing must not pass."""
    with pytest.raises(RuleBaseError, match="holds no rules"):
        load_rules(write_rules(knowledge="family: KN\ntitle: K\nversion: 1\nrules: []\n"))


def test_missing_approach_is_an_error(write_rules: WriteRules) -> None:
    """All four approaches are described."""
    line = "  - {id: hybrid, title: H, summary: s, strengths: [x], costs: [y]}\n"
    with pytest.raises(RuleBaseError, match="hybrid not described"):
        load_rules(write_rules({line: ""}))


def test_file_that_nobody_would_read_is_an_error(write_rules: WriteRules) -> None:
    """A misspelt file name must not silently drop its rules."""
    with pytest.raises(RuleBaseError, match=r"knowlege\.yaml: .* Did you mean 'knowledge'"):
        load_rules(write_rules(knowlege="family: KN\n"))


def test_prices_and_cases_are_left_alone(write_rules: WriteRules) -> None:
    """They lie in the same folder and are no part of the rule base."""
    assert load_rules(write_rules(prices="a: 1\n", cases="- 1\n")).rules


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that does not exist holds no rules."""
    with pytest.raises(RuleBaseError, match="no such folder"):
        load_rules(tmp_path / "nowhere")


def test_all_faults_are_told_at_once(write_rules: WriteRules) -> None:
    """An author mends everything in one go."""
    with pytest.raises(RuleBaseError) as caught:
        load_rules(write_rules({"sources: [D0]": "sources: [D9]"}))

    assert len(str(caught.value).splitlines()) == 2


def test_version_ignores_layout_and_order_of_files(write_rules: WriteRules) -> None:
    """Comments and moved lines are no new version of the rules."""
    version = load_rules(write_rules()).version

    assert load_rules(write_rules({"family: KN": "# a comment\nfamily: KN"})).version == version
    assert len(version) == 10


@pytest.mark.parametrize(
    ("old", "new"), [("rag: 6", "rag: 5"), ("year: 2024", "year: 2023"), ("rho: 0.5", "rho: 0.4")]
)
def test_version_changes_with_the_content(write_rules: WriteRules, old: str, new: str) -> None:
    """Every report says which rules it comes from."""
    assert load_rules(write_rules()).version != load_rules(write_rules({old: new})).version
