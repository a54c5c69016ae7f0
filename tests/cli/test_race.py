"""From `--race` on the command line to the rival that was dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

pytestmark = [pytest.mark.weights, pytest.mark.slow]

METALS = tuple(
    f"{kind} {colour}"
    for kind in ("iron", "gold", "zinc", "lead", "tin", "silver", "nickel", "cobalt")
    for colour in ("red", "blue", "green", "grey", "white", "black")
)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Work beside documents, a test of 48 questions on them, and a server that knows nothing."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text(
        "answers: {task_kind: document_qa, data_volatility: daily, source_citation: mandatory}\n"
    )
    Path("data/documents").mkdir(parents=True)
    rows = []
    for number, metal in enumerate(METALS):
        text = f"# {metal}\n\nThe {metal} comes from mine{number}.\n"
        Path(f"data/documents/{metal.replace(' ', '-')}.md").write_text(text)
        rows.append(
            {"question": f"Where does the {metal} come from?", "answers": [f"mine{number}"]}
        )
    Path("test.jsonl").write_text("\n".join(map(json.dumps, rows)))
    lines = (json.dumps(row | {"question": f"Which mine has {row['question']}"}) for row in rows)
    Path("data/questions.jsonl").write_text("\n".join(lines))
    chat_server.answer = lambda _: "nobody knows"


def test_rival_that_is_behind_is_asked_half_and_listed_everywhere(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """The plan names it beforehand; progress, report, HTML and trial.json tell the drop."""
    done = _prototype(chat_server, "--race", "--arms", "rag,prompting")
    assert (done.exit_code, done.exception) == (0, None), done.stderr
    trial = json.loads(Path("run/trial.json").read_text())
    said = [" ".join(text.split()) for text in (done.stderr, done.stdout)]

    assert [arm["name"] for arm in trial["dropped"]] == ["prompting"]
    assert (
        "racing: prompting, prompting_whole_corpus against rag; looked at after 24 answers"
        in said[0]
    )
    assert "prompting dropped after 24 of 48 samples" in said[0]
    assert "dropped after 24 of 48 samples" in said[1]
    assert "dropped after 24 of 48 samples" in Path("run/report.html").read_text()
    assert Path("run/samples/prompting.jsonl").read_text().count("\n") == 24


def test_by_default_every_arm_answers_everything(chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Nobody who did not ask for it gets half a result."""
    _prototype(chat_server, "--arms", "rag,prompting")
    trial = json.loads(Path("run/trial.json").read_text())

    assert trial["dropped"] == [] and trial["protocol"]["race"] is None
    assert Path("run/samples/prompting.jsonl").read_text().count("\n") == 48


def _prototype(server: Any, *arguments: str) -> Result:  # noqa: ANN401 # as above
    command = ("prototype", "answers.yaml", "--data", "data", "--test", "test.jsonl")
    return CliRunner().invoke(app, [*command, "--generator", server.source, *arguments])
