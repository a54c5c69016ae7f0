"""A conversation with the arms of a run: one answers, the others on request."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from prototypes.contracts import Arm, Prediction

RIVALS = "/rivals"
HELP = "/help"
_FIRST = "Ready?"

Answer = Callable[[str], None]
"""Puts a question to somebody and prints what comes back."""


def converse(answer: Answer, ask_rivals: Answer) -> None:
    """Answer questions line by line until an empty one, Ctrl-D or Ctrl-C.

    What goes wrong with one question, such as a server that is down, does not end it.

    Args:
        answer: Puts a question to the arm that answers.
        ask_rivals: Puts it to the others; `/rivals` does that with the last question.
    """
    from prototypes.errors import LaboratoryError

    asked = ""
    _edit_lines()
    while line := _read_line():
        try:
            if line == RIVALS and asked:
                ask_rivals(asked)
            elif line.startswith("/"):
                typer.echo(_explain(line), err=True)
            else:
                asked = line
                answer(asked)
        except LaboratoryError as error:
            typer.echo(f"advisor: {error}", err=True)


def _edit_lines() -> None:
    """Let the arrow keys move within a line and bring earlier ones back, where Python can."""
    with suppress(ImportError):
        import readline  # noqa: F401 # to be imported is all that it needs


def _read_line() -> str:
    try:
        return input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
        return ""


def _explain(line: str) -> str:
    """Say what a line that is no question can be."""
    known = f"{RIVALS} shows what the other arms answer; an empty line ends."
    if line == RIVALS:
        return "Ask something first; then /rivals shows what the other arms answer to it."
    return known if line == HELP else f"There is no {line.split()[0]}. {known}"


class Panel:
    """The fitted arms of a run; each is loaded when it is first asked."""

    def __init__(self, run: Path, *, is_quiet: bool, groups: frozenset[str] = frozenset()) -> None:
        """Name the run and the groups of whoever asks; nothing is loaded yet."""
        self._run, self._is_quiet, self._groups = run, is_quiet, groups
        self._load = cache(self._load_arm)

    def open(self, name: str) -> None:
        """Load an arm now, so that the first answer does not wait for it.

        Raises:
            LaboratoryError: If the run holds no such arm.
        """
        self._load(name)

    def ask(self, name: str, question: str) -> None:
        """Print an arm's answer with its sources; name and latency go to standard error."""
        arm = self._load(name)
        start = time.perf_counter()
        (prediction,) = arm.predict([question])
        milliseconds = (time.perf_counter() - start) * 1000
        say(self._word(prediction, question))
        _show_grounds(prediction)
        if not self._is_quiet:
            typer.echo(f"  {name}, {milliseconds:.0f} ms", err=True)

    def ask_each(self, names: tuple[str, ...], question: str) -> None:
        """Put a question to several arms; one that cannot be loaded does not stop the others."""
        from prototypes.errors import LaboratoryError

        for name in names:
            typer.echo(f"\n{name}:")
            try:
                self.ask(name, question)
            except LaboratoryError as error:
                typer.echo(f"  (cannot answer: {error})")

    def _word(self, prediction: Prediction, question: str) -> str:
        """Say what an arm answered; spans are shown in the text they were found in."""
        from prototypes.contracts import Task
        from prototypes.run_folder import load_lock

        if load_lock(self._run).task is Task.EXTRACTION:
            return _show_spans(prediction, question)
        silence = prediction.fault or "the evidence is too weak"
        return prediction.output or f"(no answer: {silence})"

    def _load_arm(self, name: str) -> Arm:
        """Load an arm, and let it load what it reads when it is first asked.

        One with a language model is not asked for that: a server would be paid for it.
        """
        from prototypes.fitted import load_fitted_arm
        from prototypes.registry import arms_for
        from prototypes.run_folder import load_lock

        arm = load_fitted_arm(self._run, name, groups=self._groups)
        specs = {spec.name: spec for spec in arms_for(load_lock(self._run).task)}
        if not any("generator" in need for need in specs[name].needs):
            arm.predict([_FIRST])
        return arm


def _show_spans(prediction: Prediction, text: str) -> str:
    """Mark the spans in the text, then name each with its label."""
    from prototypes.data.spans import mark_spans, parse_spans

    spans = parse_spans(prediction.output)
    if not spans:
        return "(no span found)"
    named = (f"  {span.label}: {text[span.start : span.end]}" for span in spans)
    return "\n".join((mark_spans(text, spans), *named))


def _show_grounds(prediction: Prediction) -> None:
    for citation in prediction.citations:
        title = f" ({citation.title})" if citation.title else ""
        say(f"  source: {citation.passage_id}{title}")
    if prediction.output and prediction.fault:
        say(f"  note: {prediction.fault}")


def say(text: str) -> None:
    """Print a text, in a terminal with its lines broken between words; in a pipe as it is."""
    from rich.console import Console
    from rich.text import Text

    if not sys.stdout.isatty():
        typer.echo(text)
        return
    console = Console(highlight=False)
    for line in text.splitlines() or [""]:
        bare = line.lstrip(" ")
        margin = " " * (len(line) - len(bare))
        for part in Text(bare).wrap(console, max(1, console.width - len(margin))):
            typer.echo(margin + part.plain.rstrip())
