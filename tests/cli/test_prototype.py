"""`advisor prototype`: interrupted in every phase, gone on with, begun twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app
from prototypes.approaches.classification.baseline import TfidfArm
from prototypes.data import readers

ADVISOR = Path(sys.executable).with_name("advisor")
PATIENCE = 240
"""Seconds; a busy machine is no failure."""

THINGS = ("lamp", "book", "shoe", "chair", "phone", "table", "coat", "cup", "hose", "radio")

pytestmark = pytest.mark.weights


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with an answers file and sixty labelled texts."""
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("answers: {task_kind: classification}\n")
    verbs = ("buy", "sell", "lend")
    rows = [
        f"{verb} the {adjective} {thing},{verb}\n"
        for verb in verbs
        for adjective in ("old", "new")
        for thing in THINGS
    ]
    Path("data.csv").write_text("text,label\n" + "".join(rows))


def test_run_is_measured_and_reported() -> None:
    """A finished run leaves the contract's files and the verdict on stdout."""
    result = _prototype("--quiet")

    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""
    assert _measured() == ["baseline_majority", "baseline_tfidf"]
    assert Path("run/report.html").exists()


def test_finished_run_is_not_overwritten() -> None:
    """A second run into the same folder is refused, naming --resume."""
    _prototype("--quiet")
    again = _prototype("--quiet")

    assert again.exit_code == 2
    assert "run already holds a trial" in again.stderr
    assert "--resume" in again.stderr


def test_resuming_with_another_seed_is_refused() -> None:
    """Results of two protocols are never mixed."""
    _prototype("--quiet")
    again = _prototype("--quiet", "--resume", "--seed", "3")

    assert again.exit_code == 2
    assert "seed = 0, but now seed = 3" in again.stderr


def test_ctrl_c_while_reading_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is measured nothing is lost either."""
    monkeypatch.setattr(readers, "read_dataset", _press_ctrl_c)

    _assert_interrupted(_prototype())
    assert not Path("run").exists()


@pytest.mark.parametrize("phase", ["fit", "predict"])
def test_ctrl_c_in_an_arm_keeps_the_arms_before(
    monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    """Interrupted while fitting or measuring, the run has a report and can be completed."""
    with monkeypatch.context() as patched:
        patched.setattr(TfidfArm, phase, _press_ctrl_c)
        _assert_interrupted(_prototype())
    interrupted, arms, has_report = _is_interrupted(), _measured(), Path("run/report.html").exists()
    completed = _prototype("--resume", "--quiet")

    assert (interrupted, arms, has_report) == (True, ["baseline_majority"], True)
    assert completed.exit_code == 0
    assert (_is_interrupted(), _measured()) == (False, ["baseline_majority", "baseline_tfidf"])


def test_ctrl_c_in_an_experiment_ends_with_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every arm is there, the experiment is named with what holds it, and that holds it."""
    with monkeypatch.context() as patched:
        patched.setattr("prototypes.experiments.noise.check_noise", _press_ctrl_c)
        result = _prototype("--experiments", "noise")
    said = " ".join(result.stdout.split())
    held = _prototype("--experiments", "noise", "--resume", "--quiet")

    _assert_interrupted(result)
    assert "the trial was interrupted before it was over; --resume holds it" in said
    assert Path("run/report.html").exists()
    assert held.exit_code == 0 and not _is_interrupted()
    assert _trial()["experiments"][-1]["untested"] == ""


def test_race_that_nobody_can_run_says_why() -> None:
    """Nothing is promised that is not kept."""
    result = _prototype("--race")

    assert result.exit_code == 0
    assert "racing: there are too few test samples, so every arm answers all of them" in (
        result.stderr
    )


@pytest.mark.parametrize("by_variable", [False, True])
def test_cache_that_cannot_be_used_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    """By option or variable: what was found, what was expected, what to do."""
    if by_variable:
        monkeypatch.setenv("ADVISOR_CACHE", "data.csv")
    result = _prototype(*(() if by_variable else ("--cache", "data.csv")))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "The cache folder data.csv (--cache or ADVISOR_CACHE) cannot be written" in result.stderr
    assert not Path("run/run.lock.json").exists()


@pytest.mark.slow
def test_signal_to_the_process_group_ends_a_real_run_in_order() -> None:
    """Ctrl-C in a shell, sent while the whole encoder is tuned, is answered like any other."""
    command = [ADVISOR, "prototype", "answers.yaml", "--data", "data.csv"]
    with subprocess.Popen(
        [*command, "--arms", "baseline_majority,fine_tune_full", "-o", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stderr is not None
        lines = iter(child.stderr.readline, "")
        before = [next(lines) for _ in range(3)]  # the plan, then the two baselines
        threading.Timer(1.0, os.killpg, (child.pid, signal.SIGINT)).start()
        after = "".join(lines)
        child.wait(PATIENCE)

    assert "baseline_tfidf" in before[2]
    assert child.returncode == 130
    assert "Traceback" not in after
    assert "--resume" in after
    assert (_is_interrupted(), _measured()) == (True, ["baseline_majority", "baseline_tfidf"])
    assert Path("run/report.html").exists()


def _press_ctrl_c(*_: object, **__: object) -> Sequence[object]:
    raise KeyboardInterrupt


def _prototype(*options: str) -> Result:
    fixed = ["prototype", "answers.yaml", "--data", "data.csv", "--arms", "baseline", "-o", "run"]
    return CliRunner().invoke(app, [*fixed, *options])


def _assert_interrupted(result: Result) -> None:
    assert result.exit_code == 130
    assert "Interrupted; what was measured is kept." in result.stderr
    assert "--resume" in result.stderr
    assert "Traceback" not in result.stderr


def _is_interrupted() -> bool:
    return bool(_trial()["interrupted"])


def _measured() -> list[str]:
    return [arm["name"] for arm in _trial()["arms"]]


def _trial() -> dict[str, list[dict[str, str]]]:
    content: dict[str, list[dict[str, str]]] = json.loads(Path("run/trial.json").read_text())
    return content


def test_another_task_in_the_answers_is_told() -> None:
    """Data that are measured as another task than the one answered are not passed over."""
    Path("answers.yaml").write_text("answers: {task_kind: code}\n")
    result = _prototype()

    assert "The answers say task_kind code" in result.stderr


def test_rules_of_ones_own_are_followed() -> None:
    """A faulty folder of additions is named, so it was read."""
    Path("own").mkdir()
    Path("own/mine.yaml").write_text("family: mine\nrules: 3\n")
    result = _prototype("--rules", "own")

    assert result.exit_code == 5
    assert "mine.yaml" in result.stderr
