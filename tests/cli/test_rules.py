"""`advisor rules`: check, show, test, audit and diff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.audit_view import BEGIN, END
from advisor.cli.main import app
from advisor.cli.rules import rules_app
from advisor.errors import AdvisorError
from advisor.schema.answers import Answers
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


HOUSE = """family: XX
title: House
rules:
  - id: XX001
    name: our-house-has-a-rule
    title: H
    rationale: R
    when: {criterion: data_volatility, is: daily}
    weights: {prompting: 5, rag: -5}
    grade: D
    sources: [D0]
    waiver: for the sake of a test
"""
HOUSE_CASES = """XX001:
  fires_when_daily: {answers: {data_volatility: daily}, fires: true, favours: [prompting]}
  silent_when_static: {answers: {data_volatility: static}, fires: false}
  unknown_at_first: {answers: {}, fires: unknown, missing: [data_volatility]}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with one rule of the user's own."""
    folder = tmp_path / "house"
    (folder / "cases").mkdir(parents=True)
    (folder / "house.yaml").write_text(HOUSE)
    (folder / "cases" / "XX.yaml").write_text(HOUSE_CASES)
    return folder


def test_test_without_options_runs_the_shipped_cases() -> None:
    """Rule cases and whole projects, all of them sound."""
    result = _run("test")

    assert result.exit_code == ExitCode.OK
    assert "rule cases: 0 failed; 17 whole projects: 0 failed; 0 rules without" in result.stdout


def test_test_runs_the_cases_of_added_rules(house: Path) -> None:
    """The user's cases are found beside the user's rules."""
    result = _run("test", "--rules", str(house), "--format", "json")

    assert result.exit_code == ExitCode.OK
    assert json.loads(result.stdout)["untested"] == []


def test_test_of_a_wrong_case_leaves_with_five(house: Path, tmp_path: Path) -> None:
    """The case is named with its file, line and what was found."""
    cases = tmp_path / "elsewhere"
    cases.mkdir()
    (cases / "XX.yaml").write_text(HOUSE_CASES.replace("[prompting]", "[rag]"))

    result = _run("test", "--rules", str(house), "--rule-cases", str(cases))

    assert result.exit_code == ExitCode.RULES_BROKEN
    assert "XX.yaml, line 2: XX001 fires_when_daily: expected to favour rag" in result.stdout


def test_show_and_check_know_added_rules(house: Path) -> None:
    """With `--rules` they are as good as ours."""
    assert _run("show", "XX001", "--rules", str(house)).stdout.startswith("XX001 our-house")
    assert "+" in _run("check", "--rules", str(house)).stdout.partition("version ")[2]


def test_audit_prints_shares_and_rules_that_never_fire() -> None:
    """A table of a few lines, whatever the number of projects."""
    text = _run("audit", "--n", "2000", "--draw", "prior").stdout

    assert "2,000 projects" in text
    assert all(name in text for name in ("| prompting (by", "| hybrid (by", "never fired"))


def test_audit_writes_between_its_marks(house: Path) -> None:
    """What stands around the block is kept, and a second run replaces the first."""
    (house / "README.md").write_text(f"before\n{BEGIN}\n{END}\nafter\n")

    for _ in range(2):
        _run("audit", "--n", "500", "--rules", str(house), "--write")
    text = (house / "README.md").read_text()

    assert (text.count(BEGIN), text.count("500 projects")) == (1, 1)
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")


def test_audit_without_marks_writes_nothing(house: Path) -> None:
    """A page that does not ask for the table is left alone."""
    (house / "README.md").write_text("mine\n")
    result = _run("audit", "--n", "500", "--rules", str(house), "--write")

    assert isinstance(result.exception, AdvisorError)
    assert (house / "README.md").read_text() == "mine\n"


def test_diff_names_the_rule_and_the_project_it_turns(house: Path, tmp_path: Path) -> None:
    """Which project, from what to what, and through how many decibans."""
    answers = tmp_path / "answers.yaml"
    answers.write_text("answers: {data_volatility: daily, oracle_check: both_fine}\n")
    text = _run("diff", "-", str(house), "--answers", str(answers)).stdout

    assert "rule XX001: added" in text
    assert "1 of 1 projects have another winner" in text
    assert f"{answers}: RAG → prompting" in text
    assert "XX001: +0.0 → +10.0 db for prompting against RAG" in text


def test_recommendation_follows_added_rules(house: Path, tmp_path: Path) -> None:
    """What the user adds is weighed with ours, and the version says so."""
    answers = tmp_path / "answers.yaml"
    answers.write_text("answers: {data_volatility: daily, oracle_check: both_fine}\n")
    arguments = ("recommend", str(answers), "--format", "json")
    ours, both = (
        json.loads(CliRunner().invoke(app, [*arguments, *more]).stdout)
        for more in ((), ("--rules", str(house)))
    )

    assert (ours["leading"], both["leading"]) == ("rag", "prompting")
    assert both["rules_version"].startswith(f"{ours['rules_version']}+")


def test_interview_asks_added_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--rules` reaches the questionnaire, not only the ranking."""
    asked: list[Path | None] = []
    monkeypatch.setattr("advisor.cli.interview.require_terminal", lambda *_: None)
    monkeypatch.setattr("advisor.cli.interview.choose_questioner", lambda **_: None)
    monkeypatch.setattr(
        "advisor.cli.interview.hold_interview",
        lambda *_, wishes: (asked.append(wishes.rules), Answers())[1],
    )
    result = CliRunner().invoke(app, ["interview", "--rules", str(tmp_path)])

    assert asked == [tmp_path]
    assert f"--rules {tmp_path}" in result.stderr
