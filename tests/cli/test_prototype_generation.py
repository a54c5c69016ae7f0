"""`advisor prototype` and `advisor ask` where a text is to be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

pytestmark = pytest.mark.weights

PLACES = ("Mill", "Punter", "Cotto", "Eagle", "Clowns", "Aromi")
FOODS = ("French", "Thai", "Indian", "English")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an answers file and two dozen inputs with two outputs each."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: style_or_format}\n")
    rows = [
        f"name {place} food {food},{said.format(place=place, food=food)}\n"
        for place in PLACES
        for food in FOODS
        for said in ("{place} serves {food} food.", "You get {food} food at {place}.")
    ]
    Path("pairs.csv").write_text("input,output\n" + "".join(rows) + "name X,\n")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _prototype(*further: str) -> Result:
    fixed = ("prototype", "answers.yaml", "--data", "pairs.csv", "--arms", "rag", "-o", "run")
    return _run(*fixed, *further)


def test_pairs_are_measured_as_something_to_be_written() -> None:
    """A style is something written, too, so nothing is said of another task."""
    result = _prototype()
    trial = json.loads(Path("run/trial.json").read_text())

    assert result.exit_code == 0
    assert (trial["task"], trial["primary_metric"]) == ("generation", "chrf")
    assert [arm["name"] for arm in trial["arms"]] == ["baseline_copy", "rag"]
    assert {"bleu", "bleu_lowercased", "exact_match"} < set(trial["arms"][0]["metrics"])
    assert "measures these data as" not in result.stderr
    assert "pairs.csv, line 50: output is empty" in result.stderr


def test_report_speaks_of_inputs_and_names_the_metrics() -> None:
    """BLEU stands among the further metrics; nobody is said to be right or wrong."""
    _prototype("--quiet")
    said = _run("report", "run", "--format", "markdown").stdout

    assert "Arms on the same 7 inputs" in said
    assert "chrF (95" in said and "BLEU, lower case" in said
    assert "only one arm got right" not in said


def test_what_was_copied_can_be_asked_for() -> None:
    """With the training pair it comes from."""
    _prototype("--quiet")
    said = _run("ask", "run", "name Mill food Thai", "--quiet").stdout

    assert "food" in said and "source: line-" in said


def test_misnamed_column_is_told(tmp_path: Path) -> None:
    """The task is still the one that was meant."""
    Path("pairs.csv").write_text("input,outptu\na,b\n")

    result = _prototype()

    assert result.exit_code == 2
    assert "expected a column 'output'" in result.stderr
    assert "Did you mean 'outptu'?" in result.stderr


def test_language_model_writes_with_and_without_examples(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """All three kinds of prompt are planned, asked and measured."""
    chat_server.answer = lambda prompt: "Mill serves Thai food."
    given = ("--data", "pairs.csv", "--generator", chat_server.source, "-o", "run")

    result = _run("prototype", "answers.yaml", *given, "--arms", "prompting,rag_generator")
    trial = json.loads(Path("run/trial.json").read_text())

    assert result.exit_code == 0
    measured = {arm["name"]: arm["metrics"]["chrf"]["value"] for arm in trial["arms"]}
    assert set(measured) == {"baseline_copy", "prompting", "rag_generator", "prompting_few_shot"}
    assert all(0 < value < 1 for value in measured.values())
