"""A trial killed by SIGKILL anywhere ends, resumed, as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
TIMES = frozenset(
    {"latency_ms", "throughput_per_second", "fit_seconds", "predict_seconds", "cheaper"}
)
N_RACED = 45
"""Test samples of the trial with a race."""

CLASSES = {"majority": "MajorityArm", "nearest": "NearestTextArm", "votes": "WordVoteArm"}
EXPERIMENTS = "learning_curve"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")


def kill(root: Path, points: list[int], *, experiments: str = "") -> list[dict[str, Any]]:
    """Run a trial per point, killed there and resumed."""
    script, conftest = HERE / "killing.py", HERE / "conftest.py"
    command = [sys.executable, script, conftest, root, experiments, *map(str, points)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)

    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def without_times(value: Any) -> Any:  # noqa: ANN401 # any JSON
    """Drop what a clock says; all else must not depend on when a trial was interrupted."""
    if isinstance(value, list):
        return [without_times(each) for each in value if not _is_timed(each)]
    if isinstance(value, dict):
        return {key: without_times(each) for key, each in value.items() if key not in TIMES}
    return value


def _is_timed(value: object) -> bool:
    return isinstance(value, dict) and value.get("experiment") == "latency_cost"


def hold_whole(root: Path, *, experiments: str = "") -> tuple[Any, int]:
    """Return the result of a trial that is left alone, and its number of file operations."""
    (seen,) = kill(root, [0], experiments=experiments)
    return without_times(json.loads((root / "run-0/trial.json").read_text())), seen["n_operations"]


def check(root: Path, points: list[int], expected: Any, *, experiments: str = "") -> None:  # noqa: ANN401 # as above
    """Kill and resume: the same result, no result lost, no finished arm fitted again."""
    for seen in kill(root, points, experiments=experiments):
        trial = json.loads((root / f"run-{seen['point']}" / "trial.json").read_text())
        missing = [CLASSES[name] for name in CLASSES if name not in seen["kept"]]

        assert seen["killed"], seen
        assert seen["resumed_fits"] == missing, seen
        assert without_times(trial) == expected, seen


@pytest.mark.slow
def test_killed_anywhere_the_trial_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """At a few random file operations, and at the last one, which puts trial.json in its place."""
    expected, n_operations = hold_whole(tmp_path)
    points = random.Random(0).sample(range(1, n_operations), 3)

    check(tmp_path, [*sorted(points), n_operations], expected)


@pytest.mark.slow
def test_killed_in_an_experiment_the_trial_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """At many file operations of a trial with a learning curve, of which no point is lost."""
    expected, n_operations = hold_whole(tmp_path, experiments=EXPERIMENTS)
    points = random.Random(1).sample(range(1, n_operations), 8)

    check(
        tmp_path,
        [*sorted(points), n_operations - 1, n_operations],
        expected,
        experiments=EXPERIMENTS,
    )


@pytest.mark.slow
def test_killed_in_a_race_the_trial_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """At many file operations: who was dropped stays so, and hardly an answer is asked for twice.

    Only those of the part that was under way may be, since they were not on disk.
    """
    expected, n_operations = hold_whole(tmp_path, experiments="race")
    points = random.Random(2).sample(range(1, n_operations), 12)

    assert [arm["name"] for arm in expected["dropped"]] == ["guess"]
    for seen in kill(tmp_path, [*sorted(points), n_operations], experiments="race"):
        trial = json.loads((tmp_path / f"run-{seen['point']}" / "trial.json").read_text())
        n_twice = len(seen["answered"]) - len(set(seen["answered"]))

        assert without_times(trial) == expected, seen
        assert len(set(seen["answered"])) == N_RACED, seen
        assert n_twice in (0, 23, N_RACED - 23), seen
