"""Rules held against the user's own data: rule, claim, measured, holds or not.

A rule that can be tested names an experiment and what it expects of it (`expects:` in its file).
The experiments are part of every trial; here their results are read, nothing is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from advisor.evidence.gaps import Bench, Gap, find_difference, find_value
from advisor.schema.rule import Expectation, Statement
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult


class Finding(StrEnum):
    """What the data say about a rule."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "could not be tested here"


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One rule held against the data.

    Attributes:
        rule: The rule's id.
        title: What the rule found in the answers.
        experiment: What tested it, or would.
        expects: What it expects; None if it expects nothing that can be measured.
        rival: The approach it was compared with, where it compares.
        finding: What came out.
        gaps: What was measured, what decides first.
        because: Why it came out so, in a phrase; empty if the figures say so.
    """

    rule: str
    title: str
    experiment: str
    finding: Finding
    expects: Expectation | None = None
    rival: Approach | None = None
    gaps: tuple[Gap, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class _Decision:
    finding: Finding
    gaps: tuple[Gap, ...] = ()
    because: str = ""


_DIFFERENCES: Final = {
    "latency": ("mean_ms", False),
    "citation": ("citation_correct", True),
    "abstention": ("informedness", True),
    "freshness": ("right_after_change", True),
    "robustness": ("quality_change", True),
    "knowledge": ("knowledge", True),
}
"""Which difference tells about a quantity, and whether more is better."""

_VALUES: Final = {
    "latency": "p95_ms",
    "citation": "citation_correct",
    "abstention": "abstention_correct",
    "compression": "quality_lost_int8",
    "distillation": "quality_lost_distilled",
}

_BUILT_ANEW: Final = ("freshness", "robustness", "compression", "distillation")
"""Measured of systems that the experiment builds itself, called after their approaches."""

_ON_REQUEST: Final = ("freshness", "noise", "compression")

_TOO_FEW = "the interval reaches to both sides; more samples or queries would tell"


def check_statement(statement: Statement, bench: Bench) -> Iterator[RuleCheck]:
    """Hold one rule against the data, once for each approach it compares with."""
    expects = statement.expects
    for rival in (expects.better_than or (None,)) if expects else (None,):
        decision = _decide(statement, expects, rival, bench=bench)
        yield RuleCheck(
            rule=statement.id,
            title=statement.title,
            experiment=statement.experiment,
            expects=expects,
            rival=rival,
            finding=decision.finding,
            gaps=decision.gaps,
            because=decision.because,
        )


def _decide(
    statement: Statement, expects: Expectation | None, rival: Approach | None, *, bench: Bench
) -> _Decision:
    if expects is None:
        return _open("it expects nothing that a trial of these data measures")
    is_own = expects.quantity in _BUILT_ANEW
    if not is_own and (missing := bench.find_missing(expects, rival)):
        return _open(missing)
    if expects.quantity == "labels":
        return _decide_labels(bench, expects.approach, rival or Approach.RAG)
    result = bench.experiment(statement.experiment)
    if result is None:
        return _open(_say_not_held(statement.experiment))
    return _decide_by(result, expects, rival, bench=bench)


def _decide_by(
    result: ExperimentResult, expects: Expectation, rival: Approach | None, *, bench: Bench
) -> _Decision:
    if expects.quantity == "quality":
        return _decide_quality(bench, expects.approach, rival or Approach.RAG, result=result)
    if expects.quantity == "cost":
        return _decide_cost(bench, expects.approach, rival or Approach.PROMPTING)
    if result.untested:
        return _open(result.untested)
    if rival is None:
        return _decide_value(bench, expects, result)
    return _decide_difference(bench, expects, rival, result=result)


def _decide_difference(
    bench: Bench, expects: Expectation, rival: Approach, *, result: ExperimentResult
) -> _Decision:
    quantity, is_more_better = _DIFFERENCES[expects.quantity]
    names = _name(bench, expects, expects.approach), _name(bench, expects, rival)
    gap = find_difference(result.differences, quantity, names)
    if gap is None:
        return _open("there is no test sample on which both can be compared")
    low, high = bench.ends(gap)
    if not is_more_better:
        low, high = -high, -low
    if low > 0:
        return _Decision(Finding.HOLDS, (gap,))
    if high <= 0 and (low, high) != (0, 0):
        return _Decision(Finding.FAILS, (gap,))
    return _Decision(Finding.OPEN, (gap,), _TOO_FEW)


def _decide_value(bench: Bench, expects: Expectation, result: ExperimentResult) -> _Decision:
    name = _name(bench, expects, expects.approach)
    gap = find_value(result.measured, _VALUES[expects.quantity], name)
    if gap is None and expects.quantity in _BUILT_ANEW:
        return _open("the experiment does not measure it on these data")
    if gap is None:
        return _open("there is no test sample on which it can be measured")
    at_least, at_most = expects.at_least, expects.at_most
    low, high = bench.ends(gap)
    is_met = (at_least is None or low >= at_least) and (at_most is None or high <= at_most)
    is_missed = (at_least is not None and high < at_least) or (
        at_most is not None and low > at_most
    )
    if is_met or is_missed:
        return _Decision(Finding.HOLDS if is_met else Finding.FAILS, (gap,))
    return _Decision(Finding.OPEN, (gap,), _TOO_FEW)


def _say_not_held(experiment: str) -> str:
    if experiment in _ON_REQUEST:
        return f"the experiment was not held; --experiments {experiment} holds it"
    return "the experiment was not held"


def _name(bench: Bench, expects: Expectation, approach: Approach) -> str:
    """Name what was measured of an approach: the arm that stands for it, or a system of its own."""
    return approach.value if expects.quantity in _BUILT_ANEW else bench.name(approach)


def _decide_quality(
    bench: Bench, approach: Approach, rival: Approach, *, result: ExperimentResult
) -> _Decision:
    """Decide by what was built, else by what a perfect choice between the parents could gain."""
    margin, against = bench.trial.protocol.margin, bench.name(rival)
    built = find_difference(result.differences, "quality", (bench.name(approach), against))
    gain = find_difference(result.differences, "router_gain", ("oracle_router", against))
    overlap = find_value(result.measured, "error_overlap", "oracle_router")
    decisive = [gap for gap in (built, gain) if gap is not None]
    gaps = tuple(gap for gap in (built, gain, overlap) if gap is not None)
    if built is not None and bench.ends(built)[0] > 0:
        return _Decision(Finding.HOLDS, gaps)
    if any(bench.ends(gap)[1] <= margin for gap in decisive):
        worth = f"no more than the {100 * margin:g} points worth having"
        return _Decision(Finding.FAILS, gaps, worth)
    if not decisive:
        return _open(result.untested or "no hybrid was measured")
    return _Decision(Finding.OPEN, gaps, _TOO_FEW if built else "no hybrid was built")


def _decide_labels(bench: Bench, approach: Approach, rival: Approach) -> _Decision:
    """Decide by the arms as measured, which learnt from all labels at hand.

    A learning curve, if one was drawn, says how many labels would do; it does not decide, since
    it is that of the smallest form of fine-tuning.
    """
    trial, names = bench.trial, (bench.name(approach), bench.name(rival))
    measured = find_difference(trial.comparisons, trial.primary_metric, names)
    if measured is None:
        return _open("the two were not compared")
    curve = bench.experiment("learning_curve")
    needed = find_value(curve.measured, "labels_to_match", names[1]) if curve else None
    gap = replace(measured, quantity="at_hand")
    gaps = (gap, needed) if needed else (gap,)
    low, high = bench.ends(gap)
    if low > 0 or high < 0:
        return _Decision(Finding.HOLDS if low > 0 else Finding.FAILS, gaps)
    return _Decision(Finding.OPEN, gaps, _TOO_FEW)


def _decide_cost(bench: Bench, approach: Approach, rival: Approach) -> _Decision:
    first, second = (bench.costs.get(bench.name(each)) for each in (approach, rival))
    if first is None or second is None:
        return _open("one of the two has no price")
    one, two = first.answer, second.answer
    gap = Gap(
        arm=first.arm,
        against=second.arm,
        quantity="usd_per_1000",
        value=1000 * (one.value - two.value),
        low=1000 * (one.low - two.high),
        high=1000 * (one.high - two.low),
    )
    low, high = bench.ends(gap)
    finding = Finding.HOLDS if high < 0 else Finding.FAILS if low > 0 else Finding.OPEN
    return _Decision(finding, (gap,), _TOO_FEW if finding is Finding.OPEN else "")


def _open(because: str) -> _Decision:
    return _Decision(Finding.OPEN, because=because)
