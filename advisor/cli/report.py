"""`advisor report`: the report of a run, in the terminal or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import PRICES, RULES
from advisor.cli.recommend import OutputFormat, format_of, render_document, write_pdf

if TYPE_CHECKING:
    from advisor.evidence.run_files import StoredRun
    from advisor.schema.report import Report


def report(
    run: Path = typer.Argument(help="The run folder."),
    output_format: OutputFormat | None = typer.Option(
        None, "--format", help="How; left out, the ending of -o decides (.madr.md too)."
    ),
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        help="Write to this file; HTML and PDF go to RUN without it.",
    ),
    samples: bool = typer.Option(
        True, "--samples/--no-samples", help="Show the answers to the test samples (HTML, JSON)."
    ),
    rules: Path | None = RULES,
    prices: Path | None = PRICES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing on standard error."),
) -> None:
    """Show what was recommended, what was measured, and whether the advice holds."""
    from advisor.evidence.run_files import REPORT_FILE, load_run

    wanted = output_format or format_of(output)
    built = _build(load_run(run, rules=rules, prices=prices), run, samples=samples)
    if output is None and wanted in (OutputFormat.HTML, OutputFormat.PDF):
        output = (run / REPORT_FILE).with_suffix(f".{wanted}")
    if output is None:
        _show(built, wanted)
    else:
        _write(built, wanted, output=output, quiet=quiet)


def renew_report(run: Path, *, rules: Path | None = None) -> Path:
    """Write the HTML report of a run anew and return where it is.

    Args:
        run: The run folder.
        rules: The rules that were added to ours when the advice was given, if any were.

    Raises:
        RunFolderError: If the folder is incomplete.
        OutputError: If the report cannot be written.
    """
    from advisor.evidence.run_files import REPORT_FILE, load_run
    from advisor.files import write_text

    built = _build(load_run(run, rules=rules), run, samples=True)
    write_text(run / REPORT_FILE, render_document(built, OutputFormat.HTML))
    return run / REPORT_FILE


def _build(stored: StoredRun, run: Path, *, samples: bool) -> Report:
    from advisor.evidence.sample_files import load_samples
    from advisor.report.builder import build_report

    return build_report(
        stored.rule_base,
        stored.answers,
        stored.recommendation,
        trial=stored.trial,
        prices=stored.prices,
        samples=load_samples(run, stored.trial) if samples else None,
    )


def _render(built: Report, wanted: OutputFormat) -> str:
    if wanted is OutputFormat.JSON:
        return built.model_dump_json(indent=2) + "\n"
    if wanted is OutputFormat.TERMINAL:
        from advisor.report.terminal import render_plain_text

        return render_plain_text(built)
    return render_document(built, wanted)


def _show(built: Report, wanted: OutputFormat) -> None:
    if wanted is not OutputFormat.TERMINAL:
        typer.echo(_render(built, wanted), nl=False)
        return
    from rich.console import Console

    from advisor.report.terminal import print_report

    print_report(built, Console())


def _write(built: Report, wanted: OutputFormat, *, output: Path, quiet: bool) -> None:
    from advisor.files import write_text

    if wanted is OutputFormat.PDF:
        write_pdf(built, output)
    else:
        write_text(output, _render(built, wanted))
    if not quiet:
        typer.echo(f"The report is in {output}.", err=True)
