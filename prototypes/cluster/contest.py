"""Race rivals on a cluster: each part of a rival is a task, each look is taken by the driver.

The rule that stops a rival is our own, `prototypes.measure.racing`, and no scheduler of Ray Tune:

- ASHA and HyperBand stop a fixed share at each rung, and the median rule whoever is below the
  median of the others, whether or not chance explains the gap. None tests a difference, so none
  has an error that a protocol could fix beforehand; ours drops an equal or better rival in at most
  1 % of trials.
- They compare a mean per trial with the means of the other trials. Ours compares the answers to
  the same samples, one by one, with those of one arm that was fixed beforehand. To hold a rival
  against the best, whichever that is, would choose by test answers.

A scheduler of Tune's that only called our rule would take its loop, its own folders and
`ray[tune]` (tensorboardX) to come to the same outcome, and would not see the run folder, where
what was answered before an interruption lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prototypes.cluster.crates import Crate, pack
from prototypes.contracts import ArmSpec
from prototypes.measurement import Conditions, warm_up
from prototypes.race_folder import Answers, Fitted
from prototypes.raced_measurement import Runner
from prototypes.racing import Race
from prototypes.referee import Referee
from prototypes.results import DroppedArm
from prototypes.run_folder import MeasuredArm, RunFolder
from prototypes.spreading import Job


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rival that was fitted on a worker: what was measured of it, and what it learnt."""

    fitted: Fitted
    learnt: Crate


class Contest:
    """One rival on the cluster: what is sent out for it, and what becomes of what comes back."""

    def __init__(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race,
        folder: RunFolder,
        put: Callable[[object], Any],
    ) -> None:
        """Take up what the run folder holds of it; `put` hands a value to the cluster."""
        self._spec, self._folder, self._put = spec, folder, put
        self._referee = Referee(spec, conditions, race=race, folder=folder)
        self._learnt: Any = None

    @property
    def progress(self) -> float:
        """How far the rival has come, from 0 to 1."""
        return self._referee.progress

    @property
    def outcome(self) -> MeasuredArm | DroppedArm | None:
        """What its race came to; None until then."""
        return self._referee.outcome

    def next_job(self) -> Job | None:
        """Return what is to be done next: fit it, or have it answer a part; None at the end."""
        if not self._referee.is_fitted:
            return Job(fit_away, (self._spec,))
        part = self._referee.next_part()
        if part is None:
            return None
        if self._learnt is None:
            self._learnt = self._put(pack(self._folder.arm_folder(self._spec.name)))
        return Job(answer_away, (self._spec, [self._learnt], part))

    def take(self, value: Prepared | Answers) -> None:
        """Keep what came back; after answers the rival is looked at."""
        if isinstance(value, Answers):
            self._referee.take_answers(value)
            return
        self._folder.keep_arm(self._spec.name, value.learnt)
        self._referee.take_fitted(value.fitted)


def fit_away(conditions: Conditions, spec: ArmSpec) -> Prepared:
    """Fit a rival on a worker and time single queries."""
    warm_up(conditions)
    with TemporaryDirectory(prefix="arm-") as scratch:
        folder = RunFolder(Path(scratch))
        fitted = Runner(spec, conditions, folder=folder).fit(lambda _: None)
        return Prepared(fitted, pack(folder.arm_folder(spec.name)))


def answer_away(
    conditions: Conditions, spec: ArmSpec, learnt: Sequence[Any], part: Sequence[int]
) -> Answers:
    """Have a fitted rival answer some of the test samples on a worker.

    Args:
        conditions: Of the trial.
        spec: The rival.
        learnt: One reference to its `Crate`, in a list, so that Ray hands it over as it is.
        part: The positions of the samples.
    """
    import ray

    warm_up(conditions)
    with TemporaryDirectory(prefix="arm-") as scratch:
        folder = RunFolder(Path(scratch))
        folder.keep_arm(spec.name, ray.get(learnt[0]))
        return Runner(spec, conditions, folder=folder).answer(part)
