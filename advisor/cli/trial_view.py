"""A trial as it looks in the terminal: what it will take, how far it is, what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from advisor.cli.durations import in_words
from prototypes.events import (
    ArmFinished,
    ArmProgress,
    ArmSkipped,
    ArmStarted,
    Event,
    PlannedPrompts,
    TrialFinished,
    TrialPlanned,
)
from prototypes.registry import arms_for
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
            case ArmSkipped():
                self._console.print(f"  {event.arm.name:<20} not run: {event.arm.reason}")
            case TrialFinished():
                self._progress.update(self._bar, completed=self._done, left="")

    def _plan(self, event: TrialPlanned) -> None:
        self._console.print(
            f"{event.n_train} training, {event.n_validation} validation and {event.n_test} test "
            f"samples; {len(event.arms)} arms, about {in_words(event.seconds)}"
        )
        if event.prompts is not None:
            self._console.print(_describe_prompts(event.prompts), markup=False)
            if further := _name_on_request(event):
                self._console.print(further, markup=False)
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

    def _print_arm(self, result: ArmResult, *, resumed: bool) -> None:
        metric, interval = next(iter(result.metrics.items()))
        kept = " (from before)" if resumed else ""
        self._console.print(
            f"  {result.name:<20} {metric} {interval.value:.3f} "
            f"[{interval.low:.3f}, {interval.high:.3f}]".replace("[", "\\[")
            + f"  p50 {result.latency_ms.p50:.1f} ms{kept}"
        )


def _describe_prompts(prompts: PlannedPrompts) -> str:
    """Say before anything is asked what it will take."""
    said = f"{prompts.generator}: about {prompts.n_tokens:,} tokens"
    if prompts.max_tokens is None:
        return said
    is_short = prompts.n_tokens > prompts.max_tokens
    advice = "; raise it with --max-tokens-total, or some arms cannot be run" if is_short else ""
    return f"{said}, never more than {prompts.max_tokens:,}{advice}"


def _name_on_request(event: TrialPlanned) -> str:
    """Name the arms that only run where somebody asks for them."""
    planned = {arm.spec.name for arm in event.arms}
    tasks = {arm.spec.task for arm in event.arms}
    left = [
        spec.name
        for task in tasks
        for spec in arms_for(task)
        if spec.on_request and spec.name not in planned
    ]
    return f"further arms, only with --arms: {', '.join(left)}" if left else ""


def _ignore(event: Event) -> None:
    """Draw nothing."""
