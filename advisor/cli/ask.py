"""`advisor ask`: talk to the prototype that won, with its sources shown."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.interview import require_terminal

if TYPE_CHECKING:
    from prototypes.contracts import Arm, Prediction


def ask(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    question: str | None = typer.Argument(
        None, metavar="QUESTION", help="The question; without one: a conversation."
    ),
    arm: str | None = typer.Option(None, "--arm", help="Another arm than the one that won."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the answer and its sources."),
) -> None:
    """Put a question to a fitted arm of a run."""
    if question is None:
        require_terminal(
            "without a question this is a conversation",
            f'give the question: advisor ask {shlex.quote(str(run))} "…"',
        )
    name = arm or _winner(run)
    answer = _opened(run, name, quiet=quiet)
    if question is not None:
        answer(_require_words(question))
        return
    typer.echo(f"{name} answers; an empty line ends.", err=True)
    _converse(answer)


def _winner(run: Path) -> str:
    from advisor.errors import RunFolderError
    from advisor.evidence.run_files import load_run
    from advisor.evidence.winner import winning_arm

    trial = load_run(run).trial
    name = winning_arm(trial) if trial else None
    if name is None:
        raise RunFolderError(
            f"{run}: no arm has been measured yet; `advisor prototype … --resume` goes on."
        )
    return name


def _opened(run: Path, name: str, *, quiet: bool) -> Callable[[str], None]:
    from prototypes.harness import load_fitted_arm

    fitted = load_fitted_arm(run, name)

    def answer(question: str) -> None:
        prediction, milliseconds = _timed(fitted, question)
        _show(prediction)
        if not quiet:
            typer.echo(f"  {name}, {milliseconds:.0f} ms", err=True)

    return answer


def _require_words(question: str) -> str:
    from advisor.errors import AdvisorError

    if not question.strip():
        raise AdvisorError("the question is empty; expected at least a word.")
    return question


def _timed(arm: Arm, question: str) -> tuple[Prediction, float]:
    start = time.perf_counter()
    (prediction,) = arm.predict([question])
    return prediction, (time.perf_counter() - start) * 1000


def _show(prediction: Prediction) -> None:
    silence = prediction.fault or "the evidence is too weak"
    typer.echo(prediction.output or f"(no answer: {silence})")
    for citation in prediction.citations:
        title = f" ({citation.title})" if citation.title else ""
        typer.echo(f"  source: {citation.passage_id}{title}")
    if prediction.output and prediction.fault:
        typer.echo(f"  note: {prediction.fault}")


def _converse(answer: Callable[[str], None]) -> None:
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            return
        if not question:
            return
        answer(question)
