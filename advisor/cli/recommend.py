"""`advisor recommend`: an answers file in, a recommendation out; no question is asked."""

from __future__ import annotations

import datetime
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.options import RULES

if TYPE_CHECKING:
    from advisor.schema.answers import Answers
    from advisor.schema.recommendation import Recommendation
    from advisor.schema.report import Report
    from advisor.schema.rule import RuleBase


FILE_WIDTH = 100
"""Columns of a terminal report that goes into a file."""


class OutputFormat(StrEnum):
    """How a recommendation is shown."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    MADR = "madr"
    PDF = "pdf"


_RECORD_SUFFIX = ".madr.md"
_BY_SUFFIX = {
    ".html": OutputFormat.HTML,
    ".htm": OutputFormat.HTML,
    ".md": OutputFormat.MARKDOWN,
    ".json": OutputFormat.JSON,
    ".pdf": OutputFormat.PDF,
    ".txt": OutputFormat.TERMINAL,
    "": OutputFormat.TERMINAL,
}


def format_of(output: Path | None) -> OutputFormat:
    """Tell the format by the ending of a file; without one it is text for a terminal.

    Raises:
        typer.BadParameter: If no format goes with the ending.
    """
    if output and output.name.lower().endswith(_RECORD_SUFFIX):
        return OutputFormat.MADR
    suffix = output.suffix.lower() if output else ""
    if suffix not in _BY_SUFFIX:
        known = ", ".join(filter(None, _BY_SUFFIX))
        raise typer.BadParameter(
            f"No format goes with the ending of {output}; expected {known} or {_RECORD_SUFFIX}. "
            "Rename the file, or say with --format what it is to hold."
        )
    return _BY_SUFFIX[suffix]


def recommend(
    answers: Path = typer.Argument(..., help="An answers file; - reads standard input."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="ID=LEVEL", help="Replace one answer; may be repeated."
    ),
    output_format: OutputFormat | None = typer.Option(
        None, "--format", help="How; left out, the ending of -o decides (.madr.md too)."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="Write to this file instead of standard output."
    ),
    strict: bool = typer.Option(
        False, "--strict", help="Leave with exit code 4 when there is no clear winner."
    ),
    rules: Path | None = RULES,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing on standard error."),
) -> None:
    """Recommend an approach from an answers file."""
    from advisor.api import advise
    from advisor.knowledge.answers_file import apply_overrides, load_answers
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    given = apply_overrides(load_answers(answers, rule_base), overrides, rule_base)
    recommendation = advise(given, rule_base)
    wanted = output_format or format_of(output)
    show(rule_base, given, recommendation, output_format=wanted, output=output)
    if output is not None and not quiet:
        typer.echo(f"Written to {output}.", err=True)
    _leave(recommendation, is_strict=strict, is_quiet=quiet)


def show(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    *,
    output_format: OutputFormat,
    output: Path | None,
) -> None:
    """Render a recommendation to a file or to standard output.

    Raises:
        OutputError: If the file cannot be written.
    """
    if output_format is OutputFormat.JSON:
        _write(recommendation.model_dump_json(indent=2) + "\n", output)
        return
    from advisor.report.builder import build_report

    if output_format is OutputFormat.TERMINAL:
        _print(build_report(rule_base, answers, recommendation), output)
        return
    from advisor.knowledge.case_library import load_case_library

    report = build_report(rule_base, answers, recommendation, library=load_case_library())
    if output_format is OutputFormat.PDF:
        write_pdf(report, output)
        return
    _write(render_document(report, output_format), output)


def write_pdf(report: Report, output: Path | None) -> None:
    """Print a report into a file.

    Raises:
        NoBrowserError: If no browser can print it.
        OutputError: If the file cannot be written.
    """
    from advisor.files import write_bytes
    from advisor.report.documents import render_html
    from advisor.report.printing import print_pdf

    if output is None:
        raise typer.BadParameter("A PDF goes into a file: name it with -o FILE.pdf.")
    write_bytes(output, print_pdf(render_html(report)))


def render_document(report: Report, output_format: OutputFormat) -> str:
    """Render a report as HTML, as Markdown, or as a decision record of today."""
    from advisor.report.documents import render_decision_record, render_html, render_markdown

    if output_format is OutputFormat.MADR:
        today = datetime.datetime.now(tz=datetime.UTC).date()
        return render_decision_record(report, date=today)
    return render_html(report) if output_format is OutputFormat.HTML else render_markdown(report)


def _print(report: Report, output: Path | None) -> None:
    from rich.console import Console

    from advisor.report.terminal import print_report

    if output is None:
        print_report(report, Console())
        return
    text = StringIO()
    print_report(report, Console(file=text, width=FILE_WIDTH))
    _write(text.getvalue(), output)


def _write(text: str, output: Path | None) -> None:
    from advisor.files import write_text

    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)


def _leave(recommendation: Recommendation, *, is_strict: bool, is_quiet: bool) -> None:
    """Leave with the exit code that says what came out."""
    from advisor.vocabulary import ExitCode, Status

    is_infeasible = all(r.status is Status.EXCLUDED for r in recommendation.ranking)
    if is_infeasible:
        code = ExitCode.NONE_FEASIBLE
    elif is_strict and recommendation.recommended is None:
        code = ExitCode.NO_CLEAR_WINNER
    else:
        return
    if not is_quiet:
        typer.echo(f"advisor: {recommendation.abstention}", err=True)
    raise typer.Exit(code)
