"""Many claims are decided together, so that chance decides hardly any of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from advisor.evidence.claims import check_rules
from advisor.evidence.verification import Finding, RuleCheck
from advisor.schema.rule import Expectation, Leaf, Rule
from advisor.vocabulary import Grade
from prototypes.contracts import Approach
from prototypes.results import ArmResult, Comparison, ExperimentResult, TrialResult

Make = Callable[..., ArmResult]
MakeTrial = Callable[..., TrialResult]
CLAIMS = (
    ("citation", "citation_correct"),
    ("abstention", "informedness"),
    ("knowledge", "knowledge"),
    ("freshness", "right_after_change"),
    ("robustness", "quality_change"),
)
PAIRS = (("rag", "fine_tune"), ("rag", "hybrid"), ("fine_tune", "hybrid"), ("rag", "prompting"))


def rule(quantity: str, pair: tuple[str, str]) -> Rule:
    """Expect one approach to be better than another."""
    expects = {"quantity": quantity, "approach": pair[0], "better_than": [pair[1]]}
    return Rule(
        id=f"{quantity}-{'-'.join(pair)}",
        name="x",
        title="Something",
        rationale="",
        when=Leaf.model_validate({"criterion": "c", "is": "l"}),
        grade=Grade.D,
        weights={},
        experiment=quantity,
        expects=Expectation.model_validate(expects),
    )


RULES = [rule(quantity, pair) for quantity, _ in CLAIMS for pair in PAIRS]


def check(trial: TrialResult, rules: Sequence[Rule] = RULES) -> tuple[RuleCheck, ...]:
    """Hold rules, all of which were used, against a trial."""
    base: Any = SimpleNamespace(rules=rules, vetoes=[])
    used = SimpleNamespace(reasons=[SimpleNamespace(rule=one.id) for one in rules], against=[])
    used.vetoes = []
    recommendation: Any = SimpleNamespace(ranking=[used])
    return check_rules(base, recommendation, trial)


def measure(
    make_arm: Make, make_trial: MakeTrial, found: dict[tuple[str, tuple[str, str]], float]
) -> TrialResult:
    """Lay out differences whose standard error is .05."""
    reach = 1.96 * 0.05
    experiments = [
        ExperimentResult(
            experiment=quantity,
            differences=[
                Comparison(
                    arm=pair[0],
                    against=pair[1],
                    metric=metric,
                    difference=found[quantity, pair],
                    low=found[quantity, pair] - reach,
                    high=found[quantity, pair] + reach,
                    p_value=0.5,
                )
                for pair in PAIRS
                if (quantity, pair) in found
            ],
        )
        for quantity, metric in CLAIMS
    ]
    arms = [make_arm(each, input_tokens=9) for each in Approach if each is not Approach.BASELINE]
    return make_trial(arms, experiments)


def test_twenty_claims_without_truth_are_hardly_ever_decided(
    make_arm: Make, make_trial: MakeTrial
) -> None:
    """Each by itself, one of twenty would be decided in two of three trials."""
    generator = np.random.default_rng(0)
    together = alone = 0
    for _ in range(150):
        found = {
            (quantity, pair): float(generator.normal(0, 0.05))
            for quantity, _ in CLAIMS
            for pair in PAIRS
        }
        checks = check(measure(make_arm, make_trial, found))
        together += any(one.finding is not Finding.OPEN for one in checks)
        alone += any(one.finding is not Finding.OPEN or "chance" in one.because for one in checks)

    assert together / 150 <= 0.08
    assert alone / 150 > 0.5


def test_what_its_own_interval_would_decide_says_that_there_are_many(
    make_arm: Make, make_trial: MakeTrial
) -> None:
    """The interval that is shown leaves nought out, so the finding needs its reason."""
    found = {(quantity, pair): 0.0 for quantity, _ in CLAIMS for pair in PAIRS}
    found["citation", PAIRS[0]], found["citation", PAIRS[1]] = 0.11, -0.4

    checks = {one.rule: one for one in check(measure(make_arm, make_trial, found))}

    assert checks["citation-rag-hybrid"].finding is Finding.FAILS
    doubtful = checks["citation-rag-fine_tune"]
    assert doubtful.finding is Finding.OPEN and doubtful.gaps[0].low > 0
    assert doubtful.because.startswith("by itself it holds, but among 20 claims tested at once")


@pytest.mark.parametrize("n_rules", [1, 5])
def test_several_rules_that_claim_the_same_are_one_claim(
    make_arm: Make, make_trial: MakeTrial, n_rules: int
) -> None:
    """A claim does not get harder to prove by being made more often."""
    rules = [
        rule("citation", PAIRS[0]).model_copy(update={"id": f"R{number}"})
        for number in range(n_rules)
    ]
    trial = measure(make_arm, make_trial, {("citation", PAIRS[0]): 0.11})

    assert {one.finding for one in check(trial, rules)} == {Finding.HOLDS}
