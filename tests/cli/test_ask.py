"""`advisor ask`: the arm that won answers, with its sources; a broken run folder is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the two cheapest arms and one that cites."""
    desk = tmp_path_factory.mktemp("desk")
    answers, data, run = desk / "answers.yaml", desk / "data.csv", desk / "run"
    answers.write_text("answers: {task_kind: classification}\n")
    things = [f"{how} {what}" for how in ("old", "new") for what in ("lamp", "book", "shoe", "cup")]
    rows = [f"{verb} the {thing},{verb}\n" for verb in ("buy", "sell") for thing in things]
    data.write_text("text,label\n" + "".join(rows))
    done = _advisor(
        *("prototype", str(answers), "--data", str(data), "-o", str(run)),
        *("--arms", "baseline,rag", "--quiet"),
    )
    assert done.exit_code == 0
    return run


@pytest.fixture
def run(measured: Path, tmp_path: Path) -> Path:
    """A copy of the run that may be broken."""
    return Path(shutil.copytree(measured, tmp_path / "run"))


def test_answer_is_alone_on_standard_output(run: Path) -> None:
    """Label and sources are the result; the time it took is a message."""
    result = _advisor("ask", str(run), "I sell my old lamp", "--arm", "rag")

    label, *sources = result.stdout.splitlines()

    assert result.exit_code == 0
    assert label in ("buy", "sell")
    assert [line for line in sources if not line.startswith("  source: line-")] == []
    assert len(sources) == 3
    assert "rag, " in result.stderr


def test_quiet_keeps_standard_error_empty(run: Path) -> None:
    """A script gets the answer and nothing else."""
    result = _advisor("ask", str(run), "I sell my old lamp", "--quiet")

    assert (result.exit_code, result.stderr) == (0, "")


def test_rivals_answer_beside_the_winner(run: Path) -> None:
    """The others follow under their names, each with its latency."""
    result = _advisor("ask", str(run), "I sell my old lamp", "--arm", "rag", "--rivals")

    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if line.endswith(":")] == [
        "baseline_majority:",
        "baseline_tfidf:",
    ]
    assert result.stderr.count(" ms\n") == 3


def test_rival_that_is_lost_does_not_stop_the_others(run: Path) -> None:
    """Who cannot answer says so; the others are heard."""
    shutil.rmtree(run / "arms" / "baseline_majority")
    result = _advisor("ask", str(run), "I sell my old lamp", "--arm", "rag", "--rivals")

    assert result.exit_code == 0
    assert "(cannot answer: " in result.stdout
    assert result.stderr.count(" ms\n") == 2


def test_arm_that_was_not_fitted_is_explained(run: Path) -> None:
    """The arms that are there are listed."""
    _assert_sentence(_advisor("ask", str(run), "Who?", "--arm", "rga"), "'rga'", "baseline_tfidf")


def test_empty_question_is_explained(run: Path) -> None:
    """No model is asked for nothing."""
    _assert_sentence(_advisor("ask", str(run), "  "), "the question is empty")


@pytest.mark.parametrize("name", ["trial.json", "recommendation.json"])
@pytest.mark.parametrize("content", ['{"arms": ', "{}", "[]", ""])
@pytest.mark.parametrize("command", [("ask", "Who?"), ("report",)])
def test_broken_file_of_a_run_is_named(
    run: Path, name: str, content: str, command: tuple[str, ...]
) -> None:
    """Whatever happened to a file, the message names it and what writes it anew."""
    (run / name).write_text(content)
    first, *rest = command

    _assert_sentence(_advisor(first, str(run), *rest), f"run/{name}", "--resume")


def test_lost_arms_are_explained(run: Path) -> None:
    """A run folder without its fitted arms can still be reported, but not asked."""
    shutil.rmtree(run / "arms")

    _assert_sentence(_advisor("ask", str(run), "Who?"), "holds no fitted arm")
    assert _advisor("report", str(run)).exit_code == 0


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _assert_sentence(result: Result, *words: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert [word for word in words if word not in result.stderr] == []
