"""Measure a rival that is raced: it answers a part of the test samples at a time.

It is fitted, timed and scored as `prototypes.measurement` does it. Between the parts a referee
holds it against the claimed arm, and leaves it there if it is behind. Each part is kept as it ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from prototypes import runtime
from prototypes.contracts import Arm, ArmSpec, Progress
from prototypes.measure.latency import measure_latency
from prototypes.measurement import FITTING, Conditions, time_step
from prototypes.race_folder import Answers, Fitted
from prototypes.racing import Race
from prototypes.referee import Referee
from prototypes.registry import create_arm, load_arm_class
from prototypes.results import DroppedArm
from prototypes.run_folder import MeasuredArm, RunFolder


def race_arm(
    spec: ArmSpec, conditions: Conditions, *, race: Race, folder: RunFolder, progress: Progress
) -> MeasuredArm | DroppedArm:
    """Fit a rival and let it answer until it is behind, or to the end.

    What it answered before an interruption is not asked again. The figures of an arm that answers
    everything are those of the same samples as every other arm's.

    Raises:
        LaboratoryError: If the arm cannot be built from these data or models.
    """
    referee = Referee(spec, conditions, race=race, folder=folder)
    runner = Runner(spec, conditions, folder=folder)
    if not referee.is_fitted:
        referee.take_fitted(runner.fit(lambda done: progress(FITTING * done)))
    while (part := referee.next_part()) is not None:
        progress(referee.progress)
        referee.take_answers(runner.answer(part))
    progress(1.0)
    assert referee.outcome is not None
    return referee.outcome


class Runner:
    """A rival that is fitted, or found fitted in a run folder, and answers what it is asked."""

    def __init__(self, spec: ArmSpec, conditions: Conditions, *, folder: RunFolder) -> None:
        """Name the arm; nothing is fitted or read."""
        self._spec, self._conditions, self._folder = spec, conditions, folder
        self._ready: Arm | None = None

    def fit(self, progress: Progress) -> Fitted:
        """Fit the arm, time single queries, and keep it before it answers a test sample."""
        arm, conditions = create_arm(self._spec), self._conditions
        bench, seed = conditions.bench, conditions.settings.seed
        inputs = [sample.input for sample in conditions.split.test]
        runtime.seed_everything(seed)
        runtime.take_peak_gpu_gb()  # what came before, and may have failed, is not this arm's
        report, fit_seconds = time_step(
            bench,
            lambda: arm.fit(conditions.split.learning, bench, seed=seed, progress=progress),
        )
        latency = measure_latency(
            lambda text: arm.predict([text])[0],
            inputs,
            clock=bench.clock,
            before_each=lambda: progress(1.0),
        )
        size_mb = self._folder.keep_arm(self._spec.name, arm)
        self._ready = arm
        return Fitted(report=report, fit_seconds=fit_seconds, latency=latency, size_mb=size_mb)

    def answer(self, part: Sequence[int]) -> Answers:
        """Answer the test samples at some positions."""
        arm, samples = self._load(), [self._conditions.split.test[position] for position in part]
        runtime.seed_everything(self._conditions.settings.seed)
        predictions, seconds = time_step(
            self._conditions.bench, lambda: arm.predict([each.input for each in samples])
        )
        ids = [each.id for each in samples]
        return Answers(sample_ids=ids, predictions=predictions, seconds=seconds)

    def _load(self) -> Arm:
        """Return the arm, read back from its folder if it was fitted before."""
        if self._ready is None:
            folder = self._folder.intact_arm(self._spec.name)
            self._ready = load_arm_class(self._spec).load(folder, self._conditions.bench)
        return self._ready
