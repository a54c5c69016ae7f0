"""`advisor prototype` twice: the same seed, the same `trial.json` but for times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advisor.cli.main import app

TIMES = frozenset(
    {"latency_ms", "throughput_per_second", "fit_seconds", "predict_seconds", "cost_per_1000"}
)
TIMED_VERDICT = frozenset({"cheaper", "because"})
"""Which arm is cheaper is read off a clock, and the sentence may name it."""
ARMS = "baseline,prompting_few_shot,rag,fine_tune_head"
THINGS = ("lamp", "book", "shoe", "chair", "phone", "table", "coat", "cup", "hose", "radio")

pytestmark = pytest.mark.weights


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an answers file and sixty labelled texts."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: classification}\n")
    rows = [
        f"{verb} the {adjective} {thing},{verb}\n"
        for verb in ("buy", "sell", "lend")
        for adjective in ("old", "new")
        for thing in THINGS
    ]
    Path("data.csv").write_text("text,label\n" + "".join(rows))


def _run(folder: str, *options: str) -> dict[str, Any]:
    fixed = ["prototype", "answers.yaml", "--data", "data.csv", "--arms", ARMS, "-q", "-o", folder]
    result = CliRunner().invoke(app, [*fixed, *options])

    assert result.exit_code == 0, result.stderr
    trial: dict[str, Any] = json.loads((Path(folder) / "trial.json").read_text())
    return trial


def _without_times(value: Any) -> Any:  # noqa: ANN401 # any JSON
    if isinstance(value, list):
        return [_without_times(each) for each in value if not _is_timed(each)]
    if isinstance(value, dict):
        dropped = TIMES | (TIMED_VERDICT if "outcome" in value else set())
        return {key: _without_times(each) for key, each in value.items() if key not in dropped}
    return value


def _is_timed(value: object) -> bool:
    return isinstance(value, dict) and value.get("experiment") == "latency_cost"


@pytest.mark.slow
def test_same_seed_gives_the_same_trial_but_for_times() -> None:
    """Splits, fits, answers, intervals and outcome are decided by the seed."""
    first, again = _run("first", "--seed", "4"), _run("again", "--seed", "4")

    assert _without_times(first) == _without_times(again)
    assert [arm["name"] for arm in first["arms"]][-1] == "fine_tune_head"


@pytest.mark.slow
def test_other_seed_gives_another_split() -> None:
    """What is compared above could differ."""
    first, other = _run("first", "--seed", "4"), _run("other", "--seed", "5")

    assert first["protocol"]["test_sha256"] != other["protocol"]["test_sha256"]


@pytest.mark.slow
def test_finished_run_gone_on_with_loads_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every result is there, so the encoder is vouched for and never read."""
    before = _run("run")
    monkeypatch.setattr(
        "prototypes.models.transformer.load_trainable", lambda _: pytest.fail("was loaded")
    )

    assert _run("run", "--resume") == before
