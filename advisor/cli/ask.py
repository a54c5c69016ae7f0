"""`advisor ask`: talk to the prototype that won, with its sources shown."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from advisor.cli.interview import require_terminal


def ask(
    run: Path = typer.Argument(metavar="RUN", help="The run folder."),
    question: str | None = typer.Argument(
        None, metavar="QUESTION", help="The question; without one: a conversation."
    ),
    arm: str | None = typer.Option(None, "--arm", help="Another arm than the one that won."),
    rivals: bool = typer.Option(False, "--rivals", help="Show what the other arms answer, too."),
    groups: str | None = typer.Option(
        None, "--groups", metavar="A,B", help="The groups of whoever asks, by comma."
    ),
    groups_file: Path | None = typer.Option(
        None, "--groups-file", help="Who may read which document; kept in the run folder."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the answer and its sources."),
) -> None:
    """Put a question to a fitted arm of a run."""
    from advisor.cli.access import settle_groups
    from advisor.cli.conversation import Panel, converse
    from advisor.evidence.run_files import require_run_folder

    if question is None:
        require_terminal(
            "without a question this is a conversation",
            f'give the question: advisor ask {shlex.quote(str(run))} "…"',
        )
    require_run_folder(run)
    name = arm or _winner(run)
    panel = Panel(run, is_quiet=quiet, groups=settle_groups(run, groups, groups_file, quiet=quiet))
    panel.open(name)

    def ask_rivals(text: str) -> None:
        panel.ask_each(_others(run, name), text)

    def answer(text: str) -> None:
        panel.ask(name, text)
        if rivals:
            ask_rivals(text)

    if question is not None:
        answer(_require_words(question))
        return
    typer.echo(f"{name} answers; /rivals asks the other arms, an empty line ends.", err=True)
    converse(answer, ask_rivals)


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


def _others(run: Path, name: str) -> tuple[str, ...]:
    """Name the arms that were measured beside the one that answers."""
    from prototypes.run_folder import load_trial

    return tuple(arm.name for arm in load_trial(run).arms if arm.name != name)


def _require_words(question: str) -> str:
    from advisor.errors import AdvisorError

    if not question.strip():
        raise AdvisorError("the question is empty; expected at least a word.")
    return question
