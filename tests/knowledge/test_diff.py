"""Two rule bases compared: what changed, and which projects come out otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from advisor.knowledge.diff import compare_outcomes, compare_rule_bases, with_criteria_of
from advisor.knowledge.loader import load_rules
from advisor.schema.rule import RuleBase

WriteRules = Callable[..., Path]

DAILY = {"data_volatility": "daily"}


def _pair(write_rules: WriteRules, old: str, new: str) -> tuple[RuleBase, RuleBase]:
    before = load_rules(write_rules())
    return before, load_rules(write_rules({old: new}))


def test_equal_rule_bases_differ_in_nothing(write_rules: WriteRules) -> None:
    """Comments and moved lines are no change."""
    before, after = _pair(write_rules, "family: KN", "# moved\nfamily: KN")

    assert compare_rule_bases(before, after) == ()
    assert compare_outcomes(before, after, [("p", DAILY)]) == ()


def test_changed_field_is_named_with_both_values(write_rules: WriteRules) -> None:
    """What was and what is."""
    (change,) = compare_rule_bases(*_pair(write_rules, "grade: B", "grade: C"))

    assert (change.kind, change.id, change.what) == ("rule", "KN001", "grade B → C")


def test_added_and_removed_rules_are_named(write_rules: WriteRules) -> None:
    """A rule under a new id is one gone and one come."""
    changes = compare_rule_bases(*_pair(write_rules, "id: KN004", "id: KN005"))

    assert [(c.id, c.what) for c in changes] == [("KN004", "removed"), ("KN005", "added")]


def test_new_winner_is_explained_by_the_rule_that_changed(write_rules: WriteRules) -> None:
    """The decibans of KN001 are all that moved."""
    before, after = _pair(write_rules, "{rag: 6, hybrid: 3", "{rag: 3, hybrid: 6")
    (change,) = compare_outcomes(before, after, [("news", DAILY), ("none", {})])

    assert (change.project, change.before, change.after) == ("news", "rag", "hybrid")
    assert [(s.statement, s.before_db, s.after_db) for s in change.shifts] == [("KN001", -3, 3)]


def test_new_veto_is_given_as_the_reason(write_rules: WriteRules) -> None:
    """An exclusion is no matter of decibans."""
    veto = """vetoes:
  - id: KN901
    name: n
    title: T
    rationale: R
    when: {criterion: data_volatility, is: daily}
    excludes: [rag]
    grade: D
    sources: [D0]
"""
    before, after = _pair(write_rules, "vetoes: []\n", veto)
    (change,) = compare_outcomes(before, after, [("news", DAILY)])

    assert [(s.statement, s.note) for s in change.shifts] == [("KN901", "excludes now")]


def test_answer_that_only_one_side_knows_is_ignored_by_the_other(write_rules: WriteRules) -> None:
    """A question of one's own must not keep the two from being compared."""
    before, after = _pair(write_rules, "id: labeled_examples", "id: labeled_examples")
    asked = with_criteria_of(before, after)

    assert compare_outcomes(before, after, [("p", {"cloud": "never", **DAILY})]) == ()
    assert [c.id for c in asked.criteria] == [c.id for c in before.criteria]
