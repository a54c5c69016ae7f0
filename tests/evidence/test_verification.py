"""A rule holds, does not hold, or could not be tested; the data decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.evidence.costs import ArmCost, Band
from advisor.evidence.gaps import Bench
from advisor.evidence.verification import Finding, RuleCheck, check_statement
from advisor.knowledge.loader import load_rules
from advisor.schema.rule import Expectation, Leaf, Rule
from advisor.vocabulary import Approach as Chosen
from advisor.vocabulary import Grade
from prototypes.contracts import Approach
from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured, TrialResult

Make = Callable[..., ArmResult]
MakeTrial = Callable[..., TrialResult]


def _rule(experiment: str, expects: dict[str, object] | None) -> Rule:
    return Rule(
        id="XX001",
        name="x",
        title="Something",
        rationale="",
        when=Leaf.model_validate({"criterion": "c", "is": "l"}),
        grade=Grade.D,
        weights={},
        experiment=experiment,
        expects=Expectation.model_validate(expects) if expects else None,
    )


def _difference(metric: str, arm: str, against: str, *interval: float) -> Comparison:
    low, value, high = interval
    return Comparison(
        arm=arm, against=against, metric=metric, difference=value, low=low, high=high, p_value=0.5
    )


def _only(rule: Rule, trial: TrialResult, costs: dict[str, ArmCost] | None = None) -> RuleCheck:
    (check,) = check_statement(rule, Bench(trial, costs or {}))
    return check


@pytest.mark.parametrize(
    ("interval", "finding"),
    [
        ((0.1, 0.2, 0.3), Finding.HOLDS),
        ((-0.3, -0.2, -0.1), Finding.FAILS),
        ((-0.1, 0.05, 0.2), Finding.OPEN),
    ],
)
def test_a_comparison_is_decided_by_its_interval(
    make_arm: Make, make_trial: MakeTrial, interval: tuple[float, ...], finding: Finding
) -> None:
    """Above 0 the difference bears the rule out, below 0 it refutes it, else it says nothing."""
    rule = _rule(
        "citation", {"quantity": "citation", "approach": "rag", "better_than": ["fine_tune"]}
    )
    found = ExperimentResult(
        experiment="citation",
        differences=[_difference("citation_correct", "rag", "fine_tune", *interval)],
    )
    arms = [make_arm(Approach.RAG), make_arm(Approach.FINE_TUNE)]

    assert _only(rule, make_trial(arms, [found])).finding is finding


def test_fewer_milliseconds_are_better_whichever_way_round(
    make_arm: Make, make_trial: MakeTrial
) -> None:
    """RAG takes 3 ms more than fine-tuning, so fine-tuning answers faster."""
    rule = _rule(
        "latency_cost", {"quantity": "latency", "approach": "fine_tune", "better_than": ["rag"]}
    )
    found = ExperimentResult(
        experiment="latency_cost", differences=[_difference("mean_ms", "rag", "fine_tune", 2, 3, 4)]
    )
    arms = [make_arm(Approach.RAG), make_arm(Approach.FINE_TUNE)]

    check = _only(rule, make_trial(arms, [found]))

    assert check.finding is Finding.HOLDS
    assert (check.gaps[0].low, check.gaps[0].high) == (-4, -2)


@pytest.mark.parametrize(
    ("low", "high", "finding"),
    [(0, 0.1, Finding.HOLDS), (0.6, 0.9, Finding.FAILS), (0.3, 0.7, Finding.OPEN)],
)
def test_a_bound_is_decided_by_the_interval_of_the_share(
    make_arm: Make, make_trial: MakeTrial, low: float, high: float, finding: Finding
) -> None:
    """At most half of the answers cite a right source."""
    rule = _rule("citation", {"quantity": "citation", "approach": "fine_tune", "at_most": 0.5})
    share = Measured(
        quantity="citation_correct", arm="fine_tune", value=low, low=low, high=high, n=9
    )
    found = ExperimentResult(experiment="citation", measured=[share])

    assert _only(rule, make_trial([make_arm(Approach.FINE_TUNE)], [found])).finding is finding


@pytest.mark.parametrize(
    ("built", "gain", "finding"),
    [
        ((0.01, 0.03, 0.05), (0.05, 0.06, 0.07), Finding.HOLDS),
        ((-0.01, 0.0, 0.01), (0.05, 0.06, 0.07), Finding.FAILS),
        ((-0.01, 0.02, 0.05), (0.0, 0.01, 0.02), Finding.FAILS),
        ((-0.01, 0.02, 0.05), (0.05, 0.06, 0.07), Finding.OPEN),
        (None, (0.0, 0.01, 0.02), Finding.FAILS),
        (None, (0.05, 0.06, 0.07), Finding.OPEN),
    ],
)
def test_a_hybrid_is_decided_as_built_else_by_its_ceiling(
    make_arm: Make,
    make_trial: MakeTrial,
    built: tuple[float, ...] | None,
    gain: tuple[float, ...],
    finding: Finding,
) -> None:
    """A forecast can refute (even a perfect router gains too little), but not confirm."""
    rule = _rule(
        "hybrid_forecast", {"quantity": "quality", "approach": "hybrid", "better_than": ["rag"]}
    )
    differences = [_difference("router_gain", "oracle_router", "rag", *gain)]
    if built:
        differences.append(_difference("quality", "hybrid", "rag", *built))
    arms = [make_arm(each) for each in (Approach.RAG, Approach.FINE_TUNE)]
    arms += [make_arm(Approach.HYBRID)] if built else []
    found = ExperimentResult(experiment="hybrid_forecast", differences=differences)

    assert _only(rule, make_trial(arms, [found])).finding is finding


@pytest.mark.parametrize(
    ("interval", "finding"),
    [
        ((0.01, 0.02, 0.03), Finding.HOLDS),
        ((-0.03, -0.02, -0.01), Finding.FAILS),
        ((-0.01, 0.0, 0.01), Finding.OPEN),
    ],
)
def test_labels_are_enough_if_the_tuned_arm_is_better(
    make_arm: Make, make_trial: MakeTrial, interval: tuple[float, ...], finding: Finding
) -> None:
    """The arms as measured decide; the curve adds how many labels would do."""
    rule = _rule(
        "learning_curve", {"quantity": "labels", "approach": "fine_tune", "better_than": ["rag"]}
    )
    needed = Measured(quantity="labels_to_match", arm="rag", value=500, low=400, high=700, n=900)
    curve = ExperimentResult(experiment="learning_curve", measured=[needed])
    trial = make_trial([make_arm(Approach.RAG), make_arm(Approach.FINE_TUNE)], [curve])
    compared = _difference("correct", "fine_tune", "rag", *interval)

    check = _only(rule, trial.model_copy(update={"comparisons": [compared]}))

    assert check.finding is finding
    assert [gap.quantity for gap in check.gaps] == ["at_hand", "labels_to_match"]


def test_cost_is_compared_per_answer(make_arm: Make, make_trial: MakeTrial) -> None:
    """Two tenths of a cent against one, intervals apart: the rule does not hold."""
    rule = _rule(
        "latency_cost", {"quantity": "cost", "approach": "fine_tune", "better_than": ["rag"]}
    )
    costs = {
        "rag": ArmCost("rag", Band(0.0009, 0.001, 0.0011), 0, 0),
        "fine_tune": ArmCost("fine_tune", Band(0.0018, 0.002, 0.0022), 0, 0),
    }
    arms = [make_arm(Approach.RAG), make_arm(Approach.FINE_TUNE)]
    trial = make_trial(arms, [ExperimentResult(experiment="latency_cost")])

    check = _only(rule, trial, costs)

    assert check.finding is Finding.FAILS
    assert check.gaps[0].value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        (_rule("citation", None), "expects nothing"),
        (
            _rule("freshness", {"quantity": "citation", "approach": "rag", "at_least": 1}),
            "not held",
        ),
        (
            _rule("citation", {"quantity": "citation", "approach": "hybrid", "at_least": 1}),
            "hybrid was not measured",
        ),
        (
            _rule("citation", {"quantity": "citation", "approach": "prompting", "at_least": 1}),
            "asks no language model",
        ),
        (
            _rule("citation", {"quantity": "citation", "approach": "rag", "at_least": 1}),
            "no sources",
        ),
    ],
)
def test_what_cannot_be_tested_says_why(
    make_arm: Make, make_trial: MakeTrial, rule: Rule, because: str
) -> None:
    """A stand-in for a language model, for one, refutes nothing about language models."""
    arms = [make_arm(Approach.RAG), make_arm(Approach.PROMPTING)]
    found = ExperimentResult(experiment="citation", untested="no sources are known")

    check = _only(rule, make_trial(arms, [found]))

    assert check.finding is Finding.OPEN
    assert because in check.because


def test_every_expectation_of_our_rules_speaks_of_the_approach_it_favours() -> None:
    """What a rule expects to win is what it speaks for, among those it compares."""
    odd = [
        rule.id
        for rule in load_rules().rules
        if rule.expects is not None
        for rival in rule.expects.better_than
        if rule.weights[rule.expects.approach] <= rule.weights[rival]
    ]

    assert odd == []
    assert Chosen.RAG in {rule.expects.approach for rule in load_rules().rules if rule.expects}
