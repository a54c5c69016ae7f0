"""When to stop asking, and whether whole interviews end where they should."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from advisor.inference.asking import Agenda, plan_questions
from advisor.inference.batch import weigh_batch
from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import Ranking, rank_approaches
from advisor.inference.stopping import (
    ENOUGH_SAME_DECISION,
    StopReason,
    reason_to_stop,
)
from advisor.inference.unknowns import look_ahead
from advisor.knowledge.loader import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable

N_INTERVIEWS = 10_000


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"is_feasible": False}, StopReason.INFEASIBLE),
        ({"is_settled": True}, StopReason.SETTLED),
        ({"same_decision": ENOUGH_SAME_DECISION}, StopReason.SAME_DECISION),
        ({"n_worth_asking": 0}, StopReason.NOTHING_TELLS),
        ({}, None),
    ],
)
def test_each_reason_to_stop(case: dict[str, object], expected: StopReason | None) -> None:
    """Any one of them is enough, and without any the interview goes on."""
    ordinary = {"is_feasible": True, "is_settled": False, "same_decision": 0.9, "n_worth_asking": 1}

    assert reason_to_stop(**(ordinary | case)) is expected  # type: ignore[arg-type]


def _planner(compiled: CompiledRules) -> Callable[[tuple[int, ...]], tuple[Agenda, Ranking]]:
    @cache
    def plan(codes: tuple[int, ...]) -> tuple[Agenda, Ranking]:
        evidence = weigh(compiled, codes)
        ranking = rank_approaches(compiled, evidence)
        prospect = look_ahead(compiled, codes, seed=0)
        return plan_questions(compiled, evidence, ranking=ranking, prospect=prospect), ranking

    return plan


def test_ten_thousand_interviews_end_as_the_batch_says(compiled: CompiledRules) -> None:
    """Whatever is answered: if the interview calls the matter settled, the full answers agree."""
    plan, draw = _planner(compiled), random.Random(0)
    truths = [[draw.randrange(len(m) - 2) for m in compiled.masks] for _ in range(N_INTERVIEWS)]
    winners = weigh_batch(compiled, np.asarray(truths, dtype=np.int8)).winners
    wrong, n_settled = 0, 0
    for truth, winner in zip(truths, winners.T, strict=True):
        codes = [-1] * len(truth)
        while True:
            agenda, ranking = plan(tuple(codes))
            if not agenda.questions:
                break
            position = compiled.position[agenda.questions[0]]
            codes[position] = truth[position]
        if agenda.is_settled:
            n_settled += 1
            wrong += winner[ranking.leader] != 1.0

    assert (wrong, n_settled > N_INTERVIEWS / 2) == (0, True)


def test_ten_thousand_random_interviews_on_the_shipped_rules() -> None:
    """Answers in any order, some unknown or not applicable: single and batch never differ."""
    compiled = compile_rules(load_rules())
    generator = np.random.default_rng(0)
    n_codes = np.array([len(masks) for masks in compiled.masks])
    answers = generator.integers(-2, n_codes - 2, (N_INTERVIEWS, len(n_codes))).astype(np.int8)
    turns = generator.permuted(np.tile(np.arange(len(n_codes)), (N_INTERVIEWS, 1)), axis=1)
    for n_asked in (0, 7, 15, 30):
        states = np.where(turns < n_asked, answers, np.int8(-1))
        batch = weigh_batch(compiled, states)
        single = np.array([weigh(compiled, codes).scores for codes in states[:1000].tolist()])

        assert np.isfinite(batch.scores).all()
        assert (batch.scores[:, :1000].T == single).all()


def test_order_of_questions_does_not_matter(compiled: CompiledRules) -> None:
    """The same answers give the same ranking, whichever came first."""
    answers = {"a": "a1", "b": "b2", "d": "d1", "e": "e0"}
    backwards = dict(reversed(answers.items()))

    assert weigh(compiled, compiled.encode(answers)) == weigh(compiled, compiled.encode(backwards))
