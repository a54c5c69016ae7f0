"""`advisor compare`: two runs side by side."""

from __future__ import annotations

from pathlib import Path

import typer

from advisor.cli.options import RULES
from advisor.cli.recheck import RecheckFormat


def compare(
    first: Path = typer.Argument(metavar="RUN", help="A run folder."),
    second: Path = typer.Argument(metavar="RUN", help="Another one."),
    output_format: RecheckFormat = typer.Option(
        RecheckFormat.TERMINAL, "--format", help="How to show the comparison."
    ),
    rules: Path | None = RULES,
) -> None:
    """Compare two runs: answers, advice, and the arms that both measured."""
    from advisor.evidence.run_comparison import NamedRun, compare_runs
    from advisor.evidence.run_files import load_run

    runs = [NamedRun(folder, load_run(folder, rules=rules)) for folder in (first, second)]
    found = compare_runs(*runs)
    if output_format is RecheckFormat.JSON:
        typer.echo(found.model_dump_json(indent=2))
        return
    from advisor.report.run_comparison import render_comparison

    typer.echo(render_comparison(found))
