"""`advisor recheck`: what still stands, what drifted, and the exit code that says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app

MakeRun = Callable[..., Path]
BOTH = {"rag": "1110", "hybrid": "1010"}


def test_unchanged_run_stands(make_run: MakeRun) -> None:
    """The same rules and answers give the same decision, and nothing is said to have changed."""
    result = _recheck(make_run(right=BOTH))

    assert result.exit_code == 0
    assert "The decision still stands: RAG" in result.stdout
    assert "nothing it rests on has changed" in " ".join(result.stdout.split())


def test_unchanged_run_is_json_without_drift(make_run: MakeRun) -> None:
    """Another program reads the outcome and finds every kind of drift empty."""
    found = _json(make_run(right=BOTH))

    assert (found["outcome"], found["decision"]) == ("stands", "rag")
    assert (found["rules"], found["answers"], found["data"]) == ([], [], None)


def test_answers_of_today_overturn_the_decision(make_run: MakeRun, tmp_path: Path) -> None:
    """Another leading approach leaves with 6 and names the answers and the rules behind it."""
    today = tmp_path / "today.yaml"
    today.write_text(
        "answers: {task_kind: classification, data_volatility: static, "
        "labeled_examples: over_50k, output_space: few_classes, failure_mode: wrong_behaviour}\n"
    )
    run = make_run()
    found = _json(run, "--answers", str(today), code=6)

    assert (found["outcome"], found["leading_now"]) == ("changed", "fine_tune")
    assert {"name": "data_volatility", "before": "weekly", "now": "static"} in found["answers"]
    silent = {one["rule"] for one in found["rules"] if one["before"] and not one["now"]}
    assert silent >= {"DT001", "KN020"}


def test_project_that_nothing_fits_any_more_leaves_with_three(
    make_run: MakeRun, tmp_path: Path
) -> None:
    """What rules every approach out is named."""
    today = tmp_path / "today.yaml"
    today.write_text("answers: {deployment: offline, model_access: api_only}\n")
    result = _recheck(make_run(), "--answers", str(today))

    assert result.exit_code == 3
    assert "every approach is ruled out now" in " ".join(result.stdout.split())
    assert "SV904" in result.stdout


def test_decision_that_is_no_longer_clear_is_told(make_run: MakeRun) -> None:
    """Who led clearly and leads narrowly now still leads; only --strict makes it fail."""
    run = make_run(answers={"task_kind": "document_qa"})
    path = run / "recommendation.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "recommended": stored["leading"]}))

    assert _json(run)["outcome"] == "weakened"
    assert "no longer clearly" in " ".join(_recheck(run).stdout.split())
    assert _recheck(run, "--strict").exit_code == 4


def test_edit_of_the_stored_answers_is_noticed(make_run: MakeRun) -> None:
    """The recommendation remembers the answers it was made from, whatever the file says now."""
    run = make_run()
    path = run / "answers.yaml"
    path.write_text(path.read_text().replace("weekly", "daily"))

    assert {"name": "data_volatility", "before": "weekly", "now": "daily"} in _json(run)["answers"]


def test_rule_with_another_weight_is_named(make_run: MakeRun) -> None:
    """A rule that counted otherwise then is listed with both weights."""
    run = make_run()
    rule, before = _reweigh(run, by=3.0)
    found = _json(run)

    drifted = {one["rule"]: one for one in found["rules"]}

    assert found["rules_version"]["before"] == "0000000000"
    assert list(drifted) == [rule]
    assert drifted[rule]["before"]["rag"] == pytest.approx(before + 3.0)
    assert drifted[rule]["now"]["rag"] == pytest.approx(before)


def test_changed_data_ask_for_a_new_measurement(make_run: MakeRun, tmp_path: Path) -> None:
    """Other data than those measured are told; only --strict makes them fail."""
    run, data = make_run(right=BOTH), _write_data(tmp_path)
    result = _recheck(run, "--data", str(data))

    assert result.exit_code == 0
    assert "measure again" in result.stdout
    assert _recheck(run, "--data", str(data), "--strict").exit_code == 4


def test_same_data_are_recognised(make_run: MakeRun, tmp_path: Path) -> None:
    """The fingerprint is that of what the data say."""
    from prototypes.contracts import Task
    from prototypes.data.readers import DataRequest, read_dataset

    data = _write_data(tmp_path)
    same = read_dataset(DataRequest(folder=data, task=Task.DOCUMENT_QA)).fingerprint
    found = _json(make_run(right=BOTH, data_fingerprint=same), "--data", str(data), "--strict")

    assert found["data"] == {"name": "data", "before": same, "now": same}


def test_price_of_then_is_compared(make_run: MakeRun) -> None:
    """A dearer machine is drift, too."""
    result = _recheck(make_run(right=BOTH, machine_hour_usd=0.05))

    assert "0.05 → 0.0816" in result.stdout
    assert "the price of a machine hour" in " ".join(result.stdout.split())


def test_prices_of_tokens_are_compared(make_run: MakeRun, tmp_path: Path) -> None:
    """Those the trial was told, with those of today's list."""
    row = "{id: %s, usd: %s, what: w, source: s, where: here, date: 2026-01-01}"
    names = {"machine_hour": 0.0816, "million_tokens_read": 9, "million_tokens_written": 30}
    rows = ", ".join(row % each for each in names.items())
    (tmp_path / "prices.yaml").write_text(f"prices: [{rows}]\n")
    run = make_run(right=BOTH, token_prices_usd=[3.0, 15.0])
    result = _recheck(run, "--prices", str(tmp_path / "prices.yaml"))

    assert "the prices of tokens" in " ".join(result.stdout.split())
    assert "a million tokens written, US dollars: 15.0 → 30.0" in result.stdout


def test_quiet_prints_the_sentence_only(make_run: MakeRun) -> None:
    """A job that writes to a channel needs one line."""
    result = _recheck(make_run(), "--quiet")

    assert (result.stdout.count("\n"), result.stderr) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--data", "nowhere"), "nothing was measured"),
        (("--test", "t.csv"), "--data"),
        (("--answers", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_bad_input_is_one_sentence(
    make_run: MakeRun, arguments: tuple[str, ...], word: str
) -> None:
    """What cannot be compared is named, with what to do about it."""
    result = _recheck(make_run(), *arguments)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert word in result.stderr


def test_missing_run_is_named(tmp_path: Path) -> None:
    """A folder that is not there leaves with 2."""
    result = _recheck(tmp_path / "none")

    assert result.exit_code == 2
    assert "there is no such run folder" in result.stderr


def test_unchanged_run_answers_within_two_seconds(make_run: MakeRun) -> None:
    """In processor time, from a fresh interpreter on, without any of the slow libraries."""
    run = make_run(right=BOTH)
    probe = (
        "import sys, time\nfrom advisor.cli.main import app\n"
        f"app(['recheck', {str(run)!r}], standalone_mode=False)\n"
        "print([m for m in ('torch', 'transformers', 'scipy', 'sklearn') if m in sys.modules])\n"
        "print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=30)
    *_, heavy, seconds = done.stdout.splitlines()

    assert heavy == "[]"
    assert float(seconds) < 2


def test_control_characters_of_a_file_are_shown_not_sent(make_run: MakeRun) -> None:
    """A run folder from somewhere else cannot move the cursor."""
    run = make_run()
    path = run / "recommendation.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "rules_version": "\u001b[2J"}))
    result = _recheck(run)

    assert "\u001b" not in result.stdout
    assert "[U+001B][2J" in result.stdout


def _recheck(run: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["recheck", str(run), *arguments])


def _json(run: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    result = _recheck(run, "--format", "json", *arguments)
    assert result.exit_code == code
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _reweigh(run: Path, *, by: float) -> tuple[str, float]:
    """Pretend that the first rule for the leader counted more under the rules of then."""
    path = run / "recommendation.json"
    stored = json.loads(path.read_text())
    reason = stored["ranking"][0]["reasons"][0]
    rule, before = reason["rule"], reason["db"]
    reason["db"] += by
    stored["rules_version"] = "0000000000"
    path.write_text(json.dumps(stored))
    return rule, before


def _write_data(folder: Path) -> Path:
    data = folder / "data"
    (data / "documents").mkdir(parents=True)
    (data / "documents" / "a.md").write_text("# Snapshots\n\nThe flag -n sets the count.\n")
    lines = [
        json.dumps({"question": f"Which flag is it, {n}?", "answers": ["-n"]}) for n in range(9)
    ]
    (data / "questions.jsonl").write_text("\n".join(lines) + "\n")
    return data
