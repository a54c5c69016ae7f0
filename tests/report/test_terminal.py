"""Reports in the terminal: wide, narrow, without colour, and with brackets in them."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from advisor.report.builder import build_report
from advisor.report.terminal import print_report, render_plain_text
from advisor.schema.answers import Answers, Project
from advisor.schema.recommendation import Recommendation
from advisor.schema.report import Report
from advisor.schema.rule import RuleBase

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("width", [80, 40])
def test_terminal_report_is_as_agreed(report: Report, width: int) -> None:
    """The terminal report of the sample consultation; ADVISOR_UPDATE_GOLDEN=1 refreshes it."""
    golden = GOLDEN / f"terminal-{width}.txt"
    text = render_plain_text(report, width=width)
    if os.environ.get("ADVISOR_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("width", [120, 80, 60, 40])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    """Everything wraps but the commands, which stay whole so that they can be copied."""
    lines = render_plain_text(report, width=width).splitlines()
    too_long = [line for line in lines if len(line) > width]

    assert [line for line in too_long if not line.startswith("advisor ")] == []


@pytest.mark.parametrize("width", [80, 40])
def test_no_figure_is_lost_in_a_narrow_terminal(report: Report, width: int) -> None:
    """A table that does not fit is told row by row, with every cell."""
    assert report.trial is not None
    text = " ".join(render_plain_text(report, width=width).split())

    assert all(cell in text for row in report.trial.arms.rows for cell in row)


def test_without_colour_nothing_is_lost(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR removes the colours and only them."""
    coloured = _printed(report, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _printed(report, force_terminal=True, color_system="standard")

    assert "\x1b[32m" in coloured
    assert "\x1b[32m" not in plain
    assert "Confirmed" in plain


def test_brackets_and_escapes_are_printed_as_they_are(
    rule_base: RuleBase, recommendation: Recommendation
) -> None:
    """A project name can neither style the report nor move the cursor."""
    hostile = "[bold red]x[/bold red] [link=http://e]y \x1b[2J"
    answers = Answers(project=Project(name=hostile))

    text = _printed(build_report(rule_base, answers, recommendation), width=100)

    assert "[bold red]x[/bold red] [link=http://e]y [U+001B][2J" in text
    assert "\x1b" not in text


def _printed(report: Report, *, width: int = 80, **options: object) -> str:
    stream = StringIO()
    print_report(report, Console(file=stream, width=width, **options))  # type: ignore[arg-type]
    return stream.getvalue()
