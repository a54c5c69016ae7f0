"""From `--cache` on the command line to a second run folder that repeats nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advisor.cli.main import app
from prototypes.models.classifier_training import ClassifierTraining
from prototypes.models.transformer import TransformerEncoder

pytestmark = [pytest.mark.weights, pytest.mark.slow]

N_WARM_UP = 16
"""Texts that are encoded before anything is timed."""

ADJECTIVES = ("old", "new", "red", "dear")
THINGS = ("lamp", "book", "shoe", "chair", "phone", "table", "coat", "cup", "hose", "radio")
TEXTS = {
    f"please {verb} the {adjective} {thing}": verb
    for verb in ("buy", "sell", "lend")
    for adjective in ADJECTIVES
    for thing in THINGS
}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an answers file and labelled texts."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: classification}\n")
    rows = (f"{text},{label}\n" for text, label in TEXTS.items())
    Path("data.csv").write_text("text,label\n" + "".join(rows))


def test_second_folder_neither_encodes_nor_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its figures are those of the first, and no text is in what they share."""
    first = _measure("first")
    encode, batches = TransformerEncoder.encode, list[int]()

    def note(self: TransformerEncoder, texts: Sequence[str]) -> Any:  # noqa: ANN401 # vectors
        is_tuned = self.sha256 is None
        batches.extend([] if is_tuned or len(texts) == 1 else [len(texts)])
        return encode(self, texts)

    monkeypatch.setattr(TransformerEncoder, "encode", note)
    monkeypatch.setattr(ClassifierTraining, "run", None)
    monkeypatch.setattr("prototypes.approaches.finetuning.head._fit", None)

    second = _measure("second")

    assert batches == [N_WARM_UP]
    assert second == first
    content = b"".join(path.read_bytes() for path in Path("shared").rglob("*") if path.is_file())
    assert content and not [text for text in TEXTS if text.encode() in content]


def _measure(name: str) -> tuple[Any, Any]:
    options = ("--arms", "rag,fine_tune,hybrid", "--cache", "shared", "-o", name, "-q")
    done = CliRunner().invoke(app, ["prototype", "answers.yaml", "--data", "data.csv", *options])
    assert (done.exit_code, done.exception) == (0, None), done.output
    trial = json.loads(Path(name, "trial.json").read_text())
    return {arm["name"]: arm["metrics"] for arm in trial["arms"]}, trial["comparisons"]
