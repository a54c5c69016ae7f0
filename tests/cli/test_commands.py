"""Every command explains itself, and starts without a fuss."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from advisor import __version__
from advisor.cli.main import app

COMMANDS = (
    "interview",
    "recommend",
    "profile",
    "prototype",
    "report",
    "ask",
    "judge",
    "export",
    "challenge",
    "recheck",
    "compare",
    "demo",
    "doctor",
    "rules",
    "rules check",
    "rules show",
    "rules test",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    """`--help` ends with a line that can be copied."""
    result = _advisor(*command.split(), "--help")

    assert result.exit_code == 0
    assert f"Example: advisor {command}" in result.stdout


@pytest.mark.parametrize("command", ("", *COMMANDS))
def test_help_fits_eighty_columns(command: str) -> None:
    """Nothing is broken by the terminal."""
    lines = _advisor(*command.split(), "--help").stdout.splitlines()

    assert [line for line in lines if len(line) > 80] == []


def test_version_is_told() -> None:
    """One line, nothing else."""
    assert _advisor("--version").stdout == f"advisor {__version__}\n"


def test_nothing_at_all_without_a_terminal_names_what_is_missing() -> None:
    """The guided flow needs somebody to guide."""
    result = _advisor()

    assert result.exit_code == 2
    assert "there is no terminal here" in result.stderr
    assert result.stdout == ""


def _advisor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80"})
