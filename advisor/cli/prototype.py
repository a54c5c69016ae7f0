"""`advisor prototype`: builds the recommended approach and its rivals and measures them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.measuring import conclude, exit_for, measure

if TYPE_CHECKING:
    from prototypes.contracts import Task


def prototype(
    answers: Path = typer.Argument(metavar="ANSWERS", help="The answers file."),
    data: Path | None = typer.Option(
        None, "--data", help="Folder with documents/, questions.* or examples.*; or one file."
    ),
    documents: Path | None = typer.Option(None, "--documents", help="The corpus, if elsewhere."),
    questions: Path | None = typer.Option(None, "--questions", help="Evaluation questions."),
    examples: Path | None = typer.Option(None, "--examples", help="Labelled examples."),
    test: Path | None = typer.Option(None, "--test", help="A test split to be taken as given."),
    column: list[str] = typer.Option(
        [],
        "--column",
        metavar="NAME=COLUMN",
        help="Where a column is called differently: text=utterance.",
    ),
    task: str | None = typer.Option(None, "--task", help="classification or document_qa."),
    arms: str | None = typer.Option(None, "--arms", help="Arms or approaches, by comma."),
    generator: str | None = typer.Option(None, "--generator", help="A language model."),
    encoder: str | None = typer.Option(None, "--encoder", help="A folder or hub id."),
    margin: float = typer.Option(0.02, "--margin", help="Smallest difference worth having."),
    budget: str | None = typer.Option(None, "--budget", help="At most this long, such as 10m."),
    seed: int = typer.Option(0, "--seed", help="Same seed and machine, same numbers."),
    resume: bool = typer.Option(False, "--resume", help="Go on with an interrupted run."),
    strict: bool = typer.Option(
        False, "--strict", help="Refused rows are an error; a contradiction exits with 6."
    ),
    output: Path = typer.Option(Path("run"), "--output", "-o", help="The run folder."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the verdict only."),
) -> None:
    """Build the arms and measure them on your data.

    The run folder gets every result and report.html.
    """
    from advisor.cli.durations import parse_seconds
    from advisor.evidence.limits import task_from
    from advisor.evidence.trials import TrialOptions
    from advisor.knowledge.answers_file import load_answers
    from advisor.knowledge.loader import load_rules
    from prototypes.data.readers import read_dataset
    from prototypes.data.request import DataRequest

    rule_base = load_rules()
    said = load_answers(answers, rule_base)
    request = DataRequest(
        folder=data,
        documents=documents,
        questions=questions,
        examples=examples,
        test=test,
        columns=_columns(column),
        task=_task(task) or task_from(said),
        strict=strict,
    )
    options = TrialOptions(
        arms=tuple(name.strip() for name in arms.split(",")) if arms else None,
        margin=margin,
        seed=seed,
        budget_seconds=parse_seconds(budget) if budget else None,
        resume=resume,
        encoder=encoder,
        generator=generator,
    )
    dataset = read_dataset(request)
    tested = measure(said, dataset, rule_base, run=output, options=options, quiet=quiet)
    conclude(tested, said, rule_base, run=output, quiet=quiet)
    exit_for(tested, resume_with=f"{_this_command()} --resume", is_strict=strict)


def _columns(pairs: list[str]) -> dict[str, str]:
    """Read `--column text=utterance`."""
    from advisor.errors import AdvisorError

    for pair in pairs:
        if "=" not in pair:
            raise AdvisorError(f"--column {pair!r}: expected name=column, such as text=utterance.")
    return dict(pair.split("=", 1) for pair in pairs)


def _task(name: str | None) -> Task | None:
    from advisor.errors import AdvisorError, did_you_mean
    from prototypes.contracts import Task

    if name is None:
        return None
    known = [task.value for task in Task]
    if name not in known:
        raise AdvisorError(
            f"--task: there is no task {name!r}.{did_you_mean(name, known)} "
            f"Expected one of: {', '.join(known)}."
        )
    return Task(name)


def _this_command() -> str:
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    return shlex.join(["advisor", *arguments])
