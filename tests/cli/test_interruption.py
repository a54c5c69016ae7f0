"""Ctrl-C that is never lost."""

from __future__ import annotations

import os
import signal

import pytest
import typer

from advisor.cli.interruption import remembered_ctrl_c, resumable


def test_press_raises_at_once() -> None:
    """Ctrl-C behaves as ever where nothing is in its way."""
    with pytest.raises(KeyboardInterrupt), remembered_ctrl_c():
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_press_that_a_destructor_swallowed_is_raised_again() -> None:
    """Python drops what is raised in a destructor; the press is remembered all the same."""

    class Deaf:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    with remembered_ctrl_c() as raise_again:
        raise_again()
        Deaf()

        with pytest.raises(KeyboardInterrupt):
            raise_again()


def test_handler_is_put_back() -> None:
    """After measuring Ctrl-C means what it meant before."""
    before = signal.getsignal(signal.SIGINT)
    with remembered_ctrl_c():
        pass

    assert signal.getsignal(signal.SIGINT) is before


def test_interruption_names_the_command_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130 and the way back."""
    with pytest.raises(typer.Exit) as caught, resumable("advisor prototype --resume"):
        raise KeyboardInterrupt

    assert caught.value.exit_code == 130
    assert "Go on with: advisor prototype --resume" in capsys.readouterr().err
