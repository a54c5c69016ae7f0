"""Which question comes next, and when the interview has heard enough."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from advisor.inference.compiled import CompiledRules, compile_rules
from advisor.inference.evidence import weigh
from advisor.inference.ranking import rank_approaches
from advisor.interview.planning import CERTAIN, Outlook, Planner, learn, plan_by_information
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers

PROJECTS = range(3)
"""Seeds of projects with random answers to everything."""


@pytest.fixture(scope="module")
def compiled() -> CompiledRules:
    """The shipped rules."""
    return compile_rules(load_rules())


@pytest.fixture(scope="module")
def plan(compiled: CompiledRules) -> Planner:
    """The planner of the interview."""
    return plan_by_information(compiled)


def test_first_question_is_what_the_system_does(plan: Planner) -> None:
    """Everybody can answer it, and it gives the others their meaning."""
    assert plan(Answers()).worth_asking[0] == "task_kind"


def test_answered_questions_are_not_planned_again(plan: Planner) -> None:
    """Also "I don't know" is an answer."""
    outlook = plan(Answers(answers={"task_kind": "unknown", "deployment": "edge"}))

    assert not {"task_kind", "deployment"} & {*outlook.worth_asking, *outlook.open}


def test_ruled_out_everything_ends_the_interview(plan: Planner) -> None:
    """Where no approach is left, no further question is worth the time."""
    outlook = plan(Answers(answers={"model_access": "api_with_tuning", "deployment": "offline"}))

    assert outlook.is_infeasible
    assert outlook.worth_asking == ()


@pytest.mark.parametrize("seed", PROJECTS)
def test_number_of_questions_announced_is_kept(compiled: CompiledRules, seed: int) -> None:
    """The interview never asks more than "at most" says, and the number never grows."""
    bounds = [
        n_asked + len(outlook.relevant)
        for n_asked, outlook in enumerate(_interview(compiled, _project(compiled, seed)))
    ]

    assert bounds == sorted(bounds, reverse=True)


@pytest.mark.parametrize("seed", PROJECTS)
def test_questions_left_out_do_not_change_the_answer(compiled: CompiledRules, seed: int) -> None:
    """The leader after the short interview is the leader after all thirty questions."""
    project = _project(compiled, seed)
    *_, last = _interview(compiled, project)
    ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(project)))

    assert last.open != ()
    assert last.standings[0].approach == compiled.approaches[ranking.leader]


@pytest.mark.parametrize("seed", PROJECTS)
def test_settled_is_settled_whatever_is_not_known(compiled: CompiledRules, seed: int) -> None:
    """Asked until nothing can change it, the leader stays, even if half the rest is unknown."""
    plan, project = plan_by_information(compiled, enough=CERTAIN), _project(compiled, seed)
    said: dict[str, str] = {}
    while (outlook := plan(Answers(answers=said))).worth_asking:
        said[outlook.worth_asking[0]] = project[outlook.worth_asking[0]]
    left = random.Random(seed).sample(outlook.open, len(outlook.open) // 2)
    rest = said | {name: project[name] for name in outlook.open if name not in left}
    ranking = rank_approaches(compiled, weigh(compiled, compiled.encode(rest)))

    assert outlook.is_settled
    assert outlook.standings[0].approach == compiled.approaches[ranking.leader]


def test_silence_expected_makes_the_leader_surer(compiled: CompiledRules) -> None:
    """What nobody is likely to know can hardly change the result."""
    projects = [{"task_kind": "code"}] * 30
    known = plan_by_information(compiled)(Answers(answers={"task_kind": "code"}))
    silent = plan_by_information(compiled, experience=learn(compiled, projects))(
        Answers(answers={"task_kind": "code"})
    )

    assert silent.same_decision > known.same_decision


def test_topics_are_left_less_often_than_questions_change(compiled: CompiledRules) -> None:
    """Questions of one topic tend to follow one another."""
    topics = {criterion.id: criterion.topic for criterion in compiled.criteria}
    asked = [o.worth_asking[0] for o in _interview(compiled, _project(compiled, 0))[:-1]]
    switches = sum(topics[a] != topics[b] for a, b in pairwise(asked))

    assert switches < len(asked) - 1


def _project(compiled: CompiledRules, seed: int) -> dict[str, str]:
    draw = random.Random(seed)
    return {criterion.id: draw.choice(criterion.levels).id for criterion in compiled.criteria} | {
        "deployment": "cloud_api",
        "model_access": "open_weights",
    }


def _interview(compiled: CompiledRules, project: dict[str, str]) -> list[Outlook]:
    """Answer the questions of the planner until it has none; returns what it saw each time."""
    plan, said = plan_by_information(compiled), dict[str, str]()
    outlooks = [plan(Answers())]
    while outlooks[-1].worth_asking:
        criterion = outlooks[-1].worth_asking[0]
        said[criterion] = project[criterion]
        outlooks.append(plan(Answers(answers=said)))
    return outlooks
