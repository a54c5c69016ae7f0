"""How often documents change, by a git history made for the purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from advisor.evidence.profile.history import read_history

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _git(folder: Path, *arguments: str, day: date = date(2024, 1, 1)) -> None:
    identity = {"NAME": "A", "EMAIL": "a@example.org", "DATE": f"{day}T12:00:00+0000"}
    whose = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in identity.items()}
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **whose})


def _commit(folder: Path, day: date, name: str = "a.md") -> None:
    (folder / name).write_text(f"As of {day}.", encoding="utf-8")
    _git(folder, "add", name)
    _git(folder, "commit", "-m", "x", day=day)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose document changed every tenth day of a year."""
    _git(tmp_path, "init", "-q")
    for n in range(0, 365, 30):
        _commit(tmp_path, date(2024, 1, 1) + timedelta(days=n))
    return tmp_path


def test_mean_interval_is_that_of_the_commits(repository: Path) -> None:
    """Thirteen days of change within a year."""
    found = read_history(repository)

    assert found is not None
    assert (found.n_commits, found.n_days, found.span_days) == (13, 13, 361)
    assert (found.first, found.last) == ("2024-01-01", "2024-12-26")
    assert found.interval_days == pytest.approx(27.8, abs=0.1)


def test_changes_of_code_do_not_count(repository: Path) -> None:
    """Only documents hold facts that answers depend on."""
    _commit(repository, date(2025, 3, 1), "main.c")

    found = read_history(repository)

    assert found is not None
    assert found.last == "2024-12-26"


def test_only_the_last_year_of_change_counts(repository: Path) -> None:
    """A busy start long ago says nothing about today."""
    _commit(repository, date(2027, 1, 1))

    found = read_history(repository)

    assert found is not None
    assert (found.n_days, found.span_days) == (1, 365)


def test_folder_without_history_says_nothing(tmp_path: Path) -> None:
    """No repository, no answer."""
    assert read_history(tmp_path) is None


def test_nothing_that_the_repository_configures_is_run(repository: Path) -> None:
    """A foreign repository may name programs in its configuration."""
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repository}/sprung'\n", encoding="utf-8")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program"):
        _git(repository, "config", key, str(trap))
    _git(repository, "config", "log.showSignature", "true")

    assert read_history(repository) is not None
    assert not (repository / "sprung").exists()
