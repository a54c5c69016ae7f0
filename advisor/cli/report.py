"""`advisor report`: the report of a run, in the terminal or as a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.schema.report import Report

_PLAIN_WIDTH = 80


class Format(StrEnum):
    """The renderings of a report."""

    TERMINAL = "terminal"
    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"


_BY_SUFFIX = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".json": Format.JSON,
}


def report(
    run: Path = typer.Argument(help="The run folder."),
    format: Format | None = typer.Option(
        None, "--format", help="How; without it by the ending of -o, else in the terminal."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="Where to; HTML goes to RUN/report.html without it."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Do not say where the file is."),
) -> None:
    """Show what was recommended, what was measured, and whether the advice holds."""
    from advisor.evidence.run_files import REPORT_FILE, load_run
    from advisor.report.builder import build_report

    chosen = format or _format_for(output)
    stored = load_run(run)
    built = build_report(
        stored.rule_base, stored.answers, stored.recommendation, trial=stored.trial
    )
    if chosen is Format.HTML and output is None:
        output = run / REPORT_FILE
    if output is None:
        _show(built, chosen)
    else:
        _write(output, render(built, chosen), quiet=quiet)


def render(built: Report, chosen: Format) -> str:
    """Render a report as text; the terminal's rendering is plain and 80 columns wide."""
    from advisor.report.documents import render_html, render_markdown

    if chosen is Format.JSON:
        return built.model_dump_json(indent=2) + "\n"
    if chosen is Format.TERMINAL:
        return _plain(built)
    return render_html(built) if chosen is Format.HTML else render_markdown(built)


def _format_for(output: Path | None) -> Format:
    return _BY_SUFFIX.get(output.suffix.lower(), Format.TERMINAL) if output else Format.TERMINAL


def _show(built: Report, chosen: Format) -> None:
    if chosen is not Format.TERMINAL:
        typer.echo(render(built, chosen), nl=False)
        return
    from rich.console import Console

    from advisor.report.terminal import print_report

    print_report(built, Console())


def _plain(built: Report) -> str:
    from io import StringIO

    from rich.console import Console

    from advisor.report.terminal import print_report

    stream = StringIO()
    print_report(built, Console(file=stream, width=_PLAIN_WIDTH, no_color=True))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _write(path: Path, text: str, *, quiet: bool) -> None:
    from advisor.evidence.run_files import write_text

    write_text(path, text)
    if not quiet:
        typer.echo(f"The report is in {path}", err=True)
