"""What a command raises becomes one sentence and an exit code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from advisor.cli.boundary import GuardedGroup
from advisor.cli.main import app
from advisor.errors import AdvisorError, InterviewInterrupted, RuleBaseError
from prototypes.errors import DataError


def test_command_of_a_group_is_guarded_too() -> None:
    """`advisor rules show KN01` is a user's mistake like any other."""
    result = CliRunner().invoke(app, ["rules", "show", "KN01"])

    assert result.exit_code == 2
    assert result.stderr.startswith("advisor: ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AdvisorError("what to do"), 2),
        (DataError("what to do"), 2),
        (RuleBaseError("what to do"), 5),
        (InterviewInterrupted("what to do"), 130),
    ],
)
def test_own_exception_is_one_sentence(error: Exception, code: int) -> None:
    """The message is all that is shown, and the exit code says what kind it is."""
    result = _raise(error)

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr == "advisor: what to do\n"


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried …")],
)
def test_lack_of_memory_is_one_sentence(error: Exception) -> None:
    """It is no mistake of ours, and what was measured is not lost."""
    result = _raise(error)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("advisor: the machine has no memory left; ")
    assert "--resume" in result.stderr


def test_ctrl_c_is_quiet() -> None:
    """No traceback for a key."""
    result = _raise(KeyboardInterrupt())

    assert (result.exit_code, result.stderr) == (130, "advisor: interrupted.\n")


def test_reader_that_went_away_is_no_fault() -> None:
    """`advisor rules show | head` ends in silence."""
    advisor = Path(sys.executable).with_name("advisor")
    with subprocess.Popen(
        [advisor, "rules", "show"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.close()
        _, complaint = child.communicate()

    assert (child.returncode, complaint) == (0, "")


def test_mistake_of_ours_keeps_its_traceback_in_a_file() -> None:
    """The user sees a sentence; whoever mends it gets everything."""
    result = _raise(ZeroDivisionError("by nothing"))
    log = re.search(r"The details are in (\S+\.log)", result.stderr)

    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert log is not None
    assert "Traceback" in Path(log[1]).read_text()
    Path(log[1]).unlink()


def test_exit_of_a_command_is_left_alone() -> None:
    """A command that leaves on purpose keeps its exit code."""
    result = _raise(typer.Exit(4))

    assert (result.exit_code, result.stderr) == (4, "")


def _raise(error: BaseException) -> Result:
    failing = typer.Typer(cls=GuardedGroup, invoke_without_command=True)

    @failing.callback()
    def fail() -> None:
        raise error

    return CliRunner().invoke(failing, [])


def test_process_ends_with_its_code_beside_a_cluster_that_hangs() -> None:
    """Ray would crash the interpreter that it is still at work in."""
    code = (
        "import sys, threading; sys.modules['ray'] = sys\n"
        "from advisor.cli.boundary import end_beside_ray\n"
        "from prototypes.cluster.connection import LEAVING\n"
        "print('told'); end_beside_ray(3)\n"
        "threading.Thread(target=threading.Event().wait, name=LEAVING, daemon=True).start()\n"
        "end_beside_ray(130)\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "told\n", "")
