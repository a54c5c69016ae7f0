"""`advisor cases`: similar published projects in three formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from advisor.api import advise
from advisor.cli.cases import cases
from advisor.errors import AnswersError
from advisor.inference.similarity import find_disagreement, similar_cases
from advisor.knowledge.answers_file import write_answers
from advisor.knowledge.case_library import load_case_library
from advisor.knowledge.loader import load_rules
from advisor.schema.answers import Answers
from advisor.vocabulary import ExitCode

ANSWERS = """
project: {name: Help centre}
answers:
  task_kind: document_qa
  failure_mode: missing_facts
  knowledge_source: curated_documents
  corpus_size: thousands_of_documents
  data_volatility: weekly
"""

app = typer.Typer()
app.command()(cases)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A project with five answers."""
    (tmp_path / "answers.yaml").write_text(ANSWERS)
    return tmp_path / "answers.yaml"


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_terminal_says_what_happened_there(answers: Path) -> None:
    """Title, outcome, likeness, source."""
    text = _run(answers, "-n", "2").stdout

    assert text.startswith("Help centre: the most similar of ")
    assert "\n 2  " in text and "\n 3  " not in text
    assert "% alike" in text
    assert "The rules put RAG first" in text


def test_json_is_one_object(answers: Path) -> None:
    """With what agrees and what differs, level by level."""
    result = json.loads(_run(answers, "-n", "3", "--format", "json").stdout)

    assert (1, "rag", 3) == (result["schema_version"], result["leading"], len(result["cases"]))
    first = result["cases"][0]
    assert {"id", "outcome", "source", "similarity", "agreeing", "differing"} <= first.keys()
    assert first["agreeing"]["failure_mode"] == "missing_facts"


def test_markdown_has_a_section_per_case(answers: Path) -> None:
    """As many as asked for."""
    text = _run(answers, "-n", "4", "--format", "markdown").stdout

    assert text.count("\n## ") == 4


def test_quiet_leaves_out_the_remarks(answers: Path) -> None:
    """Only the cases."""
    assert "Likeness is a hint" not in _run(answers, "--quiet").stdout


def test_too_few_answers_find_no_case(tmp_path: Path) -> None:
    """And the user is told what to do."""
    (tmp_path / "answers.yaml").write_text("answers: {failure_mode: nothing}\n")

    result = _run(tmp_path / "answers.yaml")

    assert result.exit_code == ExitCode.OK
    assert "answer more questions first" in result.stdout


def test_answer_can_be_replaced(answers: Path) -> None:
    """As for `advisor recommend`."""
    arguments = (answers, "--set", "failure_mode=wrong_behaviour", "--format", "json")
    found = json.loads(_run(*arguments).stdout)["cases"][0]

    assert "failure_mode" in found["agreeing"] | found["differing"]
    assert found["differing"].get("failure_mode", {"here": "wrong_behaviour"})["here"] == (
        "wrong_behaviour"
    )


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    """One sentence that says how to get one."""
    result = _run(tmp_path / "none.yaml")

    assert isinstance(result.exception, AnswersError)
    assert "there is no such file" in str(result.exception)


@pytest.mark.parametrize("output_format", ["terminal", "markdown", "json"])
def test_contradiction_is_said_even_when_quiet(output_format: str, tmp_path: Path) -> None:
    """Three of the five nearest ended otherwise; no option hides that."""
    contrary = _contrary(tmp_path)

    assert "did not end with" in _run(contrary, "--quiet", "--format", output_format).stdout


def _contrary(folder: Path) -> Path:
    """Write the answers of a published case whose neighbours contradict the rules."""
    rule_base, library = load_rules(), load_case_library()
    for case in library:
        leading = advise(case.answers, rule_base).leading
        similar = similar_cases(rule_base, case.answers, library=library)
        if find_disagreement(similar, leading) is not None:
            write_answers(Answers(answers=case.answers), folder / "answers.yaml")
            return folder / "answers.yaml"
    raise AssertionError("no published case is contradicted by its neighbours any more")
