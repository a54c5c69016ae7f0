"""What is held against a decision is what was measured of the arm that stands for it."""

from __future__ import annotations

from collections.abc import Callable

from advisor.api import advise
from advisor.evidence.challenge import challenge
from advisor.schema.answers import Answers, Project
from advisor.vocabulary import Approach
from prototypes import contracts
from prototypes.results import ArmResult, TrialResult


def test_arm_that_keeps_the_limits_stands_for_the_decision(
    make_arm: Callable[..., ArmResult], make_trial: Callable[..., TrialResult]
) -> None:
    """A slower arm that is a little better on the validation samples does not, as in verdicts."""
    rag, broken = contracts.Approach.RAG, ["it is too slow"]
    slow = make_arm(rag, name="slow", validation_score=0.9, feasible=False)
    slow = slow.model_copy(update={"infeasible_because": broken})
    fast = make_arm(rag, name="fast", validation_score=0.8)
    advice = advise(Answers(project=Project(name="Help centre"), answers={}))

    found = [
        challenge(advice, Approach.RAG, trial=make_trial(arms)).broken_limits
        for arms in ([slow, fast], [slow])
    ]

    assert found == [[], broken]
