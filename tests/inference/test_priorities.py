"""Priorities given as an order."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.consultation import consult
from advisor.inference.evidence import weigh
from advisor.inference.priorities import (
    THEMES,
    draw_themes,
    prioritise,
    rank_order_centroid,
    weigh_themes,
)
from advisor.inference.robustness import draw_scores
from advisor.inference.unknowns import look_ahead
from advisor.knowledge.levels import PRIORITIES
from advisor.schema.answers import Answers
from advisor.schema.rule import RuleBase, Theme

FULL = {"a": "a2", "b": "b2", "c": "c1", "d": "d1", "e": "e1", "f": "f2"}


@pytest.fixture(scope="module")
def themed(rule_base: RuleBase) -> CompiledRules:
    """The small rule base; criterion f is about cost, e about privacy."""
    themes = {"f": "cost", "e": "privacy"}
    criteria = tuple(
        criterion.model_copy(update={"theme": themes.get(criterion.id)})
        for criterion in rule_base.criteria
    )
    return compile_rules(rule_base.model_copy(update={"criteria": criteria}))


def test_rules_and_answers_speak_of_the_same_themes() -> None:
    """What an answers file may list is what a criterion may be about."""
    assert set(PRIORITIES) == set(get_args(Theme)) == set(THEMES)


def test_rank_order_centroid_of_three() -> None:
    """The published values (Barron and Barrett 1996): 11/18, 5/18, 2/18."""
    assert rank_order_centroid(3) == pytest.approx((11 / 18, 5 / 18, 2 / 18))


def test_themes_left_out_come_last_and_share_the_rest() -> None:
    """All weights average to 1, so that an order moves weight but adds none."""
    weights = weigh_themes(("cost", "privacy"))

    assert list(weights.values()) == pytest.approx(
        [weights["effort"]] * 2
        + [weights["cost"]]
        + [weights["effort"]] * 2
        + [weights["privacy"], weights["effort"]]
    )
    assert weights["cost"] > weights["privacy"] > weights["effort"]
    assert sum(weights.values()) == pytest.approx(len(THEMES))


def test_drawn_weights_respect_the_order_and_centre_on_the_centroid() -> None:
    """Sorted Dirichlet draws have the rank-order centroid as their mean."""
    drawn = draw_themes(("latency", "cost"), 20_000, seed=0)

    assert (drawn["latency"] >= drawn["cost"]).all()
    assert (drawn["cost"] >= drawn["quality"]).all()
    assert {t: float(np.mean(v)) for t, v in drawn.items()} == pytest.approx(
        weigh_themes(("latency", "cost")), abs=0.02
    )


def test_without_priorities_nothing_changes(themed: CompiledRules) -> None:
    """Themes alone move no deciban and no draw."""
    bare = compile_rules(
        themed.rule_base.model_copy(
            update={
                "criteria": tuple(
                    c.model_copy(update={"theme": None}) for c in themed.rule_base.criteria
                )
            }
        )
    )
    answers = Answers(answers={"a": "a1", "f": "f2"})

    assert prioritise(themed, ()) is themed
    assert consult(themed, answers, is_explained=True) == consult(bare, answers, is_explained=True)


def test_rules_of_a_theme_count_as_the_order_says(themed: CompiledRules) -> None:
    """Cost first makes the rule on f count 2.6 times as much, and that on e less."""
    weights = weigh_themes(("cost",))
    plain = {rule.id: w for rule, w in zip(themed.rules, themed.weights, strict=True)}
    scaled = prioritise(themed, ("cost",))
    found = {rule.id: w for rule, w in zip(scaled.rules, scaled.weights, strict=True)}

    assert found["TT008"] == pytest.approx([weights["cost"] * w for w in plain["TT008"]], abs=1)
    assert found["TT007"] == pytest.approx([weights["privacy"] * w for w in plain["TT007"]], abs=1)
    assert found["TT002"] == plain["TT002"]


def test_rule_of_two_criteria_follows_the_first_that_has_a_theme(themed: CompiledRules) -> None:
    """TT005 reads d, a plain fact, and e, which is about privacy."""
    scaled = prioritise(themed, ("privacy",))
    position = [rule.id for rule in scaled.rules].index("TT005")
    plain = [rule.id for rule in themed.rules].index("TT005")

    assert scaled.weights[position] == pytest.approx(
        [weigh_themes(("privacy",))["privacy"] * w for w in themed.weights[plain]], abs=1
    )


def test_ledger_adds_up_under_priorities(themed: CompiledRules) -> None:
    """What is told for and against is still the whole score."""
    answers = Answers(answers=FULL, priorities=("cost", "privacy"))
    for ranked in consult(themed, answers).ranking:
        told = sum(reason.db for reason in (*ranked.reasons, *ranked.against))

        assert told == pytest.approx(ranked.score_db, abs=1e-9)


def test_vetoes_do_not_bend_to_priorities(themed: CompiledRules) -> None:
    """A constraint is not a wish."""
    codes = themed.encode({"c": "c0"})

    assert weigh(prioritise(themed, ("cost",)), codes).fired == weigh(themed, codes).fired


def test_draws_vary_the_weights_of_the_themes(themed: CompiledRules) -> None:
    """Within the order, nobody knows how much more the first is worth."""
    scaled = prioritise(themed, ("cost",))
    prospect = look_ahead(scaled, scaled.encode(FULL), seed=0)
    fixed = draw_scores(scaled, prospect, seed=0)
    drawn = draw_scores(scaled, prospect, seed=0, priorities=("cost",))

    assert drawn.values.std(axis=1).max() > fixed.values.std(axis=1).max()
    assert set(drawn.themes) == set(THEMES)
