"""Kleene's logic, with the truth tables that DMN's FEEL uses."""

from __future__ import annotations

import pytest

from advisor.inference.conditions import (
    clauses_of,
    criteria_of,
    evaluate_condition,
    satisfying_levels,
)
from advisor.schema.rule import AllOf, AnyOf, Leaf, RuleBase
from advisor.vocabulary import Truth

ANSWER = {"T": "1", "F": "0"}
KLEENE = [
    # left, right, and, or
    ("T", "T", "T", "T"),
    ("T", "F", "F", "T"),
    ("T", "U", "U", "T"),
    ("F", "T", "F", "T"),
    ("F", "F", "F", "F"),
    ("F", "U", "F", "U"),
    ("U", "T", "U", "T"),
    ("U", "F", "F", "U"),
    ("U", "U", "U", "U"),
]
TRUTH = {"T": Truth.TRUE, "F": Truth.FALSE, "U": Truth.UNKNOWN}


def test_leaf_is_built_by_its_yaml_name() -> None:
    """The YAML word `is` sets the field."""
    assert Leaf.model_validate({"criterion": "c", "is": "c1"}).operand == ("c1",)


@pytest.mark.parametrize(("left", "right", "both", "either"), KLEENE)
def test_and_and_or_follow_kleene(
    rule_base: RuleBase, left: str, right: str, both: str, either: str
) -> None:
    """Every pair of truth values combines as in Kleene's tables."""
    leaves = [_leaf("c"), _leaf("e")]
    answers = {
        name: f"{name}{ANSWER[value]}"
        for name, value in (("c", left), ("e", right))
        if value != "U"
    }
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}

    assert evaluate_condition(AllOf(all=leaves), answers, criteria).truth is TRUTH[both]
    assert evaluate_condition(AnyOf(any=leaves), answers, criteria).truth is TRUTH[either]


def _leaf(name: str) -> Leaf:
    return Leaf.model_validate({"criterion": name, "is": f"{name}1"})


@pytest.mark.parametrize(
    "leaf",
    [
        {"criterion": "a", "at_least": "a0"},
        {"criterion": "a", "at_most": "a2"},
        {"criterion": "a", "none_of": ["a1"]},
        {"criterion": "a", "one_of": ["a0", "a1", "a2"]},
    ],
)
def test_leaf_on_a_question_that_does_not_apply_is_false(
    rule_base: RuleBase, leaf: dict[str, object]
) -> None:
    """Not applicable never makes a rule fire, not even a negated one."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}

    reading = evaluate_condition(Leaf.model_validate(leaf), {"a": "not_applicable"}, criteria)

    assert reading == (Truth.FALSE, ())


def test_missing_names_only_what_keeps_the_condition_unknown(rule_base: RuleBase) -> None:
    """A branch that is already decided asks for nothing."""
    criteria = {criterion.id: criterion for criterion in rule_base.criteria}
    decided = AllOf(all=(_leaf("c"), _leaf("a")))
    condition = AnyOf(any=(decided, _leaf("e")))

    reading = evaluate_condition(condition, {"c": "c0"}, criteria)

    assert reading == (Truth.UNKNOWN, ("e",))


@pytest.mark.parametrize(
    ("operator", "operand", "levels"),
    [
        ("at_least", "a1", {"a1", "a2"}),
        ("at_most", "a1", {"a0", "a1"}),
        ("is", "a1", {"a1"}),
        ("one_of", ["a0", "a2"], {"a0", "a2"}),
        ("none_of", ["a0"], {"a1", "a2"}),
    ],
)
def test_operator_selects_its_levels(
    rule_base: RuleBase, operator: str, operand: object, levels: set[str]
) -> None:
    """Each operator is true on exactly these levels."""
    leaf = Leaf.model_validate({"criterion": "a", operator: operand})

    assert satisfying_levels(leaf, rule_base.criterion("a")) == levels


def test_criteria_come_in_reading_order_without_repeats() -> None:
    """The first criterion that is read is the primary one."""
    condition = AllOf(all=(_leaf("e"), AnyOf(any=(_leaf("c"), _leaf("e")))))

    assert criteria_of(condition) == ("e", "c")


def test_conjunction_of_alternatives_is_multiplied_out() -> None:
    """(c or e) and a becomes (c and a) or (e and a)."""
    condition = AllOf(all=(AnyOf(any=(_leaf("c"), _leaf("e"))), _leaf("a")))

    found = [[leaf.criterion for leaf in clause] for clause in clauses_of(condition)]

    assert found == [["c", "a"], ["e", "a"]]
