"""The outermost edge: what a command raises becomes one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from typer.core import TyperGroup

from advisor.errors import AdvisorError
from advisor.vocabulary import ExitCode
from prototypes.errors import LaboratoryError, is_lack_of_memory

_OF_THE_COMMAND_LINE = ("typer", "click")
"""Where the exceptions come from that stand for usage errors and exits."""

_OUT_OF_MEMORY = (
    "the machine has no memory left; close other programs, or take smaller files or a smaller "
    "model. What a trial has measured is kept: repeat the command with --resume."
)


class GuardedGroup(TyperGroup):
    """A command line of which no command ends in a traceback."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run a command behind the boundary."""
        with boundary():
            return super().invoke(ctx)


@contextmanager
def boundary() -> Iterator[None]:
    """Turn everything a command may raise into a message on stderr and an exit code.

    A user's mistake is one sentence; a mistake of ours is one sentence and a file with the
    traceback; Ctrl-C is silent but for what the command itself has said.
    """
    try:
        yield
    except AdvisorError as error:
        raise _stop(str(error), error.exit_code) from error
    except LaboratoryError as error:
        raise _stop(str(error), ExitCode.USAGE) from error
    except KeyboardInterrupt as error:
        raise _stop("interrupted.", ExitCode.INTERRUPTED) from error
    except BrokenPipeError as error:
        raise _quiet_pipe() from error
    except Exception as error:
        if type(error).__module__.startswith(_OF_THE_COMMAND_LINE):
            _reword(error)
            raise
        if is_lack_of_memory(error):
            raise _stop(_OUT_OF_MEMORY, ExitCode.USAGE) from error
        raise _stop(_internal(error), ExitCode.INTERNAL) from error


def end_beside_ray(code: object) -> None:
    """End at once where Ray still hangs in a thread: it would crash the usual end of a process."""
    if "ray" not in sys.modules:
        return
    from prototypes.scale import is_leaving

    if is_leaving():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else ExitCode.OK)


def _reword(error: Exception) -> None:
    """Take out of a usage error what only tells how it was found."""
    said = getattr(error, "message", None)
    if isinstance(said, str):
        error.message = said.removeprefix("Value error, ")  # type: ignore[attr-defined]


def _stop(message: str, code: ExitCode) -> typer.Exit:
    print(f"advisor: {message}", file=sys.stderr)  # noqa: T201 - this is the rim
    return typer.Exit(int(code))


def _quiet_pipe() -> typer.Exit:
    """Let the flush at exit go nowhere: whoever read us, such as `head`, has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return typer.Exit(int(ExitCode.OK))


def _internal(error: Exception) -> str:
    """Save the traceback and say where it is."""
    import tempfile
    import traceback

    handle, path = tempfile.mkstemp(prefix="advisor-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return (
        f"this is a mistake of ours, not yours: {type(error).__name__}: {error}. "
        f"The details are in {path}; please attach them to a report."
    )
