"""`advisor profile`: looks at data, answers what they decide, names what they contradict."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase


class ProfileFormat(StrEnum):
    """How a profile is shown."""

    TERMINAL = "terminal"
    JSON = "json"


def profile(
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH", help="Files, folders, zip archives, git repositories."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="Write the measured answers into this answers file."
    ),
    answers: Path | None = typer.Option(
        None, "--answers", help="What was said so far; without it, what -o holds already."
    ),
    previous: Path | None = typer.Option(
        None, "--previous", metavar="DIR", help="An earlier state of the documents."
    ),
    days_between: float | None = typer.Option(
        None, "--days-between", min=0.01, help="Days between the two states."
    ),
    column: list[str] = typer.Option(
        [], "--column", metavar="NAME=COLUMN", help="Another name for a column: text=utterance."
    ),
    output_format: ProfileFormat = typer.Option(
        ProfileFormat.TERMINAL, "--format", help="How to show the profile."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar, no remarks."),
) -> None:
    """Look at data, fill in the answers they decide, and name contradictions."""
    from rich.console import Console

    from advisor.cli.columns import read_columns
    from advisor.cli.profile_progress import reading_progress
    from advisor.cli.profile_view import print_profile
    from advisor.evidence.profile.profiling import ProfileRequest, profile_data
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules()
    stated = _load_stated(answers, output, rule_base)
    request = ProfileRequest(
        paths, previous=previous, days_between=days_between, columns=read_columns(column)
    )
    with reading_progress(Console(stderr=True, highlight=False), quiet=quiet) as on_progress:
        found = profile_data(request, rule_base, stated=stated, on_progress=on_progress)
    if output_format is ProfileFormat.JSON:
        typer.echo(found.model_dump_json(indent=2))
    else:
        print_profile(found, Console(highlight=False), is_brief=quiet)
    if output is not None:
        _save(stated.with_measured(found.measured), output, quiet=quiet)


def _load_stated(answers: Path | None, output: Path | None, rule_base: RuleBase) -> Answers:
    """Read what was said: nothing is overwritten that somebody answered."""
    from advisor.knowledge.answers_file import load_answers
    from advisor.schema.answers import Answers

    given = answers or (output if output is not None and output.exists() else None)
    return load_answers(given, rule_base) if given else Answers()


def _save(answers: Answers, output: Path, *, quiet: bool) -> None:
    from advisor.knowledge.answers_file import write_answers

    write_answers(answers, output)
    if not quiet:
        typer.echo(f"{len(answers.measured)} measured answers saved in {output}.", err=True)
        typer.echo(f"Next: advisor interview --resume {shlex.quote(str(output))}", err=True)
