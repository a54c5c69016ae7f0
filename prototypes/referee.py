"""Follow a rival through its race: keep what it answers, look at it, say what it answers next.

Whoever fits it and has it answer, here or on a cluster, is told by the same referee when to stop;
so a race has the same outcome wherever it is run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cached_property

from prototypes.contracts import ArmSpec, Prediction
from prototypes.measure.comparisons import compare_answers, describe_pair
from prototypes.measure.groups import number_groups
from prototypes.measure.metrics import primary_metric
from prototypes.measure.racing import corrected_p, is_dropped, worse_p
from prototypes.measure.summary import collect_scores, score_predictions
from prototypes.measurement import FITTING, Conditions, Observed, summarise_arm, summarise_quality
from prototypes.race_folder import Answers, Fitted, RaceFolder
from prototypes.racing import Race
from prototypes.results import DroppedArm, SampleResult
from prototypes.run_folder import MeasuredArm, RunFolder


def find_dropped(spec: ArmSpec, race: Race, folder: RunFolder) -> DroppedArm | None:
    """Return how a rival was dropped before an interruption; None if it has to go on.

    One that was dropped while another arm stood for the claim goes on against the present one.
    """
    dropped = RaceFolder(folder, spec.name).read_dropped()
    if dropped is None or dropped.difference.against != race.claimed.result.name:
        return None
    return dropped


class Referee:
    """Follows one raced arm from its fitting to its last answer.

    Attributes:
        outcome: What the race came to; None until then.
    """

    def __init__(
        self, spec: ArmSpec, conditions: Conditions, *, race: Race, folder: RunFolder
    ) -> None:
        """Take up what the run folder holds of the arm."""
        self.outcome: MeasuredArm | DroppedArm | None = None
        self._spec, self._conditions, self._race, self._folder = spec, conditions, race, folder
        self._kept = RaceFolder(folder, spec.name)
        self._fitted = self._kept.read_fitted()
        self._left = deque(race.chunks)
        self._predictions: dict[int, Prediction] = {}
        self._seconds = 0.0

    @property
    def is_fitted(self) -> bool:
        """True once the arm is fitted and lies in the run folder."""
        return self._fitted is not None

    @property
    def progress(self) -> float:
        """How far the arm has come, from 0 to 1."""
        if not self.is_fitted:
            return 0.0
        return FITTING + (1 - FITTING) * len(self._predictions) / self._n_test

    def take_fitted(self, fitted: Fitted) -> None:
        """Keep what was measured before it answers; the arm itself is in the run folder."""
        self._kept.keep_fitted(fitted)
        self._fitted = fitted

    def next_part(self) -> tuple[int, ...] | None:
        """Return the positions of the samples to be answered next; None once there is an outcome.

        What was answered before an interruption is counted and not asked again.
        """
        while self.outcome is None:
            answers = self._kept.read_answers(self._n_then, self._ids(self._left[0]))
            if answers is None:
                return self._left[0]
            self._count(answers)
        return None

    def take_answers(self, answers: Answers) -> None:
        """Keep the answers to the part that came next, then look at them."""
        self._kept.keep_answers(self._n_then, answers)
        self._count(answers)

    @property
    def _n_then(self) -> int:
        """How many answers there will be once the next part is in."""
        return len(self._predictions) + len(self._left[0])

    @property
    def _n_test(self) -> int:
        return len(self._conditions.split.test)

    @cached_property
    def _metric(self) -> str:
        return primary_metric(self._spec.task)

    def _ids(self, part: Sequence[int]) -> list[str]:
        return [self._conditions.split.test[position].id for position in part]

    def _count(self, answers: Answers) -> None:
        part = self._left.popleft()
        self._predictions.update(zip(part, answers.predictions, strict=True))
        self._seconds += answers.seconds
        self.outcome = self._look()
        if self.outcome is None and not self._left:
            self.outcome = self._finish()

    def _look(self) -> DroppedArm | None:
        """Hold what was answered against the claimed arm; None lets it go on."""
        race = self._race.protocol
        if len(self._predictions) not in race.looks:
            return None
        own, claimed = self._score(), self._score_claimed()
        rival, against = (collect_scores(each, self._metric) for each in (own, claimed))
        p_value = corrected_p(worse_p(rival, against, number_groups(own)), race)
        if not is_dropped(p_value, race):
            return None
        dropped = self._describe(p_value, own=own, claimed=claimed)
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
        self, p_value: float, *, own: Sequence[SampleResult], claimed: Sequence[SampleResult]
    ) -> DroppedArm:
        assert self._fitted is not None
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
            latency_ms=self._fitted.latency,
            fit_seconds=self._fitted.fit_seconds,
            predict_seconds=self._seconds,
        )

    def _finish(self) -> MeasuredArm:
        """Put the answers into the order of the test samples and sum up, as for any other arm."""
        assert self._fitted is not None
        observed = Observed(
            report=self._fitted.report,
            fit_seconds=self._fitted.fit_seconds,
            latency=self._fitted.latency,
            predictions=[self._predictions[position] for position in range(self._n_test)],
            predict_seconds=max(self._seconds, 1e-9),
            size_mb=self._fitted.size_mb,
        )
        measured = summarise_arm(self._spec, self._conditions, observed)
        self._folder.keep_result(measured)
        return measured
