"""Evidence: which rules fire and what they are worth together."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from advisor.inference.batch import weigh_batch
from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.schema.rule import Rule, RuleBase
from advisor.vocabulary import Truth

if TYPE_CHECKING:
    from conftest import Reference


def test_every_answer_scores_as_the_plain_model_says(
    compiled: CompiledRules, reference: Reference, every_answer: list[dict[str, str]]
) -> None:
    """The compiled evaluation equals the model as written down, on all 2,304 answers."""
    wrong = [
        answers
        for answers in every_answer
        if weigh(compiled, compiled.encode(answers)).scores
        != tuple(reference.scores(answers).values())
    ]

    assert wrong == []


def test_batch_equals_single_on_every_answer(
    compiled: CompiledRules, every_answer: list[dict[str, str]]
) -> None:
    """Scores and exclusions of the batch are those of single evaluations, to the last digit."""
    codes = [compiled.encode(answers) for answers in every_answer]
    batch = weigh_batch(compiled, np.asarray(codes, dtype=np.int8))

    single = [weigh(compiled, row) for row in codes]

    assert batch.scores.T.tolist() == [list(map(float, one.scores)) for one in single]
    assert batch.excluded.T.tolist() == [
        [bool(one.fired & excluder) for excluder in compiled.excluders] for one in single
    ]


def test_batch_equals_single_on_the_shipped_rules() -> None:
    """The same holds for the rules that decide, on answers drawn with unknown and n/a."""
    from advisor.knowledge.loader import load_rules

    compiled = compile_rules(load_rules())
    draw = random.Random(3)
    codes = [[draw.randrange(-2, len(masks) - 2) for masks in compiled.masks] for _ in range(500)]

    batch = weigh_batch(compiled, np.asarray(codes, dtype=np.int8))

    assert batch.scores.T.tolist() == [list(map(float, weigh(compiled, r).scores)) for r in codes]


def test_three_valued_state_follows_the_conditions(
    compiled: CompiledRules, reference: Reference, every_answer: list[dict[str, str]]
) -> None:
    """The bits of a statement say true, unknown or false exactly as its condition does."""
    for answers in every_answer:
        evidence = weigh(compiled, compiled.encode(answers))
        for statement in compiled.statements:
            bit = compiled.bit[statement.id]
            truth = reference._truth(statement.when, answers)

            assert bool(evidence.fired & bit) is (truth is Truth.TRUE)
            assert bool(evidence.open & bit) is (truth is Truth.UNKNOWN)


def test_ledger_sums_to_the_score(
    compiled: CompiledRules, every_answer: list[dict[str, str]]
) -> None:
    """Base and firings add up to the score to the unit."""
    for answers in every_answer:
        evidence = weigh(compiled, compiled.encode(answers))
        worths = [firing.worth for firing in evidence.firings]

        assert tuple(map(sum, zip(compiled.base, *worths, strict=True))) == evidence.scores


@pytest.mark.parametrize("criterion", list("abcdef"))
def test_not_applicable_adds_nothing(rule_base: RuleBase, criterion: str) -> None:
    """A question that does not apply leaves the base untouched."""
    compiled = compile_rules(rule_base)

    evidence = weigh(compiled, compiled.encode({criterion: "not_applicable"}))

    assert evidence.scores == compiled.base


def test_adding_a_constant_to_a_rule_changes_nothing(
    rule_base: RuleBase, every_answer: list[dict[str, str]], make_rule_base: Callable[..., RuleBase]
) -> None:
    """Only differences between approaches are evidence."""
    shifted = tuple(
        rule.model_copy(update={"weights": {a: w + 3.5 for a, w in rule.weights.items()}})
        for rule in rule_base.rules
    )

    assert _all_scores(make_rule_base(shifted), every_answer) == _all_scores(
        rule_base, every_answer
    )


def test_order_of_rules_changes_nothing(
    rule_base: RuleBase, every_answer: list[dict[str, str]], make_rule_base: Callable[..., RuleBase]
) -> None:
    """Reading the rules backwards gives the same scores."""
    backwards = make_rule_base(rule_base.rules[::-1], rule_base.vetoes[::-1])

    assert _all_scores(backwards, every_answer) == _all_scores(rule_base, every_answer)


def test_duplicate_in_a_fully_correlated_group_changes_nothing(
    make_rule_base: Callable[..., RuleBase],
    make_rule: Callable[..., Rule],
    every_answer: list[dict[str, str]],
) -> None:
    """With ρ = 1, saying the same thing twice is saying it once."""
    rule = make_rule("TT001", {"criterion": "b", "is": "b1"}, (4, -4, 1, -1), group="h")
    twin = rule.model_copy(update={"id": "TT002"})

    assert _all_scores(make_rule_base((rule, twin)), every_answer) == _all_scores(
        make_rule_base((rule,)), every_answer
    )


def test_one_criterion_never_speaks_louder_than_ten_decibans(
    make_rule_base: Callable[..., RuleBase], make_rule: Callable[..., Rule]
) -> None:
    """Rules on the same primary criterion are scaled to 10 db together, keeping their ratio."""
    rules = (
        make_rule("TT001", {"criterion": "b", "is": "b1"}, (12, -4, -4, -4)),
        make_rule("TT002", {"criterion": "b", "is": "b1"}, (8, -2, -4, -2)),
    )
    compiled = compile_rules(make_rule_base(rules, ()))

    evidence = weigh(compiled, compiled.encode({"b": "b1"}))
    first, second = evidence.firings

    assert evidence.scores[0] - compiled.base[0] == 10_000
    assert (first.worth[0], second.worth[0]) == (6_000, 4_000)


def test_damping_follows_the_formula(
    make_rule_base: Callable[..., RuleBase], make_rule: Callable[..., Rule]
) -> None:
    """Two fired rules of a group with ρ = .5 keep 1 / 1.5 of their weight each."""
    rules = (
        make_rule("TT001", {"criterion": "b", "is": "b1"}, (3, -3, 0, 0), group="g"),
        make_rule("TT002", {"criterion": "f", "is": "f1"}, (0, 3, -3, 0), group="g"),
    )
    compiled = compile_rules(make_rule_base(rules, ()))

    evidence = weigh(compiled, compiled.encode({"b": "b1", "f": "f1"}))

    assert [firing.worth for firing in evidence.firings] == [
        (2000, -2000, 0, 0),
        (0, 2000, -2000, 0),
    ]


def _all_scores(rule_base: RuleBase, answers: list[dict[str, str]]) -> list[tuple[int, ...]]:
    compiled = compile_rules(rule_base)
    return [weigh(compiled, compiled.encode(one)).scores for one in answers]
