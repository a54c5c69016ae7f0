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

    assert (rule.id, rule.file, rule.line) == ("KN002", "rules/knowledge.yaml", 16)


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
        ("id: KN002", "id: KN001", "line 16: rule KN001 has an id that is taken"),
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

    assert len(str(caught.value).splitlines()) == 4


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


ADDITION = """family: XX
title: House
rules:
  - id: XX001
    name: house-rule
    title: H
    rationale: R
    when: {criterion: in_house, is: never}
    weights: {rag: 2, hybrid: -2}
    grade: D
    sources: [house]
"""
QUESTION = """criteria:
  - id: in_house
    topic: House
    ordered: false
    question: May it?
    help: Ask.
    levels: [{id: never, label: N, example: E}, {id: always, label: A, example: E}]
"""
SOURCE = "sources: [{id: house, authors: A, year: 2026, title: T, where: W, kind: expert}]\n"


@pytest.fixture
def addition(tmp_path: Path) -> Path:
    """A folder with a rule, a question and a source of one's own."""
    (tmp_path / "house.yaml").write_text(ADDITION)
    (tmp_path / "criteria.yaml").write_text(QUESTION)
    (tmp_path / "sources.yaml").write_text(SOURCE)
    return tmp_path


def test_addition_stands_beside_the_shipped_rules(addition: Path) -> None:
    """Ours stay as they are; the others are found by their file as it was named."""
    ours, both = load_rules(), load_rules(addition)

    assert both.rules[:-1] == ours.rules
    assert (both.rules[-1].id, both.rules[-1].file) == ("XX001", f"{addition}/house.yaml")
    assert both.criteria[-1].id == "in_house"


def test_version_of_an_addition_names_both(addition: Path) -> None:
    """A report must tell which rules of ours and which of the user's it followed."""
    version = load_rules(addition).version
    (addition / "house.yaml").write_text(ADDITION.replace("rag: 2", "rag: 3"))

    ours, theirs = version.split("+")
    assert ours == load_rules().version
    assert load_rules(addition).version not in (version, f"{ours}+{ours}", ours)
    assert len(theirs) == 10


def test_addition_must_not_take_an_id(addition: Path) -> None:
    """A second KN001 would make two rules of one name."""
    (addition / "house.yaml").write_text(
        ADDITION.replace("family: XX", "family: KN").replace("XX001", "KN001")
    )

    with pytest.raises(RuleBaseError, match=r"rule KN001 has an id that is taken: see rules/"):
        load_rules(addition)


def test_id_must_begin_with_the_family_of_its_file(addition: Path) -> None:
    """So that whoever reads XX001 in a report knows where to look."""
    (addition / "house.yaml").write_text(ADDITION.replace("family: XX", "family: YY"))

    with pytest.raises(RuleBaseError, match="XX001 stands in the family YY"):
        load_rules(addition)


def test_addition_speaks_before_the_shipped_variants(addition: Path) -> None:
    """The first match wins, and the user knows the house better."""
    variant = ADDITION.partition("rules:\n")[2].replace("XX001", "XX101")
    variant = variant.replace("weights: {rag: 2, hybrid: -2}", "choice: ours\n    slot: rag")
    (addition / "variants.yaml").write_text(f"variants:\n{variant}")

    assert load_rules(addition).variants[0].id == "XX101"


def test_addition_without_any_file_is_told(tmp_path: Path) -> None:
    """An empty folder is more likely a slip than a wish."""
    with pytest.raises(RuleBaseError, match="there is no file of rules"):
        load_rules(tmp_path)
