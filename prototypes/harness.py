"""Run a trial: fit each arm, measure it on the same held-out samples, judge the claim."""

from __future__ import annotations

import time
from collections.abc import Sequence

from prototypes.assembly import assemble_bench, assemble_judge
from prototypes.contracts import ArmSpec, Dataset
from prototypes.corpus_files import keep_corpus
from prototypes.data.splits import split_dataset
from prototypes.errors import ClusterError, LaboratoryError, RunFolderError
from prototypes.estimates import Forecast, Workload
from prototypes.events import (
    ArmFinished,
    ArmProgress,
    ArmSkipped,
    ArmStarted,
    Listener,
    PlannedArm,
    PlannedPrompts,
    TrialFinished,
    TrialPlanned,
)
from prototypes.experiments.battery import (
    hold_on_request,
    require_experiments,
    run_experiments,
    share_first_places,
)
from prototypes.experiments.material import Material
from prototypes.judge_estimates import plan_judge
from prototypes.measure.comparisons import compare_measured
from prototypes.measure.reservation import is_synthetic, judge_trial
from prototypes.measure.summary import collect_scores
from prototypes.measure.verdict import Evidence
from prototypes.measurement import Conditions, warm_up
from prototypes.models.generator_source import EndpointSource
from prototypes.plan import (
    TrialSettings,
    build_lock,
    choose_arms,
    describe_data,
    describe_protocol,
    find_unmet_need,
    skip_arm,
)
from prototypes.prompt_estimates import PromptForecast, count_tokens
from prototypes.results import NotRun, TrialResult
from prototypes.run_folder import MeasuredArm, RunFolder, open_run_folder
from prototypes.runtime import keep_freed_memory
from prototypes.scale import scaled
from prototypes.spreading import Spreader

_DEFAULT = TrialSettings()


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


class _BudgetSpentError(Exception):
    """The time is up while an arm is being fitted."""


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
        self._began = time.monotonic()
        self._dataset, self._settings, self._folder, self._tell = dataset, settings, folder, tell
        self._specs = choose_arms(dataset.task, settings.arms, also=settings.also)
        self._split = split_dataset(dataset, seed=settings.seed)
        self._spreader = spreader
        bench = assemble_bench(
            settings, dataset.documents, cache_dir=folder.cache, spreader=spreader
        )
        self._lock = build_lock(settings, dataset, split=self._split, arms=self._specs, bench=bench)
        judge = assemble_judge(settings, bench, task=dataset.task, cache_dir=folder.cache)
        self._conditions = Conditions(settings, self._split, bench, judge)
        supply = bench.generator_supply
        self._prompts = PromptForecast(supply, dataset, self._split) if supply else None
        self._forecast = Forecast(
            Workload.of(dataset, self._split),
            precision=self._lock.precision,
            prompts=self._prompts,
        )
        self._measured: dict[str, MeasuredArm] = {}
        self._not_run: dict[str, NotRun] = {}

    def run(self) -> TrialResult:
        """Measure every arm and conclude, whatever happens."""
        self._folder.fix(self._lock)
        keep_corpus(self._folder, self._dataset)
        self._announce()
        interrupted = False
        try:
            if self._open_arms():
                warm_up(self._conditions)
            self._spreader.begin(self._open_arms(), self._conditions, folder=self._folder)
            for spec in self._specs:
                self._settle(spec)
            hold_on_request(self._collect(), self._conditions, folder=self._folder, tell=self._tell)
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
        learning = self._split.learning
        arms = self._open_arms()
        self._tell(
            TrialPlanned(
                arms=tuple(PlannedArm(spec, self._forecast.estimate(spec)) for spec in arms),
                n_train=len(learning.train),
                n_validation=len(learning.validation),
                n_test=len(self._split.test),
                prompts=self._plan_prompts(arms),
                judge=plan_judge(self._conditions.judge, self._split.test, n_arms=len(self._specs)),
            )
        )

    def _plan_prompts(self, arms: Sequence[ArmSpec]) -> PlannedPrompts | None:
        supply = self._conditions.bench.generator_supply
        if supply is None or self._prompts is None:
            return None
        is_server = isinstance(supply.source, EndpointSource)
        return PlannedPrompts(
            generator=supply.source.name,
            n_tokens=count_tokens(arms, self._prompts),
            max_tokens=supply.options.max_tokens_total if is_server else None,
        )

    def _open_arms(self) -> list[ArmSpec]:
        """List the arms that still have to be measured and can be."""
        return [
            spec
            for spec in self._specs
            if spec.name not in self._measured
            and spec.name not in self._not_run
            and self._find_unmet_need(spec) is None
            and not self._folder.has_result(spec.name)
        ]

    def _settle(self, spec: ArmSpec) -> None:
        """Take an arm's result from the folder, measure it, or record why it cannot be."""
        if self._folder.has_result(spec.name):
            resumed = spec.name not in self._spreader.delivered
            self._record(self._folder.read_arm(spec.name), resumed=resumed)
            return
        skipped = self._find_unmet_need(spec) or self._find_lack_of_time(spec)
        if skipped is None:
            skipped = self._try_to_measure(spec)
        if skipped is not None:
            self._not_run[spec.name] = skipped
            self._tell(ArmSkipped(skipped))

    def _try_to_measure(self, spec: ArmSpec) -> NotRun | None:
        try:
            measured = self._measure(spec)
        except (RunFolderError, ClusterError):
            raise
        except LaboratoryError as error:
            return skip_arm(spec, str(error), enable=error.remedy)
        except _BudgetSpentError:
            return self._out_of_time(spec, "was spent before it was fitted")
        result = measured.result
        self._forecast.learn(spec, result.fit_seconds + result.predict_seconds)
        self._record(measured)
        return None

    def _record(self, measured: MeasuredArm, *, resumed: bool = False) -> None:
        self._measured[measured.result.name] = measured
        self._tell(ArmFinished(measured.result, resumed=resumed))

    def _find_unmet_need(self, spec: ArmSpec) -> NotRun | None:
        return find_unmet_need(spec, self._split.learning, generator=self._settings.generator)

    def _find_lack_of_time(self, spec: ArmSpec) -> NotRun | None:
        seconds, left = self._forecast.estimate(spec), self._seconds_left(spec)
        if seconds <= left:
            return None
        return self._out_of_time(
            spec, f"has {max(left, 0):.0f} s left, and it takes about {seconds:.0f} s"
        )

    def _out_of_time(self, spec: ArmSpec, what: str) -> NotRun:
        budget = self._settings.budget_seconds or 0
        return skip_arm(spec, f"the budget of {budget:.0f} s {what}", enable="a larger --budget")

    def _seconds_left(self, spec: ArmSpec) -> float:
        budget = None if spec.name in self._settings.exempt else self._settings.budget_seconds
        spent = time.monotonic() - self._began
        return float("inf") if budget is None else budget - spent

    def _measure(self, spec: ArmSpec) -> MeasuredArm:
        left = sum(self._forecast.estimate(each) for each in self._open_arms())
        self._tell(ArmStarted(spec, self._forecast.estimate(spec), left))

        def progress(fraction: float) -> None:
            self._tell(ArmProgress(spec.name, fraction))
            if self._seconds_left(spec) < 0:
                raise _BudgetSpentError

        where = self._spreader
        return where.measure(spec, self._conditions, folder=self._folder, progress=progress)

    def _conclude(self, *, interrupted: bool) -> TrialResult:
        """Compare what was measured and judge the claim."""
        evidence, n_passages = self._gather(), len(self._conditions.bench.passages)
        material = self._collect()
        return TrialResult(
            task=self._dataset.task,
            primary_metric=self._lock.primary_metric,
            n_test=len(self._split.test),
            arms=list(evidence.arms),
            not_run=list(evidence.not_run),
            comparisons=list(evidence.comparisons),
            verdict=judge_trial(self._settings.claim, evidence, test=self._split.test),
            experiments=[*run_experiments(material), *self._folder.read_experiments()],
            first_shares={} if is_synthetic(self._split.test) else share_first_places(material),
            data=describe_data(self._dataset, self._split, n_passages=n_passages),
            protocol=describe_protocol(self._lock),
            interrupted=interrupted,
        )

    def _gather(self) -> Evidence:
        metric = self._lock.primary_metric
        samples = {name: measured.samples for name, measured in self._measured.items()}
        scores = {name: collect_scores(each, metric) for name, each in samples.items()}
        pending = [spec for spec in self._specs if spec.name not in self._measured]
        return Evidence(
            metric=metric,
            arms=[measured.result for measured in self._measured.values()],
            scores=scores,
            comparisons=compare_measured(samples, metric, resampling=self._conditions.resampling),
            not_run=[self._not_run.get(spec.name) or _cut_off(spec) for spec in pending],
        )

    def _collect(self) -> Material:
        """Lay out every answer for the experiments."""
        return Material(
            metric=self._lock.primary_metric,
            arms=[measured.result for measured in self._measured.values()],
            samples={name: measured.samples for name, measured in self._measured.items()},
            resampling=self._conditions.resampling,
        )


def _cut_off(spec: ArmSpec) -> NotRun:
    return skip_arm(spec, "the trial was interrupted before it was measured", enable="--resume")


def _ignore(_: object) -> None:
    """Listen to nothing."""
