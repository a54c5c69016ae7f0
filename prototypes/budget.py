"""The time a trial may take: what is left of it, and what it does not hold any more."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from prototypes.contracts import ArmSpec, Progress
from prototypes.plan import skip_arm
from prototypes.results import ExperimentResult, NotRun

ENABLE = "a larger --budget"


class BudgetSpentError(Exception):
    """The time is up while something is measured."""


class Budget:
    """Counts from the moment it is made; without seconds it holds everything."""

    def __init__(self, seconds: float | None, *, exempt: Sequence[str] = ()) -> None:
        """Begin to count.

        Args:
            seconds: What everything together may take; None for as long as it takes.
            exempt: Names of arms and experiments that it does not hold for.
        """
        self._seconds, self._exempt = seconds, frozenset(exempt)
        self._began = time.monotonic()

    def left(self, name: str) -> float:
        """Return the seconds left for an arm or an experiment."""
        if self._seconds is None or name in self._exempt:
            return math.inf
        return self._seconds - (time.monotonic() - self._began)

    def guard(self, name: str, progress: Progress) -> Progress:
        """Have every sign of progress end what goes on beyond the budget.

        Raises:
            BudgetSpentError: From the progress that is returned.
        """

        def checked(fraction: float) -> None:
            progress(fraction)
            if self.left(name) < 0:
                raise BudgetSpentError

        return checked

    def refuse_arm(self, spec: ArmSpec, seconds: float) -> NotRun | None:
        """Leave out an arm that takes longer than is left; None if it holds it."""
        why = self._lack(spec.name, seconds)
        return skip_arm(spec, why, enable=ENABLE, pending="left_out") if why else None

    def cut_arm(self, spec: ArmSpec) -> NotRun:
        """Say that the time was up before an arm was measured."""
        why = f"{self._name} was spent before it was measured"
        return skip_arm(spec, why, enable=ENABLE, pending="left_out")

    def refuse_experiment(self, name: str, seconds: float) -> ExperimentResult | None:
        """Leave out an experiment that takes longer than is left; None if it holds it."""
        why = self._lack(name, seconds)
        return _not_held(name, why) if why else None

    def cut_experiment(self, name: str) -> ExperimentResult:
        """Say that the time was up before an experiment was over."""
        return _not_held(name, f"{self._name} was spent before it was over")

    @property
    def _name(self) -> str:
        return f"the budget of {self._seconds or 0:.0f} s"

    def _lack(self, name: str, seconds: float) -> str:
        left = self.left(name)
        if seconds <= left:
            return ""
        return f"{self._name} has {max(left, 0):.0f} s left, and it takes about {seconds:.0f} s"


def _not_held(name: str, why: str) -> ExperimentResult:
    return ExperimentResult(experiment=name, untested=f"{why}; {ENABLE} with --resume holds it")
