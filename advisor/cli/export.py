"""`advisor export`: the arm that won as a small project of its own."""

from __future__ import annotations

import shlex
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.export.exporting import Exported


def export(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    destination: Path = typer.Argument(metavar="DIR", help="A new or an empty folder."),
    arm: str | None = typer.Option(None, "--arm", help="Another arm than the one that won."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print nothing."),
) -> None:
    """Write a small project that serves an arm without Advisor."""
    from rich.console import Console

    from advisor.cli.access import require_open_to_all
    from advisor.cli.export_progress import writing_progress
    from advisor.evidence.run_files import require_run_folder
    from advisor.export.exporting import export_arm

    require_run_folder(run)
    require_open_to_all(run)
    with writing_progress(Console(stderr=True), quiet=quiet) as show:
        exported = export_arm(run, destination, name=arm, on_progress=show)
    if not quiet:
        typer.echo(_describe(exported))


def _describe(exported: Exported) -> str:
    arm, folder = exported.arm, shlex.quote(str(exported.folder))
    metric = arm.trial.primary_metric
    remark = "".join(f"{line}\n" for line in textwrap.wrap(exported.remark, 80))
    what = (
        f"{arm.spec.name}: {arm.spec.title}; {metric} {arm.result.metrics[metric].value:.3f} on "
        f"{arm.trial.n_test:,} test samples"
    )
    return (
        f"{textwrap.fill(what, 80, break_on_hyphens=False)}\n"
        f"{exported.folder}: {exported.n_files} files, {exported.n_bytes / 1e6:.1f} MB, "
        f"{exported.n_code_lines} lines of code in service/\n{remark}\n"
        f"Install and serve it, in a virtual environment of its own:\n"
        f"  cd {folder} && pip install .\n"
        f"  serve\n"
        f"Measure it again: python reproduce.py"
    )
