"""`advisor demo`: the whole loop on real text that is already on this machine, offline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.interruption import resumable, this_command
from advisor.cli.measuring import conclude, exit_for, measure

if TYPE_CHECKING:
    from advisor.evidence.trials import TrialOptions
    from advisor.schema.report import Report
    from advisor.schema.rule import RuleBase
    from prototypes.contracts import Dataset


_SHARE = 0.65
"""How much of the time the first project may take: it has more to read."""

_ASKED = "python_reference"
"""The project that answers questions."""


@dataclass(frozen=True, slots=True)
class DemoProject:
    """A project of the demo: its answers, its data, and what it is in one sentence."""

    name: str
    about: str
    load: Callable[[], Dataset]
    margin: float
    """The smallest difference worth having in this project."""
    needed: tuple[str, ...]
    """Arms that run however slow the machine is: without them there would be no finding."""


def demo(
    output: Path = typer.Option(
        Path("advisor-demo"), "--output", "-o", help="Where the run folders go."
    ),
    only: str | None = typer.Option(
        None, "--only", help="One project: python_reference or api_router."
    ),
    seed: int = typer.Option(0, "--seed", help="Same seed and machine, same numbers."),
    details: bool = typer.Option(False, "--details", help="Print the whole reports."),
    budget: str = typer.Option(
        "118s", "--budget", help="Arms no finding hangs on are left out beyond this."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the verdicts only."),
) -> None:
    """Run the whole loop on two shipped projects, no questions asked."""
    from advisor.cli.durations import parse_seconds
    from advisor.errors import OutputError
    from advisor.evidence.trials import TrialOptions
    from advisor.knowledge.loader import load_rules

    start = time.monotonic()
    deadline = start + parse_seconds(budget)
    rule_base = load_rules()
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(path=output, reason=error.strerror or str(error)) from error
    projects = _chosen(only)
    with resumable(this_command()):
        reports = []
        for n_left, project in zip(range(len(projects), 0, -1), projects, strict=True):
            plan = TrialOptions(
                seed=seed,
                resume=True,
                margin=project.margin,
                exempt=project.needed,
                budget_seconds=max(1.0, (deadline - time.monotonic()) * _SHARE ** (n_left - 1)),
            )
            folder = output / project.name
            reports.append(
                _run(project, rule_base, run=folder, plan=plan, quiet=quiet, details=details)
            )
    _sum_up(reports, output, seconds=time.monotonic() - start, quiet=quiet)


def _projects() -> tuple[DemoProject, ...]:
    from prototypes.data.samples.api_summaries import load_api_summaries
    from prototypes.data.samples.python_reference import load_python_reference

    return (
        DemoProject(
            name="python_reference",
            about="answer questions from the Python language reference that ships with Python",
            load=load_python_reference,
            margin=0.05,  # what 124 test questions can resolve
            needed=("baseline", "rag", "hybrid"),
        ),
        DemoProject(
            name="api_router",
            about="route a one-line API summary to the SciPy or scikit-learn package it belongs to",
            load=load_api_summaries,
            margin=0.02,
            needed=("baseline_tfidf", "rag", "fine_tune_head", "fine_tune_full", "hybrid"),
        ),
    )


def _chosen(only: str | None) -> tuple[DemoProject, ...]:
    from advisor.errors import AdvisorError, did_you_mean

    projects = _projects()
    names = [project.name for project in projects]
    if only is not None and only not in names:
        raise AdvisorError(
            f"--only: there is no demo project {only!r}.{did_you_mean(only, names)} "
            f"Expected one of: {', '.join(names)}."
        )
    return tuple(project for project in projects if only in (None, project.name))


def _run(
    project: DemoProject,
    rule_base: RuleBase,
    *,
    run: Path,
    plan: TrialOptions,
    quiet: bool,
    details: bool,
) -> Report:
    from importlib.resources import as_file, files

    from advisor.knowledge.answers_file import load_answers

    with as_file(files("advisor.demo") / f"{project.name}.yaml") as path:
        answers = load_answers(path, rule_base)
    if not quiet:
        typer.echo(f"\n{answers.project.name}: {project.about}", err=True)
    tested = measure(answers, project.load(), rule_base, run=run, options=plan, quiet=quiet)
    report = conclude(tested, answers, rule_base, run=run, quiet=quiet or not details)
    exit_for(tested, is_strict=False)
    return report


def _sum_up(reports: list[Report], output: Path, *, seconds: float, quiet: bool) -> None:
    if quiet:
        return
    from advisor.cli.durations import in_words

    typer.echo(f"\nDone in {in_words(seconds)}. Look closer:", err=True)
    for path in sorted(output.glob("*/report.html")):
        typer.echo(f"  {path}", err=True)
    if (output / _ASKED).exists():
        typer.echo(
            f'  advisor ask {output / _ASKED} "When is the else clause of a for loop executed?"',
            err=True,
        )
    typer.echo("Your own project: advisor interview", err=True)
