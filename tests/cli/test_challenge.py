"""`advisor challenge`: what speaks against a decision, whatever it is, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from prototypes.results import Comparison, TrialResult

MakeRun = Callable[..., Path]

HELP_CENTRE = """\
answers:
  task_kind: document_qa
  data_volatility: weekly
  source_citation: mandatory
  labeled_examples: none
  knowledge_source: curated_documents
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A project for which RAG leads and fine-tuning is ruled out."""
    path = tmp_path / "answers.yaml"
    path.write_text(HELP_CENTRE)
    return path


def test_decision_that_is_ruled_out_names_the_veto(answers: Path) -> None:
    """A constraint is the first thing that is said."""
    found = _json(answers, "--chosen", "fine_tune")
    text = _challenge(answers, "--chosen", "fine_tune").stdout

    assert found["outcome"] == "ruled_out"
    assert text.startswith("Fine-tuning is ruled out because ")
    assert found["vetoes"][0]["veto"] in text


def test_decision_that_is_outranked_hears_why(answers: Path) -> None:
    """Every rule that speaks for the leader is worth something, the strongest first."""
    found = _json(answers, "--decision", "hybrid")
    gains = [one["db"] for one in found["contrasts"]]

    assert (found["outcome"], found["rival"]) == ("outranked", "rag")
    assert found["lead_db"] < 0
    assert gains == sorted(gains, reverse=True)
    assert min(gains) > 0


def test_changes_that_rescue_a_decision_have_it_win(answers: Path) -> None:
    """Where another approach leads, only changes in favour of the decision are told."""
    found = _json(answers, "--chosen", "prompting")

    assert found["overturned_by"] == []
    assert {flip["winner"] for flip in found["rescued_by"]} == {"prompting"}


def test_leading_decision_hears_what_would_overturn_it(answers: Path) -> None:
    """Even the recommended approach is argued against."""
    found = _json(answers, "--chosen", "rag")

    assert found["outcome"] in ("stands", "disputed")
    assert "rag" not in {flip["winner"] for flip in found["overturned_by"]}
    assert found["overturned_by"]
    assert found["beliefs"]["approach"] == "rag"


def test_case_is_markdown_for_a_pull_request(answers: Path, tmp_path: Path) -> None:
    """The same case, with headings, in a file."""
    path = tmp_path / "case.md"
    result = _challenge(answers, "--chosen", "hybrid", "--format", "markdown", "-o", str(path))

    assert result.stdout == ""
    assert path.read_text().startswith("# The case against hybrid\n\n**Hybrid was decided on, but ")


def test_case_fits_eighty_columns(answers: Path) -> None:
    """No line of the terminal form is cut."""
    lines = _challenge(answers, "--chosen", "hybrid").stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert len(lines) < 70


def test_run_adds_what_was_measured(answers: Path, make_run: MakeRun) -> None:
    """A rival that was better on the same samples is held against the decision."""
    run = _with_comparison(make_run(right={"rag": "1111", "hybrid": "1000"}))
    found = _json(answers, "--chosen", "hybrid", "--run", str(run))
    text = _challenge(answers, "--chosen", "hybrid", "--run", str(run)).stdout

    (rival,) = found["measured"]

    assert (rival["arm"], rival["against"], rival["difference"]) == ("rag", "hybrid", 0.75)
    assert "measured: rag is better" in " ".join(text.split())


def test_verdict_on_the_decision_is_told(answers: Path, make_run: MakeRun) -> None:
    """A decision that was measured and confirmed is told so."""
    run = make_run(right={"rag": "1111"})

    assert _json(answers, "--chosen", "rag", "--run", str(run))["verdict"] == "confirmed"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--chosen", "rga"), "Did you mean 'rag'?"),
        (("--chosen", "rag", "--run", "a", "--data", "b"), "give one of the two"),
        (("--chosen", "rag", "--arms", "rag"), "name what to measure on with --data"),
        (("--chosen", "rag", "--run", "nowhere"), "there is no such run folder"),
        (("--chosen", "rag", "--data", "nowhere"), "nowhere: no such folder or file"),
    ],
)
def test_bad_input_is_one_sentence(answers: Path, arguments: tuple[str, ...], word: str) -> None:
    """What cannot be used is named, with what to do about it."""
    result = _challenge(answers, *arguments)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert word in result.stderr


def test_run_without_a_trial_is_explained(answers: Path, make_run: MakeRun) -> None:
    """Advice alone measures nothing."""
    result = _challenge(answers, "--chosen", "rag", "--run", str(make_run()))

    assert result.exit_code == 2
    assert "nothing was measured here" in result.stderr


def test_folder_is_no_answers_file(tmp_path: Path) -> None:
    """A file that may lie in it is named."""
    result = _challenge(tmp_path, "--chosen", "rag")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"this is a folder; expected an answers file, such as {tmp_path}" in result.stderr


def test_decision_is_required(answers: Path) -> None:
    """Without a decision there is nothing to argue against."""
    assert _challenge(answers).exit_code == 2


@pytest.mark.weights
def test_data_put_the_decision_to_the_test(tmp_path: Path) -> None:
    """The claim that is measured is that of the decision; the same again goes on with it."""
    answers, data, run = (tmp_path / name for name in ("answers.yaml", "data.csv", "run"))
    answers.write_text("answers: {task_kind: classification}\n")
    things = [f"{how} {what}" for how in ("old", "new") for what in ("lamp", "book", "shoe", "cup")]
    rows = [f"{verb} the {thing},{verb}\n" for verb in ("buy", "sell") for thing in things]
    data.write_text("text,label\n" + "".join(rows))
    found = _json(
        answers, *("--chosen", "rag", "--data", str(data)), *("--arms", "baseline,rag"),
        *("--into", str(run)),
    )  # fmt: skip

    trial = TrialResult.model_validate_json((run / "trial.json").read_text())
    again = _challenge(
        answers, *("--chosen", "rag", "--data", str(data)), *("--arms", "baseline,rag"),
        *("--into", str(run)),
    )  # fmt: skip

    assert again.exit_code == 0
    assert trial.verdict is not None
    assert (trial.verdict.approach, found["verdict"]) == ("rag", trial.verdict.outcome)
    assert {one["against"] for one in found["measured"]} == {"rag"}


def _with_comparison(run: Path) -> Path:
    path = run / "trial.json"
    trial = TrialResult.model_validate_json(path.read_text())
    pair = Comparison(
        arm="hybrid",
        against="rag",
        metric="correct",
        difference=-0.75,
        low=-1.0,
        high=-0.25,
        p_value=0.25,
    )
    path.write_text(trial.model_copy(update={"comparisons": [pair]}).model_dump_json())
    return run


def _challenge(answers: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["challenge", str(answers), *arguments])


def _json(answers: Path, *arguments: str) -> dict[str, Any]:
    result = _challenge(answers, *arguments, "--format", "json")
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found
