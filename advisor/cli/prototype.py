"""`advisor prototype`: builds the recommended approach and its rivals and measures them."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from advisor.cli.access import tell_groups
from advisor.cli.dry_run import DRY_RUN, tell_plan
from advisor.cli.interruption import resumable
from advisor.cli.measuring import conclude, exit_for, measure, tell_of_data
from advisor.cli.options import CACHE, EXPERIMENTS, JUDGE, PRICES, RACE, RULES

if TYPE_CHECKING:
    from advisor.evidence.trials import TestedAdvice, TrialOptions
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase
    from prototypes.contracts import Dataset, Task
    from prototypes.data.request import DataRequest

_DATA = typer.Option(
    None, "--data", help="Folder with documents/, questions.* or examples.*; or one file."
)
_COLUMN = typer.Option(
    [], "--column", metavar="NAME=COLUMN", help="Another name for a column: text=utterance."
)
_TASK = typer.Option(None, "--task", help="classification, extraction, document_qa, generation.")
_MARGIN = typer.Option(0.02, "--margin", min=0, max=1, help="Smallest difference worth having.")
_STRICT = typer.Option(
    False, "--strict", help="Refused rows are an error; a contradiction exits with 6."
)
_OUTPUT = typer.Option(Path("run"), "--output", "-o", help="The run folder; also report.html.")
_GENERATOR = typer.Option(
    None,
    "--generator",
    metavar="MODEL",
    help="A language model: a folder, a hub id, or openai:MODEL@URL for a server.",
)
_MAX_TOKENS_TOTAL = typer.Option(
    None, "--max-tokens-total", min=1, help="Ask a server for at most this many tokens."
)
_CONTEXT_TOKENS = typer.Option(
    None, "--context-tokens", min=1, help="The generator's context, where nobody else tells."
)
_TOKEN_PRICE = typer.Option(
    None, "--token-price", metavar="IN,OUT", help="US dollars per million tokens: 0.15,0.60."
)
_MAX_USD = typer.Option(
    None, "--max-usd", min=0, help="Ask a server for at most this much, by --token-price."
)
_TRACK = typer.Option(
    None, "--track", metavar="mlflow", help="Copy the result to MLflow, in ./mlruns by default."
)
_STORE = typer.Option(
    "faiss", "--store", metavar="NAME", help="Where vectors lie: faiss, lancedb or qdrant."
)
_CLUSTER = typer.Option(
    None, "--cluster", metavar="ADDRESS", help="Share the work on Ray: auto or ray://HOST:PORT."
)
_LAUNCH = typer.Option(
    None, "--launch", metavar="COMMAND", help='Train with "torchrun --nproc_per_node 2" or alike.'
)
_PROMPTS = typer.Option(None, "--prompts", help="Folder with prompt templates that replace ours.")


def prototype(
    answers: Path = typer.Argument(metavar="ANSWERS", help="The answers file."),
    data: Path | None = _DATA,
    documents: Path | None = typer.Option(None, "--documents", help="The corpus, if elsewhere."),
    questions: Path | None = typer.Option(None, "--questions", help="Evaluation questions."),
    examples: Path | None = typer.Option(None, "--examples", help="Labelled examples."),
    test: Path | None = typer.Option(None, "--test", help="A test split to be taken as given."),
    labels: Path | None = typer.Option(None, "--labels", help="What each label means."),
    column: list[str] = _COLUMN,
    task: str | None = _TASK,
    arms: str | None = typer.Option(None, "--arms", help="Arms or approaches, by comma."),
    generator: str | None = _GENERATOR,
    max_tokens_total: int | None = _MAX_TOKENS_TOTAL,
    context_tokens: int | None = _CONTEXT_TOKENS,
    token_price: str | None = _TOKEN_PRICE,
    max_usd: float | None = _MAX_USD,
    prompts: Path | None = _PROMPTS,
    judge: str | None = JUDGE,
    encoder: str | None = typer.Option(None, "--encoder", help="A folder or hub id."),
    store: str = _STORE,
    margin: float = _MARGIN,
    budget: str | None = typer.Option(None, "--budget", help="At most this long, such as 10m."),
    seed: int = typer.Option(0, "--seed", help="Same seed and machine, same numbers."),
    resume: bool = typer.Option(False, "--resume", help="Go on with an interrupted run."),
    experiments: str | None = EXPERIMENTS,
    race: bool = RACE,
    cache: Path | None = CACHE,
    rules: Path | None = RULES,
    prices: Path | None = PRICES,
    track: str | None = _TRACK,
    cluster: str | None = _CLUSTER,
    launch: str | None = _LAUNCH,
    strict: bool = _STRICT,
    output: Path = _OUTPUT,
    dry_run: bool = DRY_RUN,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the verdict only."),
) -> None:
    """Build the arms and measure them on your data."""
    from advisor.evidence.trials import GeneratorTerms, Scale, TrialOptions
    from prototypes.data.request import DataRequest

    _require_data(data or documents or questions or examples)
    request = DataRequest(
        folder=data, documents=documents, questions=questions, examples=examples, test=test,
        labels=labels, columns=_columns(column), task=_task(task), strict=strict,
    )  # fmt: skip
    price = _usd(token_price)
    terms = GeneratorTerms(max_tokens_total, context_tokens, price, max_usd, prompts, judge)
    options = TrialOptions(
        arms=_names(arms, "--arms rag,fine_tune"), margin=margin, seed=seed,
        budget_seconds=_seconds(budget), resume=resume, encoder=encoder, store=store,
        generator=generator, terms=terms,
        experiments=_names(experiments, "--experiments learning_curve") or (),
        race=race, cache=cache, prices=prices, track=track,
        scale=Scale(cluster, launch), dry_run=dry_run,
    )  # fmt: skip
    with resumable(f"{_this_command()} --resume"):
        _test(_load(answers, rules), request, options=options, run=output, quiet=quiet)


def _load(answers: Path, rules: Path | None) -> tuple[Answers, RuleBase]:
    from advisor.knowledge.answers_file import load_answers
    from advisor.knowledge.loader import load_rules

    rule_base = load_rules(rules)
    return load_answers(answers, rule_base), rule_base


def _test(
    project: tuple[Answers, RuleBase],
    request: DataRequest,
    *,
    options: TrialOptions,
    run: Path,
    quiet: bool,
) -> None:
    """Read the data, put the recommendation to the test, report."""
    from advisor.evidence.limits import task_from
    from advisor.evidence.tracking import require_place, require_tracker
    from prototypes.data.groups import locate_groups
    from prototypes.data.readers import read_dataset
    from prototypes.experiments.battery import require_experiments
    from prototypes.retrieval.stores.opening import require_store

    require_tracker(options.track)
    require_store(options.store)
    require_experiments(options.experiments)
    said, rule_base = project
    task = request.task or task_from(said)
    dataset = read_dataset(replace(request, task=task, seed=options.seed))
    _tell_other_task(said, dataset)
    _tell_text_only(said)
    tell_groups(dataset, locate_groups(request))
    if options.dry_run:
        tell_of_data(dataset)
        tell_plan(said, dataset, rule_base, options=options)
        return
    if options.track:
        require_place()
    tested = measure(said, dataset, rule_base, run=run, options=options, quiet=quiet)
    conclude(tested, said, rule_base, run=run, quiet=quiet)
    if options.track:
        _track(tested, run)
    exit_for(tested, is_strict=request.strict)


def _track(tested: TestedAdvice, run: Path) -> None:
    from advisor.evidence.tracking import track_trial

    typer.echo(f"MLflow: {track_trial(run, tested.trial)}", err=True)


def _tell_other_task(said: Answers, dataset: Dataset) -> None:
    """Say so where the data are measured as another task than the one in the answers."""
    from advisor.evidence.limits import task_from

    if said.is_known("task_kind") and task_from(said) is not dataset.task:
        typer.echo(
            f"The answers say task_kind {said.level('task_kind')}; the laboratory measures these "
            f"data as {dataset.task.value}, and the verdict holds for that task.",
            err=True,
        )


def _tell_text_only(said: Answers) -> None:
    """Say so where the answers are about more than what the laboratory reads."""
    material = said.level("modality") if said.is_known("modality") else "text"
    if material != "text":
        typer.echo(
            f"The answers say modality {material}; the laboratory reads text only, and every "
            "figure holds for the words alone. The report says what the rest would take.",
            err=True,
        )


def _require_data(given: Path | None) -> None:
    from advisor.errors import AdvisorError

    if given is None:
        raise AdvisorError(
            "no data was given, and without data nothing can be measured; name a folder or file "
            "with --data, or see `advisor demo` for an example."
        )


def _names(given: str | None, example: str) -> tuple[str, ...] | None:
    """Read names by comma, as in the example; None if the option was left out."""
    from advisor.errors import AdvisorError

    if given is None:
        return None
    option, _, expected = example.partition(" ")
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    if not names:
        raise AdvisorError(f"{option}: {given!r} names nothing; expected such as {expected}.")
    return names


def _columns(named: list[str]) -> dict[str, str]:
    from advisor.cli.columns import read_columns

    return read_columns(named)


def _seconds(budget: str | None) -> float | None:
    from advisor.cli.durations import parse_seconds

    return parse_seconds(budget) if budget else None


def _usd(text: str | None) -> tuple[float, float] | None:
    """Read `--token-price 0.15,0.60`."""
    from advisor.errors import AdvisorError

    if text is None:
        return None
    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        read = written = -1.0
    if not (0 <= read < float("inf") and 0 <= written < float("inf")):
        raise AdvisorError(
            f"--token-price {text!r}: expected two prices in US dollars per million tokens, read "
            "and written, such as 0.15,0.60."
        )
    return read, written


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
