"""`advisor recommend`: what goes to stdout, what to stderr, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from advisor.schema.recommendation import Recommendation
from advisor.vocabulary import ExitCode

CLEAR = """
answers:
  task_kind: document_qa
  failure_mode: missing_facts
  data_volatility: daily
  evidence_location: different_passages_per_request
  source_citation: mandatory
  corpus_size: thousands_of_documents
"""


def _run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["recommend", *arguments], input=given)


@pytest.fixture
def answers(tmp_path: Path) -> str:
    """An answers file."""
    path = tmp_path / "answers.yaml"
    path.write_text(CLEAR, encoding="utf-8")
    return str(path)


def test_json_is_the_recommendation_and_nothing_else(answers: str) -> None:
    """Standard output parses as exactly the published schema."""
    result = _run(answers, "--format", "json")

    assert result.exit_code == ExitCode.OK
    assert Recommendation.model_validate_json(result.stdout).leading == "rag"
    assert result.stderr == ""


def test_same_answers_give_the_same_bytes(answers: str) -> None:
    """Nothing depends on the clock or on chance."""
    once, again = (_run(answers, "--format", "json").stdout for _ in range(2))

    assert once == again


def test_dash_reads_standard_input() -> None:
    """Answers can be piped in."""
    assert json.loads(_run("-", "--format", "json", given=CLEAR).stdout)["leading"] == "rag"


def test_set_replaces_an_answer(answers: str) -> None:
    """The override reaches the recommendation."""
    result = _run(answers, "--format", "json", "--set", "running_budget=minimal")

    assert "running_budget" not in json.loads(result.stdout)["unanswered"]


@pytest.mark.parametrize(
    ("output_format", "opening"), [("markdown", "#"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_output_goes_into_the_file(
    answers: str, tmp_path: Path, output_format: str, opening: str
) -> None:
    """With -o nothing goes to standard output."""
    target = tmp_path / "out.txt"

    result = _run(answers, "--format", output_format, "-o", str(target))

    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert target.read_text(encoding="utf-8").lower().startswith(opening)


def test_terminal_report_names_the_leader(answers: str) -> None:
    """The default is for people."""
    result = _run(answers)

    assert result.exit_code == ExitCode.OK
    assert "RAG" in result.stdout


def test_no_clear_winner_with_strict_leaves_with_its_code(tmp_path: Path) -> None:
    """A script can tell that nothing was decided; without --strict it is no failure."""
    path = tmp_path / "empty.yaml"
    path.write_text("answers: {}\n", encoding="utf-8")

    strict = _run(str(path), "--strict", "--format", "json")

    assert strict.exit_code == ExitCode.NO_CLEAR_WINNER
    assert "No clear winner" in strict.stderr
    assert json.loads(strict.stdout)["recommended"] is None
    assert _run(str(path), "--format", "json").exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answers: {data_volatillity: daily}", "Did you mean 'data_volatility'?"),
        ("answers: {data_volatility: dayly}", "Did you mean 'daily'?"),
        ("answers: [", "this is not YAML"),
        ("", "the file is empty"),
    ],
)
def test_unusable_answers_are_one_sentence_and_exit_two(
    tmp_path: Path, text: str, message: str
) -> None:
    """No traceback for a user's mistake."""
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")

    result = _run(str(path))

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_answers_file_is_exit_two(tmp_path: Path) -> None:
    """And the command that writes one is named."""
    result = _run(str(tmp_path / "none.yaml"))

    assert result.exit_code == ExitCode.USAGE
    assert "advisor interview" in result.stderr


def test_unwritable_output_is_told(answers: str, tmp_path: Path) -> None:
    """The place is named, and what to do."""
    result = _run(answers, "-o", str(tmp_path / "nowhere" / "out.md"), "--format", "markdown")

    assert result.exit_code == ExitCode.USAGE
    assert "Choose another place with -o" in result.stderr


def test_project_that_nothing_fits_leaves_with_three(tmp_path: Path) -> None:
    """The result is printed all the same, and the constraints to lift are named."""
    path = tmp_path / "offline.yaml"
    path.write_text("answers: {deployment: offline, model_access: api_only}\n", encoding="utf-8")

    result = _run(str(path), "--format", "json")

    assert result.exit_code == ExitCode.NONE_FEASIBLE
    assert "Smallest sets of constraints to lift: SV904" in result.stderr
    assert json.loads(result.stdout)["recommended"] is None


def test_quiet_says_nothing_on_standard_error(answers: str, tmp_path: Path) -> None:
    """Not even where the file went."""
    target = tmp_path / "out.json"

    loud = _run(answers, "--format", "json", "-o", str(target))
    quiet = _run(answers, "--format", "json", "-o", str(target), "--quiet")

    assert str(target) in loud.stderr
    assert quiet.stderr == ""


def test_ending_of_the_output_decides_the_format(answers: str, tmp_path: Path) -> None:
    """A file called .json holds JSON, without --format."""
    path = tmp_path / "advice.json"
    _run(answers, "-o", str(path))

    assert Recommendation.model_validate_json(path.read_text(encoding="utf-8")).leading == "rag"
