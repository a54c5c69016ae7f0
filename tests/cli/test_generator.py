"""From `--generator` on the command line to an answer with its source."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

pytestmark = pytest.mark.weights

WORDS = "iron gold zinc lead tin silver nickel cobalt chrome copper uranium radium"
METALS = tuple(WORDS.split())
ASKED = ("Where does {} come from?", "Where is {} found, in which mine?")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Work in a folder with a dozen documents, two questions on each, and a server that reads."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: document_qa}\n")
    Path("data/documents").mkdir(parents=True)
    lines = []
    for number, metal in enumerate(METALS):
        Path(f"data/documents/{metal}.md").write_text(f"# {metal}\n\nIt comes from mine{number}.\n")
        lines += [
            json.dumps({"question": question.format(metal), "answers": [f"mine{number}"]})
            for question in ASKED
        ]
    Path("data/questions.jsonl").write_text("\n".join(lines))
    chat_server.answer = _read


def _read(prompt: str) -> str:
    """Copy the mine from the passage about the metal; leave out where it was found."""
    (metal,) = re.findall(r"<quoted_question>\nWhere (?:does|is) (\w+)", prompt)
    found = re.search(rf"<quoted_passage>\n{metal}\n.*?(mine\d+)", prompt, re.DOTALL)
    return found[1] if found else "NO ANSWER"


def test_answers_are_measured_reported_and_asked_again(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """The plan names the tokens, the report the model, `ask` what is wrong with an answer."""
    done = _advisor(
        *("prototype", "answers.yaml", "--data", "data", "--arms", "rag_generator"),
        *("--generator", chat_server.source, "--token-price", "1,2"),
    )
    assert (done.exit_code, done.exception) == (0, None), done.stderr
    arm = json.loads(Path("run/trial.json").read_text())["arms"][-1]
    asked = _advisor("ask", "run", "Where does gold come from?", "--arm", "rag_generator", "-q")

    assert arm["name"] == "rag_generator"
    assert re.search(r"tiny at \S+: about [\d,]+ tokens, never more than 5,000,000", done.stderr)
    assert "Generator: tiny at 127.0.0.1" in " ".join(done.stdout.split())
    assert arm["metrics"]["correct"]["value"] == 1.0 and arm["cost_per_1000"] > 0
    assert any("an answer names no passage" in note for note in arm["notes"])
    assert asked.stdout == "mine1\n  note: an answer names no passage\n"
    assert asked.stderr == ""


def test_dry_run_says_what_it_would_take_and_does_nothing(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Arms, times, tokens and dollars are told; no prompt is sent and no folder made."""
    done = _advisor(
        *("prototype", "answers.yaml", "--data", "data", "--arms", "rag_generator", "--dry-run"),
        *("--generator", chat_server.source, "--token-price", "1,2", "--max-usd", "0.001"),
    )

    assert (done.exit_code, done.exception) == (0, None), done.stderr
    assert re.search(r"US dollars, never more than 0.001; raise it with --max-usd", done.stdout)
    assert re.search(r"^  rag_generator +about ", done.stdout, re.MULTILINE)
    assert chat_server.asked == [] and not Path("run").exists()


def test_cap_on_dollars_needs_prices(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Nothing is asked where nobody could tell what was spent."""
    done = _advisor(
        *("prototype", "answers.yaml", "--data", "data", "--arms", "rag_generator"),
        *("--generator", chat_server.source, "--max-usd", "1"),
    )

    assert done.exit_code == 2 and "add --token-price IN,OUT" in " ".join(done.stderr.split())
    assert chat_server.asked == []


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.slow
def test_model_on_this_machine_is_mixed_tuned_and_tried(taught_model: Path) -> None:
    """What runs on request is named, tuned models are kept, experiments are reported."""
    done = _advisor(
        *("prototype", "answers.yaml", "--data", "data", "--generator", str(taught_model)),
        *("--arms", "rag_token,fine_tune_generator,hybrid_raft"),
        *("--experiments", "injection,continual"),
    )
    assert (done.exit_code, done.exception) == (0, None), done.stderr
    said = " ".join(done.stdout.split())

    assert "rag_token" in done.stderr
    assert "Of 24 documents that try to instruct the model" in said and "Tuned on" in said
    for arm in ("fine_tune_generator", "hybrid_raft"):
        assert Path(f"run/arms/{arm}/model/model.safetensors").is_file()
        assert Path(f"run/arms/{arm}/training.jsonl").is_file()


def test_arms_that_need_a_model_here_say_so_of_a_server(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """A server cannot be mixed or tuned; the flag that would do it is named."""
    done = _advisor(
        *("prototype", "answers.yaml", "--data", "data", "--arms", "rag_token"),
        *("--generator", chat_server.source),
    )

    said = " ".join(done.stderr.split())
    assert "a server keeps its probabilities and parameters" in said
    assert "--generator FOLDER" in " ".join(done.stdout.split())
