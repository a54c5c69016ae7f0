"""`advisor ask`: talk to the prototype that won, with its sources shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from prototypes.contracts import Arm, Prediction


def ask(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    question: str | None = typer.Argument(
        None, metavar="QUESTION", help="The question; without one: a conversation."
    ),
    arm: str | None = typer.Option(None, "--arm", help="Another arm than the one that won."),
) -> None:
    """Put a question to a fitted arm of a run."""
    answer = _opened(run, arm)
    if question is not None:
        answer(question)
        return
    if not sys.stdin.isatty():
        from advisor.errors import NoTerminalError

        raise NoTerminalError(
            f'there is no terminal to ask in; give the question: advisor ask {run} "…"'
        )
    _converse(answer)


def _opened(run: Path, wanted: str | None) -> Callable[[str], None]:
    from advisor.errors import RunFolderError
    from advisor.evidence.run_files import load_run
    from advisor.evidence.winner import winning_arm
    from prototypes.harness import load_fitted_arm

    trial = load_run(run).trial
    name = wanted or (winning_arm(trial) if trial else None)
    if name is None:
        raise RunFolderError(f"{run}: no arm has been measured yet; run `advisor prototype`.")
    typer.echo(f"{name} answers; an empty line ends.", err=True)
    fitted = load_fitted_arm(run, name)

    def answer(question: str) -> None:
        _show(*_timed(fitted, question))

    return answer


def _timed(arm: Arm, question: str) -> tuple[Prediction, float]:
    start = time.perf_counter()
    (prediction,) = arm.predict([question])
    return prediction, (time.perf_counter() - start) * 1000


def _show(prediction: Prediction, milliseconds: float) -> None:
    typer.echo(prediction.output or "(no answer: the evidence is too weak)")
    for citation in prediction.citations:
        title = f" ({citation.title})" if citation.title else ""
        typer.echo(f"  source: {citation.passage_id}{title}")
    typer.echo(f"  {milliseconds:.0f} ms", err=True)


def _converse(answer: Callable[[str], None]) -> None:
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            return
        if not question:
            return
        answer(question)
