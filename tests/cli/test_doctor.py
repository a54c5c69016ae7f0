"""`advisor doctor`: what is there, what is missing, and the line that installs it."""

from __future__ import annotations

import importlib.util

import pytest
from typer.testing import CliRunner, Result

from advisor.cli.main import app


def test_complete_machine_is_fine() -> None:
    """With everything installed there is nothing to do."""
    result = _doctor()

    assert result.exit_code == 0
    assert "missing" not in result.stdout


def test_quiet_says_nothing_where_nothing_is_missing() -> None:
    """A script reads the exit code."""
    assert _doctor("--quiet").stdout == ""


def test_missing_package_comes_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's name on the registry is not always its import name."""
    _hide("faiss", monkeypatch)
    result = _doctor("--quiet")

    assert result.exit_code == 2
    assert "missing  faiss" in result.stdout
    assert "pip install faiss-cpu" in result.stdout


def test_missing_option_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is optional is named, with exit code 0."""
    _hide("pyarrow", monkeypatch)
    result = _doctor()

    assert result.exit_code == 0
    assert "missing  pyarrow" in result.stdout


@pytest.mark.weights
def test_deep_look_loads_the_encoder() -> None:
    """The checksum of the embedded encoder is verified on demand."""
    result = _doctor("--deep")

    assert result.exit_code == 0
    assert "checksum as published" in result.stdout


def _doctor(*options: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *options])


def _hide(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
