"""Robustness: the weights are as uncertain as their evidence is weak."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from advisor.inference.batch import split_wins
from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.robustness import SPREAD, draw_factors, draw_scores, triangular
from advisor.inference.smaa import rank_acceptability
from advisor.inference.unknowns import look_ahead
from advisor.schema.rule import Rule, RuleBase
from advisor.vocabulary import Grade

FULL = {"a": "a2", "b": "b2", "c": "c1", "d": "d1", "e": "e1", "f": "f2"}


@pytest.mark.parametrize("grade", list(Grade))
def test_factor_has_the_spread_and_mean_of_its_grade(grade: Grade) -> None:
    """A triangular factor stays in its range and has the mean (low + 1 + high) / 3."""
    low, high = SPREAD[grade]
    factors = triangular(np.linspace(0, 1, 100_001), grade)

    assert (factors.min(), factors.max()) == pytest.approx((low, high))
    assert factors.mean() == pytest.approx((low + 1 + high) / 3, abs=1e-4)


def test_rules_of_one_source_err_together(
    make_rule: Callable[..., Rule], make_rule_base: Callable[..., RuleBase]
) -> None:
    """Factors correlate between rules of one source and not between sources."""
    rules = tuple(
        make_rule(f"TT00{n}", {"criterion": "b", "is": "b1"}, (1, 0, 0, -1), sources=[source])
        for n, source in enumerate(("s1", "s1", "s2"))
    )
    correlation = np.corrcoef(draw_factors(compile_rules(make_rule_base(rules, ())), 0))

    assert correlation[0, 1] > 0.4
    assert abs(correlation[0, 2]) < 0.05


def test_first_ranks_agree_with_smaa_on_the_drawn_values(compiled: CompiledRules) -> None:
    """Where nothing is excluded, the shares are SMAA's first-rank acceptabilities."""
    prospect = look_ahead(compiled, compiled.encode(FULL), seed=0)
    draws = draw_scores(compiled, prospect, seed=0)

    assert draws.first_ranks == pytest.approx(rank_acceptability(draws.values.T)[:, 0])


def test_mean_of_the_draws_is_the_ledger_for_strong_evidence(
    make_rule: Callable[..., Rule], make_rule_base: Callable[..., RuleBase]
) -> None:
    """With symmetric factors of mean one, drawn scores average to the score."""
    rule = make_rule("TT001", {"criterion": "b", "is": "b1"}, (6, -2, -2, -2), grade="A")
    compiled = compile_rules(make_rule_base((rule,), ()))
    prospect = look_ahead(compiled, compiled.encode({"b": "b1"}), seed=0)

    values = draw_scores(compiled, prospect, seed=0).values

    assert values.mean(axis=1) == pytest.approx(prospect.batch.scores[:, 0], abs=20)


def test_excluded_approach_never_comes_first(compiled: CompiledRules) -> None:
    """Not even in a draw that favours it."""
    answers = {**FULL, "c": "c0"}
    prospect = look_ahead(compiled, compiled.encode(answers), seed=0)

    assert draw_scores(compiled, prospect, seed=0).first_ranks[2] == 0.0


def test_same_seed_gives_the_same_shares(compiled: CompiledRules) -> None:
    """The seed decides the draws, and another seed draws others."""
    prospect = look_ahead(compiled, compiled.encode({"a": "a1"}), seed=0)

    once, again, other = (
        draw_scores(compiled, prospect, seed=seed).first_ranks for seed in (1, 1, 2)
    )

    assert once == again
    assert once != other


def test_draws_of_a_rule_do_not_depend_on_the_other_rules(
    compiled: CompiledRules, make_rule_base: Callable[..., RuleBase], rule_base: RuleBase
) -> None:
    """Adding or removing a rule leaves the factors of all others as they were."""
    fewer = compile_rules(make_rule_base(rule_base.rules[3:]))
    kept = [compiled.rules.index(rule) for rule in fewer.rules]

    assert (draw_factors(compiled, 0)[kept] == draw_factors(fewer, 0)).all()


def test_draw_in_which_all_are_excluded_counts_for_none() -> None:
    """Minus infinity never wins, and equal values share a win."""
    values = np.array([[-np.inf, 1.0], [-np.inf, 1.0]])

    assert split_wins(values).tolist() == [[0.0, 0.5], [0.0, 0.5]]
