"""`advisor rules`: check, show and test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.rules import rules_app
from advisor.errors import AdvisorError
from advisor.vocabulary import ExitCode

CASES = """
- {id: one, group: g1, answers: {failure_mode: missing_facts, data_volatility: daily}, outcome: rag}
- {id: two, group: g2, answers: {failure_mode: wrong_behaviour}, outcome: fine_tune}
"""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(rules_app, arguments)


def test_check_passes_on_the_shipped_rules() -> None:
    """It says what it has looked at."""
    result = _run("check")

    assert result.exit_code == ExitCode.OK
    assert "30 criteria" in result.stdout
    assert "0 errors" in result.stdout


def test_check_of_a_broken_rule_base_leaves_with_five(tmp_path: Path) -> None:
    """Every fault is listed with its file."""
    (tmp_path / "rulez.yaml").write_text("a: 1\n")

    result = _run("check", "--rules", str(tmp_path))

    assert result.exit_code == ExitCode.RULES_BROKEN
    assert "rulez.yaml" in result.stdout


@pytest.mark.parametrize("item", ["KN001", "kn001"])
def test_show_prints_the_sections_of_a_rule_in_their_order(item: str) -> None:
    """The order of sections is fixed, and capitals do not matter."""
    page = _run("show", item).stdout
    headings = [line for line in page.splitlines() if line in SECTIONS]

    assert page.startswith("KN001 ")
    assert headings == [section for section in SECTIONS if section in headings]
    assert {"Why", "When", "Grade", "Sources", "Written in"} <= set(headings)


SECTIONS = (
    "Why",
    "When",
    "Decibans, centred on their mean",
    "Grade",
    "Sources",
    "Opposed by",
    "Derivation",
    "Group",
    "Founding claims",
    "Tested by",
    "Exceptions",
    "Waiver",
    "Written in",
)


@pytest.mark.parametrize(
    ("item", "text"), [("data_volatility", "Read by"), ("D1", "Cited by"), ("KN901", "Excludes")]
)
def test_show_knows_criteria_sources_and_vetoes(item: str, text: str) -> None:
    """Everything with an id has a page."""
    assert text in _run("show", item).stdout


def test_show_of_an_unknown_id_suggests_one() -> None:
    """A slip of the finger is forgiven."""
    result = _run("show", "data_volatillity")

    assert isinstance(result.exception, AdvisorError)
    assert "Did you mean 'data_volatility'?" in str(result.exception)


def test_show_without_an_id_lists_everything() -> None:
    """Rules, questions and sources, one each."""
    listing = _run("show").stdout

    assert all(f"\n{item} " in f"\n{listing}" for item in ("KN001", "data_volatility", "D0"))


def test_test_prints_agreement_beside_the_baselines(tmp_path: Path) -> None:
    """Exact and lenient, with intervals."""
    (tmp_path / "cases.yaml").write_text(CASES)

    text = _run("test", "--cases", str(tmp_path / "cases.yaml")).stdout

    assert "2 published cases" in text
    assert all(name in text for name in ("rules", "majority class", "naive Bayes"))


def test_test_prints_json(tmp_path: Path) -> None:
    """For other programs."""
    (tmp_path / "cases.yaml").write_text(CASES)

    text = _run("test", "--cases", str(tmp_path / "cases.yaml"), "--format", "json").stdout
    report = json.loads(text)

    assert report["n_cases"] == 2
    assert report["advisers"]["rules"]["exact"]["value"] == 1.0
    assert report["confusion"]["rag"]["rag"] == 1
