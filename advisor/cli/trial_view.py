"""A trial as it looks in the terminal: what it will take, how far it is, what came out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from advisor.cli.durations import in_words
from advisor.cli.race_view import describe_dropped, describe_race
from prototypes.events import (
    ArmDropped,
    ArmFinished,
    ArmProgress,
    ArmSkipped,
    ArmStarted,
    Event,
    ExperimentEvent,
    ExperimentFinished,
    ExperimentProgress,
    ExperimentStarted,
    PlannedExperiment,
    PlannedPrompts,
    TrialFinished,
    TrialPlanned,
)
from prototypes.results import ArmResult


@contextmanager
def trial_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[Event], None]]:
    """Draw a trial's events on `console`; nothing at all if `quiet`.

    Where the cursor cannot move there is no bar, only a line per arm. The bar counts expected
    seconds, not arms, so that the time left means something.
    """
    if quiet:
        yield _ignore
        return
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(bar_width=None),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    is_still = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_still) as progress:
        yield _View(console, progress).show


class _View:
    """Turns events into a bar and a line per arm."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console, self._progress = console, progress
        self._bar: TaskID = progress.add_task("reading", total=1.0, left="")
        self._metric: str = ""
        self._done = 0.0
        self._arm_seconds = 0.0
        self._left = 0.0
        self._width = 0
        self._skipped: defaultdict[str, list[str]] = defaultdict(list)

    def show(self, event: Event) -> None:
        """Draw one event."""
        match event:
            case TrialPlanned():
                self._plan(event)
            case ArmStarted():
                self._start(event)
            case ArmProgress():
                self._advance(event.fraction)
            case ArmFinished():
                self._done += self._arm_seconds
                self._print_arm(event.result, resumed=event.resumed)
            case ArmSkipped() | ArmDropped():
                self._leave(event)
            case ExperimentStarted() | ExperimentProgress() | ExperimentFinished():
                self._show_experiment(event)
            case TrialFinished():
                self._progress.update(self._bar, completed=self._done, left="")
                self._tell_skipped()
                self._tell_left_out(event.result.protocol.on_request)

    def _leave(self, event: ArmSkipped | ArmDropped) -> None:
        """Note an arm that has no result, or tell of one that has half of one."""
        if isinstance(event, ArmSkipped):
            self._skipped[event.arm.reason].append(event.arm.name)
            return
        self._done += self._arm_seconds
        self._console.print(f"  {describe_dropped(event.arm)}", markup=False)

    def _tell_skipped(self) -> None:
        for reason, names in self._skipped.items():
            self._console.print(f"  not run: {', '.join(names)}: {reason}", markup=False)

    def _tell_left_out(self, names: list[str]) -> None:
        if names:
            self._console.print(f"  run only if named: --arms {','.join(names)}")

    def _plan(self, event: TrialPlanned) -> None:
        self._console.print(
            f"{event.n_train} training, {event.n_validation} validation and {event.n_test} test "
            f"samples; {len(event.arms)} arms, about {in_words(event.seconds)}"
        )
        for prompts in (event.prompts, event.judge):
            if prompts is not None:
                self._console.print(_describe_prompts(prompts), markup=False)
        if event.race is not None:
            self._console.print(describe_race(event.race), markup=False)
        if event.experiments:
            self._console.print(_describe_experiments(event.experiments), markup=False)
        for note in event.notes:
            self._console.print(note, markup=False)
        self._width = max((len(arm.spec.name) for arm in event.arms), default=0)
        self._progress.update(self._bar, total=max(event.seconds, 1.0))

    def _start(self, event: ArmStarted) -> None:
        self._arm_seconds, self._left = event.seconds, event.trial_seconds_left
        self._progress.update(
            self._bar,
            description=event.spec.name,
            total=self._done + event.trial_seconds_left,
            completed=self._done,
            left=f"about {in_words(event.trial_seconds_left)} left",
        )

    def _advance(self, fraction: float) -> None:
        spent = fraction * self._arm_seconds
        self._progress.update(
            self._bar,
            completed=self._done + spent,
            left=f"about {in_words(max(0.0, self._left - spent))} left",
        )

    def _show_experiment(self, event: ExperimentEvent) -> None:
        """An experiment has a bar of its own, from 0 to 1, after the last arm."""
        if isinstance(event, ExperimentFinished):
            found = event.result.untested and f"not held: {event.result.untested}"
            name = event.result.experiment.ljust(self._width)
            self._console.print(f"  {name} {found or 'held'}", markup=False)
            return
        fraction = event.fraction if isinstance(event, ExperimentProgress) else 0.0
        self._progress.update(
            self._bar, description=event.name, total=1.0, completed=fraction, left=""
        )

    def _print_arm(self, result: ArmResult, *, resumed: bool) -> None:
        metric, interval = next(iter(result.metrics.items()))
        kept = " (from before)" if resumed else ""
        self._console.print(
            f"  {result.name:<{self._width}} {metric} {interval.value:.3f} "
            f"[{interval.low:.3f}, {interval.high:.3f}]".replace("[", "\\[")
            + f"  p50 {result.latency_ms.p50:.1f} ms{kept}"
        )


def _describe_experiments(planned: Sequence[PlannedExperiment]) -> str:
    """Say what comes after the arms, and about how long each takes where that is known."""
    said = (
        one.name if one.seconds is None else f"{one.name} (about {in_words(one.seconds)})"
        for one in planned
    )
    return f"then {', '.join(said)}"


def _describe_prompts(prompts: PlannedPrompts) -> str:
    """Say before anything is asked what it will take."""
    said = f"{prompts.generator}: about {prompts.n_tokens:,} tokens"
    if prompts.max_tokens is None:
        return said
    is_short = prompts.n_tokens > prompts.max_tokens
    advice = "; raise it with --max-tokens-total, or some arms cannot be run" if is_short else ""
    return f"{said}, never more than {prompts.max_tokens:,}{advice}{_describe_cost(prompts)}"


def _describe_cost(prompts: PlannedPrompts) -> str:
    if prompts.usd is None:
        return ""
    said = f"; about {prompts.usd:,.2f} US dollars"
    if prompts.max_usd is None:
        return said
    is_short = prompts.usd > prompts.max_usd
    advice = "; raise it with --max-usd, or some arms cannot be run" if is_short else ""
    return f"{said}, never more than {prompts.max_usd:g}{advice}"


def _ignore(event: Event) -> None:
    """Draw nothing."""
