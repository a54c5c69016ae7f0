"""Measure a rival that is raced: it answers a part of the test samples at a time.

It is fitted, timed and scored as `prototypes.measurement` does it. Between the parts it is held
against the claimed arm, and left there if it is behind. Each part is kept as it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from prototypes import runtime
from prototypes.contracts import Arm, ArmSpec, Prediction, Progress
from prototypes.measure.comparisons import compare_answers, describe_pair
from prototypes.measure.groups import number_groups
from prototypes.measure.latency import measure_latency
from prototypes.measure.metrics import primary_metric
from prototypes.measure.racing import corrected_p, is_dropped, worse_p
from prototypes.measure.summary import collect_scores, score_predictions
from prototypes.measurement import (
    FITTING,
    Conditions,
    Observed,
    summarise_arm,
    summarise_quality,
    time_step,
)
from prototypes.race_folder import Answers, Fitted, RaceFolder
from prototypes.racing import Race
from prototypes.registry import create_arm, load_arm_class
from prototypes.results import DroppedArm, SampleResult
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
    return _Runner(spec, conditions, race=race, folder=folder, progress=progress).run()


def find_dropped(spec: ArmSpec, race: Race, folder: RunFolder) -> DroppedArm | None:
    """Return how a rival was dropped before an interruption; None if it has to go on.

    One that was dropped while another arm stood for the claim goes on against the present one.
    """
    dropped = RaceFolder(folder, spec.name).read_dropped()
    if dropped is None or dropped.difference.against != race.claimed.result.name:
        return None
    return dropped


class _Runner:
    """One raced arm from its fitting to its last answer."""

    def __init__(
        self,
        spec: ArmSpec,
        conditions: Conditions,
        *,
        race: Race,
        folder: RunFolder,
        progress: Progress,
    ) -> None:
        self._spec, self._conditions, self._race = spec, conditions, race
        self._folder, self._progress = folder, progress
        self._kept = RaceFolder(folder, spec.name)
        self._ready: Arm | None = None
        self._predictions: dict[int, Prediction] = {}
        self._seconds = 0.0

    def run(self) -> MeasuredArm | DroppedArm:
        """Answer part after part."""
        fitted = self._kept.read_fitted() or self._fit()
        for chunk in self._race.chunks:
            self._progress(FITTING + (1 - FITTING) * len(self._predictions) / self._n_test)
            self._answer(chunk)
            dropped = self._look(fitted)
            if dropped is not None:
                return dropped
        self._progress(1.0)
        return self._finish(fitted)

    @property
    def _n_test(self) -> int:
        return len(self._conditions.split.test)

    @cached_property
    def _metric(self) -> str:
        return primary_metric(self._spec.task)

    def _fit(self) -> Fitted:
        """Fit the arm, time single queries, and keep both before it answers a test sample."""
        arm, conditions = create_arm(self._spec), self._conditions
        bench, seed = conditions.bench, conditions.settings.seed
        inputs = [sample.input for sample in conditions.split.test]
        runtime.seed_everything(seed)
        report, fit_seconds = time_step(
            bench,
            lambda: arm.fit(
                conditions.split.learning,
                bench,
                seed=seed,
                progress=lambda done: self._progress(FITTING * done),
            ),
        )
        latency = measure_latency(
            lambda text: arm.predict([text])[0],
            inputs,
            clock=bench.clock,
            before_each=lambda: self._progress(FITTING),
        )
        size_mb = self._folder.keep_arm(self._spec.name, arm)
        fitted = Fitted(report=report, fit_seconds=fit_seconds, latency=latency, size_mb=size_mb)
        self._kept.keep_fitted(fitted)
        self._ready = arm
        return fitted

    def _load(self) -> Arm:
        """Return the arm, read back from its folder if it was fitted before."""
        if self._ready is None:
            folder = self._folder.intact_arm(self._spec.name)
            self._ready = load_arm_class(self._spec).load(folder, self._conditions.bench)
        return self._ready

    def _answer(self, chunk: Sequence[int]) -> None:
        """Take a part of the answers from the folder, or ask for them."""
        samples = [self._conditions.split.test[position] for position in chunk]
        ids, n_answered = [each.id for each in samples], len(self._predictions) + len(chunk)
        answers = self._kept.read_answers(n_answered, ids)
        if answers is None:
            arm = self._load()
            runtime.seed_everything(self._conditions.settings.seed)
            predictions, seconds = time_step(
                self._conditions.bench, lambda: arm.predict([each.input for each in samples])
            )
            answers = Answers(sample_ids=ids, predictions=predictions, seconds=seconds)
            self._kept.keep_answers(n_answered, answers)
        self._predictions.update(zip(chunk, answers.predictions, strict=True))
        self._seconds += answers.seconds

    def _look(self, fitted: Fitted) -> DroppedArm | None:
        """Hold what was answered against the claimed arm; None lets it go on."""
        race = self._race.protocol
        if len(self._predictions) not in race.looks:
            return None
        own, claimed = self._score(), self._score_claimed()
        rival, against = (collect_scores(each, self._metric) for each in (own, claimed))
        p_value = corrected_p(worse_p(rival, against, number_groups(own)), race)
        if not is_dropped(p_value, race):
            return None
        dropped = self._describe(fitted, p_value, own=own, claimed=claimed)
        self._kept.keep_dropped(dropped, own)
        return dropped

    def _positions(self) -> list[int]:
        """List the test samples answered so far, in the order in which they were."""
        return list(self._predictions)

    def _score(self) -> tuple[SampleResult, ...]:
        test = self._conditions.split.test
        samples = [test[position] for position in self._positions()]
        return score_predictions(self._spec.task, samples, list(self._predictions.values()))

    def _score_claimed(self) -> list[SampleResult]:
        return [self._race.claimed.samples[position] for position in self._positions()]

    def _describe(
        self,
        fitted: Fitted,
        p_value: float,
        *,
        own: Sequence[SampleResult],
        claimed: Sequence[SampleResult],
    ) -> DroppedArm:
        spec, resampling = self._spec, self._conditions.resampling
        difference = compare_answers(own, claimed, self._metric, resampling=resampling)
        pair = (spec.name, self._race.claimed.result.name)
        test = [self._conditions.split.test[position] for position in self._positions()]
        return DroppedArm(
            name=spec.name,
            approach=spec.approach,
            title=spec.title,
            n_answered=len(own),
            n_test=self._n_test,
            metrics=summarise_quality(
                own, test, list(self._predictions.values()), resampling=resampling, task=spec.task
            ),
            difference=describe_pair(difference, pair, metric=self._metric),
            corrected_p=p_value,
            latency_ms=fitted.latency,
            fit_seconds=fitted.fit_seconds,
            predict_seconds=self._seconds,
        )

    def _finish(self, fitted: Fitted) -> MeasuredArm:
        """Put the answers into the order of the test samples and sum up, as for any other arm."""
        observed = Observed(
            report=fitted.report,
            fit_seconds=fitted.fit_seconds,
            latency=fitted.latency,
            predictions=[self._predictions[position] for position in range(self._n_test)],
            predict_seconds=max(self._seconds, 1e-9),
            size_mb=fitted.size_mb,
        )
        measured = summarise_arm(self._spec, self._conditions, observed)
        self._folder.keep_result(measured)
        return measured
