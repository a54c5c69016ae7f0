"""The outermost edge: what a command raises becomes one sentence and an exit code."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from advisor.errors import AdvisorError
from advisor.vocabulary import ExitCode
from prototypes.errors import LaboratoryError

P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn everything a command may raise into a message on stderr and an exit code.

    A user's mistake is one sentence; a mistake of ours is one sentence and a file with the
    traceback; Ctrl-C is silent but for what the command itself has said.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AdvisorError as error:
            raise _stop(str(error), error.exit_code) from error
        except LaboratoryError as error:
            raise _stop(str(error), ExitCode.USAGE) from error
        except KeyboardInterrupt as error:
            raise _stop("interrupted.", ExitCode.INTERRUPTED) from error
        except BrokenPipeError as error:
            raise _quiet_pipe() from error
        except Exception as error:
            if type(error).__module__.startswith("typer"):
                raise
            raise _stop(_internal(error), ExitCode.INTERNAL) from error

    return run


def guard_all(app: typer.Typer) -> None:
    """Put every command of an application, and of its sub-applications, behind the boundary."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.callback = guarded(command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            guard_all(group.typer_instance)


def _stop(message: str, code: ExitCode) -> typer.Exit:
    print(f"advisor: {message}", file=sys.stderr)  # noqa: T201 - this is the rim
    return typer.Exit(int(code))


def _quiet_pipe() -> typer.Exit:
    sys.stdout = None  # whoever read us is gone; do not flush again
    return typer.Exit(int(ExitCode.OK))


def _internal(error: Exception) -> str:
    """Save the traceback and say where it is."""
    import os
    import tempfile
    import traceback

    handle, path = tempfile.mkstemp(prefix="advisor-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return (
        f"this is a mistake of ours, not yours: {type(error).__name__}: {error}. "
        f"The details are in {path}; please attach them to a report."
    )
