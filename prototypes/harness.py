"""Run a trial: fit each arm, measure it on the same held-out samples, judge the claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from prototypes.announcement import plan_trial
from prototypes.assembly import assemble_bench, assemble_judge
from prototypes.budget import Budget, BudgetSpentError
from prototypes.contracts import ArmSpec, Dataset
from prototypes.corpus_files import keep_corpus
from prototypes.data.splits import split_dataset
from prototypes.errors import ClusterError, LaboratoryError, RunFolderError, is_lack_of_memory
from prototypes.estimates import Forecast, Workload
from prototypes.events import (
    ArmDropped,
    ArmFinished,
    ArmProgress,
    ArmSkipped,
    ArmStarted,
    Listener,
    TrialFinished,
)
from prototypes.experiments.battery import (
    hold_on_request,
    list_cut_off,
    require_experiments,
    run_experiments,
    share_first_places,
)
from prototypes.experiments.efforts import plan_experiments
from prototypes.experiments.material import Material
from prototypes.measure.case import Evidence
from prototypes.measure.comparisons import compare_measured
from prototypes.measure.groups import number_groups
from prototypes.measure.reservation import is_synthetic, judge_trial
from prototypes.measure.summary import collect_scores
from prototypes.measurement import Conditions, warm_up
from prototypes.plan import (
    TrialSettings,
    build_lock,
    choose_arms,
    describe_data,
    describe_protocol,
    find_unmet_need,
    skip_cut_off,
    skip_failed,
    skip_too_large,
)
from prototypes.prompt_estimates import PromptForecast
from prototypes.race_folder import was_dropped
from prototypes.racing import Race, find_race, line_up, plan_waves
from prototypes.referee import find_dropped
from prototypes.results import DroppedArm, ExperimentResult, NotRun, TrialResult
from prototypes.run_folder import MeasuredArm, RunFolder, open_run_folder
from prototypes.runtime import give_memory_back, keep_freed_memory
from prototypes.scale import scaled
from prototypes.spreading import Spreader

_DEFAULT = TrialSettings()
_LONG_FIT_SECONDS = 5.0
"""What is fitted sooner leaves little behind, and collecting takes a moment itself."""


def run_trial(
    dataset: Dataset, *, settings: TrialSettings = _DEFAULT, on_event: Listener | None = None
) -> TrialResult:
    """Build and measure the arms on the user's data, cheapest first.

    Each arm's result is on disk as soon as it ends. Ctrl-C ends the trial early, with a result
    of what is known and `interrupted` set; any other surprise is raised once that is saved.

    Args:
        dataset: What the user handed over.
        settings: How the trial is run.
        on_event: Told what happens while it happens.

    Raises:
        LaboratoryError: If the data, the encoder or the run folder cannot be used. What is
            wrong with a single arm only keeps that arm from running.
    """
    require_experiments(settings.experiments)
    keep_freed_memory()
    tell = on_event or _ignore
    with scaled(settings) as crew, open_run_folder(settings.out, resume=settings.resume) as folder:
        return _Trial(dataset, settings, folder=folder, tell=tell, spreader=crew).run()


class _Trial:
    """One trial from the split to the verdict."""

    def __init__(
        self,
        dataset: Dataset,
        settings: TrialSettings,
        *,
        folder: RunFolder,
        tell: Listener,
        spreader: Spreader,
    ) -> None:
        self._budget = Budget(settings.budget_seconds, exempt=settings.exempt)
        self._dataset, self._settings, self._folder, self._tell = dataset, settings, folder, tell
        specs = choose_arms(dataset.task, settings.arms, also=settings.also)
        self._specs = line_up(specs, settings.claim) if settings.race else specs
        self._split = split_dataset(dataset, seed=settings.seed)
        self._spreader = spreader
        bench = assemble_bench(
            settings, self._split.learning, cache_dir=folder.cache, spreader=spreader
        )
        self._lock = build_lock(settings, dataset, split=self._split, arms=self._specs, bench=bench)
        judge = assemble_judge(settings, bench, task=dataset.task, cache_dir=folder.cache)
        self._conditions = Conditions(settings, self._split, bench, judge)
        supply = bench.generator_supply
        self._forecast = Forecast(
            Workload.of(dataset, self._split),
            precision=self._lock.precision,
            prompts=PromptForecast(supply, dataset, self._split) if supply else None,
        )
        self._measured: dict[str, MeasuredArm] = {}
        self._dropped: dict[str, DroppedArm] = {}
        self._not_run: dict[str, NotRun] = {}
        self._not_held: list[ExperimentResult] = []

    def run(self) -> TrialResult:
        """Measure every arm and conclude, whatever happens."""
        self._folder.fix(self._lock)
        keep_corpus(self._folder, self._dataset)
        self._announce()
        interrupted = False
        try:
            if self._open_arms():
                warm_up(self._conditions)
            for wave in plan_waves(self._specs, self._lock.race):
                entries = {s: self._find_race(s) for s in self._open_arms() if s in wave.sent}
                self._spreader.begin(entries, self._conditions, folder=self._folder)
                for spec in wave.awaited:
                    self._settle(spec)
            self._not_held.extend(self._hold_experiments())
        except KeyboardInterrupt:
            interrupted = True
        except BaseException:
            self._folder.keep_trial(self._conclude(interrupted=True))
            raise
        result = self._conclude(interrupted=interrupted)
        self._folder.keep_trial(result)
        self._tell(TrialFinished(result))
        return result

    def _announce(self) -> None:
        conditions, forecast, lock = self._conditions, self._forecast, self._lock
        planned = plan_trial(self._open_arms(), conditions, forecast=forecast, lock=lock)
        experiments = plan_experiments(conditions, forecast, self._folder)
        self._tell(replace(planned, experiments=experiments))

    def _open_arms(self) -> list[ArmSpec]:
        """List the arms that still have to be measured and can be."""
        return [
            spec
            for spec in self._specs
            if spec.name not in (*self._measured, *self._dropped, *self._not_run)
            and self._find_unmet_need(spec) is None
            and not self._folder.has_result(spec.name)
            and not was_dropped(spec.name, self._folder)
        ]

    def _settle(self, spec: ArmSpec) -> None:
        """Take an arm's result from the folder, measure it, or record why it cannot be."""
        if self._folder.has_result(spec.name):
            resumed = spec.name not in self._spreader.delivered
            self._record(self._folder.read_arm(spec.name), resumed=resumed)
            return
        race = self._find_race(spec)
        dropped = find_dropped(spec, race, self._folder) if race else None
        if dropped is not None:
            self._drop(dropped)
            return
        seconds = self._forecast.estimate(spec)
        skipped = self._find_unmet_need(spec) or self._budget.refuse_arm(spec, seconds)
        if skipped is None:
            skipped = self._try_to_measure(spec, race)
        if skipped is not None:
            self._not_run[spec.name] = skipped
            self._tell(ArmSkipped(skipped))

    def _find_race(self, spec: ArmSpec) -> Race | None:
        n_test, seed, measured = len(self._split.test), self._settings.seed, self._measured
        return find_race(spec, self._lock.race, measured.values(), seed=seed, n_test=n_test)

    def _try_to_measure(self, spec: ArmSpec, race: Race | None) -> NotRun | None:
        try:
            measured = self._measure(spec, race)
        except (RunFolderError, ClusterError):
            raise
        except LaboratoryError as error:
            return skip_failed(spec, error)
        except BudgetSpentError:
            return self._budget.cut_arm(spec)
        except Exception as error:
            if not is_lack_of_memory(error):
                raise
            return skip_too_large(spec)
        if isinstance(measured, DroppedArm):
            self._drop(measured)
            return None
        result = measured.result
        if result.fit_seconds > _LONG_FIT_SECONDS:
            give_memory_back()
        self._forecast.learn(spec, result.fit_seconds + result.predict_seconds)
        self._record(measured)
        return None

    def _record(self, measured: MeasuredArm, *, resumed: bool = False) -> None:
        self._measured[measured.result.name] = measured
        self._tell(ArmFinished(measured.result, resumed=resumed))

    def _drop(self, dropped: DroppedArm) -> None:
        self._dropped[dropped.name] = dropped
        self._tell(ArmDropped(dropped))

    def _find_unmet_need(self, spec: ArmSpec) -> NotRun | None:
        return find_unmet_need(spec, self._split.learning, generator=self._settings.generator)

    def _measure(self, spec: ArmSpec, race: Race | None) -> MeasuredArm | DroppedArm:
        left = sum(self._forecast.estimate(each) for each in self._open_arms())
        self._tell(ArmStarted(spec, self._forecast.estimate(spec), left))

        def progress(fraction: float) -> None:
            self._tell(ArmProgress(spec.name, fraction))

        checked, folder = self._budget.guard(spec.name, progress), self._folder
        where, under = self._spreader, self._conditions
        return where.measure(spec, under, race=race, folder=folder, progress=checked)

    def _hold_experiments(self) -> Iterable[ExperimentResult]:
        """Hold what was asked for; yield what the budget does not hold."""
        return hold_on_request(
            self._collect(),
            self._conditions,
            folder=self._folder,
            budget=self._budget,
            tell=self._tell,
        )

    def _conclude(self, *, interrupted: bool) -> TrialResult:
        """Compare what was measured and judge the claim."""
        evidence, n_passages = self._gather(), len(self._conditions.bench.passages)
        material, held = self._collect(), [*self._folder.read_experiments(), *self._not_held]
        if interrupted:
            held += list_cut_off(self._settings.experiments, held)
        return TrialResult(
            task=self._dataset.task,
            primary_metric=self._lock.primary_metric,
            n_test=len(self._split.test),
            arms=list(evidence.arms),
            not_run=list(evidence.not_run),
            dropped=list(evidence.dropped),
            comparisons=list(evidence.comparisons),
            verdict=judge_trial(self._settings.claim, evidence, test=self._split.test, held=held),
            experiments=[*run_experiments(material), *held],
            first_shares={}
            if is_synthetic(self._split.test)
            else share_first_places(material, evidence.dropped),
            data=describe_data(self._dataset, self._split, n_passages=n_passages),
            protocol=describe_protocol(self._lock),
            interrupted=interrupted,
        )

    def _gather(self) -> Evidence:
        metric = self._lock.primary_metric
        samples = {name: measured.samples for name, measured in self._measured.items()}
        scores = {name: collect_scores(each, metric) for name, each in samples.items()}
        ended = (*self._measured, *self._dropped)
        pending = [spec for spec in self._specs if spec.name not in ended]
        return Evidence(
            metric=metric,
            arms=[measured.result for measured in self._measured.values()],
            scores=scores,
            comparisons=compare_measured(samples, metric, resampling=self._conditions.resampling),
            dropped=list(self._dropped.values()),
            groups=number_groups(self._split.test),
            limits=self._settings.limits,
            not_run=[self._not_run.get(spec.name) or skip_cut_off(spec) for spec in pending],
        )

    def _collect(self) -> Material:
        """Lay out every answer for the experiments."""
        return Material(
            metric=self._lock.primary_metric,
            arms=[measured.result for measured in self._measured.values()],
            samples={name: measured.samples for name, measured in self._measured.items()},
            resampling=self._conditions.resampling,
            limit_ms=self._settings.limits.latency_ms,
        )


def _ignore(_: object) -> None:
    """Listen to nothing."""
