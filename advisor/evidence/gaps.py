"""Looks up in a trial what was measured of the arms that stand for the approaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from advisor.evidence.winner import approach_arms
from advisor.schema.rule import Expectation
from advisor.vocabulary import Approach

if TYPE_CHECKING:
    from advisor.evidence.costs import ArmCost
    from prototypes.results import ArmResult, Comparison, ExperimentResult, Measured, TrialResult


_WHATEVER_IS_ASKED = ("latency", "cost")
"""What synthetic questions measure as well as any."""

_TAIL = 0.025
"""On either side of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A measured value or difference with its 95 % interval.

    Attributes:
        arm: The arm it was measured of.
        against: The arm it was compared with; empty for a value.
        quantity: As the experiment calls it.
    """

    arm: str
    against: str
    quantity: str
    value: float
    low: float
    high: float


class Bench:
    """What was measured, by approach."""

    def __init__(
        self, trial: TrialResult, costs: Mapping[str, ArmCost], *, n_claims: int = 1
    ) -> None:
        """Choose the arm that stands for each approach.

        Args:
            trial: What was measured.
            costs: What each arm costs, by its name.
            n_claims: How many claims are tested at once.
        """
        self.trial, self.costs = trial, costs
        each = NormalDist().inv_cdf(1 - _TAIL / n_claims)
        self._widening = each / NormalDist().inv_cdf(1 - _TAIL)
        self._arms: dict[str, ArmResult] = {arm.approach: arm for arm in approach_arms(trial)}

    def name(self, approach: Approach) -> str:
        """The arm that stands for an approach; empty if there is none."""
        arm = self._arms.get(approach.value)
        return arm.name if arm else ""

    def ends(self, gap: Gap) -> tuple[float, float]:
        """Return the ends that decide: at 95 % for all claims tested at once (Bonferroni).

        Each side of an interval is widened as a normal distribution would have it.
        """
        return (
            gap.value - self._widening * (gap.value - gap.low),
            gap.value + self._widening * (gap.high - gap.value),
        )

    def experiment(self, name: str) -> ExperimentResult | None:
        """The result of an experiment; None if it is not part of this trial."""
        return next((one for one in self.trial.experiments if one.experiment == name), None)

    def find_missing(self, expects: Expectation, rival: Approach | None) -> str:
        """Say what would have to be measured first, and on what; empty if nothing."""
        if self.trial.data.n_synthetic_test and expects.quantity not in _WHATEVER_IS_ASKED:
            return "nobody asked the test questions, they were made of the documents"
        wanted = [one for one in (expects.approach, rival) if one is not None]
        if expects.quantity == "quality":
            wanted = wanted[1:]
        for approach in wanted:
            arm = self._arms.get(approach.value)
            if arm is None:
                return f"{approach.label} was not measured"
            is_prompted = approach is Approach.PROMPTING or expects.language_model
            if is_prompted and arm.input_tokens is None:
                return f"{arm.name} asks no language model, of which the rule speaks"
        return ""


def find_difference(
    differences: Iterable[Comparison], quantity: str, names: tuple[str, str]
) -> Gap | None:
    """Look up one arm minus the other, whichever way round it was computed; None if it was not."""
    for one in differences:
        if one.metric != quantity or {one.arm, one.against} != set(names):
            continue
        if (one.arm, one.against) == names:
            return Gap(*names, quantity, one.difference, one.low, one.high)
        return Gap(*names, quantity, -one.difference, -one.high, -one.low)
    return None


def find_value(measured: Iterable[Measured], quantity: str, arm: str) -> Gap | None:
    """Look up what was measured of an arm; None if nothing was."""
    for one in measured:
        if (one.quantity, one.arm) == (quantity, arm):
            return Gap(arm, "", quantity, one.value, one.low, one.high)
    return None
