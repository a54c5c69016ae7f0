"""`advisor report`: what goes to the terminal, to a file, and to standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from advisor.cli.report import report
from advisor.errors import OutputError
from advisor.evidence import run_files
from advisor.schema.answers import Answers, Project
from advisor.schema.recommendation import RankedApproach, Recommendation
from advisor.schema.rule import RuleBase
from advisor.vocabulary import Approach, Status

HEADLINE = "RAG is recommended: every other approach is ruled out."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run folder that holds a recommendation and no trial."""
    stored = run_files.StoredRun(
        answers=Answers(project=Project(name="Help centre")),
        recommendation=_recommendation(),
        trial=None,
        rule_base=_empty_rule_base(),
    )
    monkeypatch.setattr(run_files, "load_run", lambda folder, *, rules=None, prices=None: stored)
    return tmp_path


def test_terminal_is_the_default(run: Path) -> None:
    """Without options the report is printed and nothing is written."""
    result = _invoke(str(run))

    assert result.exit_code == 0
    assert HEADLINE in " ".join(result.stdout.replace("│", "").split())
    assert list(run.iterdir()) == []


def test_html_goes_into_the_run_folder(run: Path) -> None:
    """The page is put beside the trial, and only standard error says so."""
    result = _invoke(str(run), "--format", "html")

    assert f"<h1>{HEADLINE}</h1>" in (run / "report.html").read_text(encoding="utf-8")
    assert result.stdout == ""
    assert "report.html" in result.stderr


def test_quiet_says_nothing(run: Path) -> None:
    """A script that asks for silence gets it."""
    result = _invoke(str(run), "--format", "html", "--quiet")

    assert (result.stdout, result.stderr) == ("", "")


def test_json_on_standard_output_is_json(run: Path) -> None:
    """Machine-readable output is kept clean."""
    result = _invoke(str(run), "--format", "json")

    assert json.loads(result.stdout)["headline"] == HEADLINE


def test_markdown_goes_to_standard_output(run: Path) -> None:
    """Markdown is printed, ready to be piped into a pull request."""
    result = _invoke(str(run), "--format", "markdown")

    assert result.stdout.startswith("# Help centre: Recommended\n")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("r.html", "<!DOCTYPE html>"),
        ("r.md", "# Help centre"),
        ("r.madr.md", "---\nstatus: proposed\n"),
        ("r.json", "{"),
        ("r.txt", "╭─"),
    ],
)
def test_ending_of_the_file_decides_the_format(run: Path, name: str, start: str) -> None:
    """`-o report.md` needs no --format."""
    _invoke(str(run), "-o", str(run / name))

    assert (run / name).read_text(encoding="utf-8").lstrip().startswith(start)


def test_format_beats_the_ending_of_the_file(run: Path) -> None:
    """What is asked for in so many words wins."""
    _invoke(str(run), "--format", "json", "-o", str(run / "report.txt"))

    assert json.loads((run / "report.txt").read_text(encoding="utf-8"))["badge"] == "Recommended"


def test_place_that_cannot_be_written_is_named(run: Path) -> None:
    """A missing folder is a message about that folder, not a traceback."""
    result = _invoke(str(run), "-o", str(run / "missing" / "report.html"))

    assert isinstance(result.exception, OutputError)
    assert "missing" in str(result.exception)


def test_unknown_format_is_a_usage_error(run: Path) -> None:
    """A format that does not exist leaves with exit code 2."""
    assert _invoke(str(run), "--format", "docx").exit_code == 2


def _invoke(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(report)
    return CliRunner().invoke(app, list(arguments))


def _recommendation() -> Recommendation:
    rag = RankedApproach(
        approach=Approach.RAG,
        status=Status.ALLOWED,
        score_db=4.0,
        support=1.0,
        rank_acceptability=1.0,
        reasons=[],
        against=[],
    )
    return Recommendation(
        recommended=Approach.RAG,
        leading=Approach.RAG,
        ranking=[rag],
        companions=[],
        variants={},
        unanswered=[],
        flips=[],
        same_decision_probability=1.0,
        winner_distribution_method="exact",
        settled=True,
        rules_version="0123456789",
    )


def _empty_rule_base() -> RuleBase:
    return RuleBase(
        approaches=(),
        criteria=(),
        sources=(),
        groups=(),
        claims=(),
        rules=(),
        vetoes=(),
        companions=(),
        variants=(),
        version="0123456789",
    )
