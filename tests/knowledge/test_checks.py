"""The lint: each check finds its fault, and a waiver silences what it may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.knowledge.checks import check_rules
from advisor.knowledge.loader import read_rules
from advisor.knowledge.problem import Problem

WriteRules = Callable[..., Path]

THREE = (
    "{any: [{criterion: data_volatility, is: daily}, {criterion: labeled_examples, is: none}, "
    "{criterion: latency_budget, is: batch}]}"
)
WEEKLY = "{criterion: data_volatility, at_least: weekly}"


def _check(folder: Path) -> list[Problem]:
    rule_base, problems = read_rules(folder)
    assert (rule_base is not None, problems) == (True, [])
    return check_rules(rule_base)  # type: ignore[arg-type]


def test_sound_rule_base_has_no_problems(write_rules: WriteRules) -> None:
    """The small rule base passes every check."""
    assert _check(write_rules()) == []


def test_shipped_rule_base_has_no_errors() -> None:
    """The rules that Advisor ships pass; warnings are for their authors."""
    rule_base, _ = read_rules()

    assert rule_base is not None
    assert [p for p in check_rules(rule_base) if p.severity == "error"] == []


@pytest.mark.parametrize(
    ("old", "new", "check", "severity"),
    [
        (
            WEEKLY,
            f"{{all: [{WEEKLY}, {{criterion: data_volatility, is: static}}]}}",
            "dead-rule",
            0,
        ),
        (WEEKLY, "{criterion: data_volatility, none_of: [static, weekly, daily]}", "dead-rule", 0),
        (WEEKLY, THREE, "many-criteria", 0),
        ("{rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}", "{}", "moves-nothing", 0),
        (
            "{rag: 6, hybrid: 3, prompting: 0, fine_tune: -5}",
            "{rag: 2, hybrid: 2, prompting: 2, fine_tune: 2}",
            "moves-nothing",
            0,
        ),
        ("prompting: 3, fine_tune: -3", "prompting: 6, fine_tune: -6", "loud-judgement", 0),
        ("sources: [D0]\n    claims", "sources: []\n    claims", "uncited", 0),
        ("name: few-labels-and", "name: Few_labels-and", "name", 0),
        ("name: few-labels-and-little-time", "name: knowledge-changes-weekly", "name", 1),
        ('"arXiv:2312.05934"', "a blog", "no-locator", 1),
        ("    claims: [C03]\n", "", "homeless-claim", 0),
        ("criterion: latency_budget, none_of: [batch]", WEEKLY[1:-1], "unread-criterion", 1),
        ("breaks: [100, 500]", "breaks: [500, 100]", "criterion", 0),
        ("breaks: [100, 500]", "breaks: [100]", "criterion", 0),
        ("example: News.}", "example: News., prior: 1.5}", "criterion", 0),
        ("    group: pace\n  - id: KN002", "  - id: KN002", "small-group", 1),
    ],
)
def test_fault_is_found(
    write_rules: WriteRules, old: str, new: str, check: str, severity: int
) -> None:
    """Each kind of fault is reported under its name, as error or warning."""
    found = {(p.check, p.severity) for p in _check(write_rules({old: new}))}

    assert (check, ("error", "warning")[severity]) in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WEEKLY, THREE),
        ("prompting: 3, fine_tune: -3", "prompting: 6, fine_tune: -6"),
    ],
)
def test_waiver_silences(write_rules: WriteRules, old: str, new: str) -> None:
    """A reason given is a check answered."""
    replaced = {
        old: new,
        "grade: B": "grade: B\n    waiver: w",
        "grade: D": "grade: D\n    waiver: w",
    }

    assert _check(write_rules(replaced)) == []


def test_rule_with_the_same_condition_and_weights_is_a_duplicate(write_rules: WriteRules) -> None:
    """Two spellings of one condition are recognised."""
    folder = write_rules()
    path = folder / "knowledge.yaml"
    text = path.read_text(encoding="utf-8")
    first = text[text.index("  - id: KN001") : text.index("  - id: KN002")]
    twin = (
        first.replace("KN001", "KN003")
        .replace("knowledge-changes", "it-changes")
        .replace("at_least: weekly", "one_of: [weekly, daily]")
    )
    path.write_text(text.replace("vetoes: []", twin), encoding="utf-8")

    assert [(p.check, p.severity, p.message[:10]) for p in _check(folder)] == [
        ("duplicate-rule", "error", "rule KN003")
    ]


def test_references_are_checked_before_meaning(write_rules: WriteRules) -> None:
    """A rule base with a broken reference reports that and nothing else."""
    rule_base, problems = read_rules(
        write_rules({"sources: [D0]\n    group": "sources: [X]\n    group"})
    )

    assert rule_base is not None
    assert [p.check for p in problems] == ["unknown-source"]
    assert check_rules(rule_base) == problems
