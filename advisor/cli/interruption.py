"""Ctrl-C that is never lost: while something is measured, every press ends in exit code 130."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from advisor.vocabulary import ExitCode
from prototypes.errors import ClusterLostError


def this_command() -> str:
    """Return the command line as it can be typed again."""
    return shlex.join(["advisor", *sys.argv[1:]])


@contextmanager
def resumable(resume_with: str) -> Iterator[None]:
    """Answer Ctrl-C, in whatever phase it comes, with the command that goes on.

    A cluster that is lost on the way is answered in the same way.
    """
    try:
        yield
    except ClusterLostError as error:
        raise ClusterLostError(f"{error} Go on with: {resume_with}") from error
    except KeyboardInterrupt as error:
        typer.echo(f"Interrupted; what was measured is kept. Go on with: {resume_with}", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from error


@contextmanager
def remembered_ctrl_c() -> Iterator[Callable[[], None]]:
    """Remember that Ctrl-C was pressed; what is yielded raises it again.

    Python drops an exception that is raised while it runs a destructor or a callback of a C
    library, and imports of large libraries spend much of their time there. Whoever calls what is
    yielded now and then does not miss a press that fell into such a moment.
    """
    was_pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        was_pressed.set()
        signal.default_int_handler(number, frame)

    def raise_again() -> None:
        if was_pressed.is_set():
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield raise_again
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield raise_again
    finally:
        signal.signal(signal.SIGINT, before)
