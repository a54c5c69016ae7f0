"""The command `advisor`: registers the commands, each of which loads its work when it is run."""

from __future__ import annotations

import atexit
import gc

import typer

from advisor import __version__
from advisor.cli.ask import ask
from advisor.cli.boundary import GuardedGroup, end_beside_ray
from advisor.cli.cases import cases
from advisor.cli.challenge import challenge
from advisor.cli.compare import compare
from advisor.cli.demo import demo
from advisor.cli.doctor import doctor
from advisor.cli.export import export
from advisor.cli.forget import forget
from advisor.cli.guided import guided
from advisor.cli.interview import interview
from advisor.cli.judge import judge
from advisor.cli.profile import profile
from advisor.cli.prototype import prototype
from advisor.cli.recheck import recheck
from advisor.cli.recommend import recommend
from advisor.cli.report import report
from advisor.cli.rules import rules_app
from advisor.cli.team import team

_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Rules and answers stay until the end; looking through them every 700 objects finds nothing."""

app = typer.Typer(
    name="advisor",
    cls=GuardedGroup,
    help="Prompt, retrieve, fine-tune or combine? Cited advice, then a measurement on your data.",
    epilog="Try it: advisor demo",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"advisor {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Ask, advise, build and measure; without a command: the guided flow."""
    if context.invoked_subcommand is None:
        guided()


def _register() -> None:
    for command, example in (
        (interview, "advisor interview -o answers.yaml"),
        (recommend, "advisor recommend answers.yaml --set data_volatility=daily"),
        (profile, "advisor profile docs/ tickets.csv --answers answers.yaml"),
        (team, "advisor team answers.yaml"),
        (prototype, "advisor prototype answers.yaml --data my-project -o run"),
        (report, "advisor report run --format markdown"),
        (ask, 'advisor ask run "Which flag sets the snapshot count?"'),
        (judge, "advisor judge run"),
        (export, "advisor export run help-desk"),
        (forget, "advisor forget run hr/pay.md --export help-desk"),
        (challenge, "advisor challenge answers.yaml --chosen rag --run run"),
        (recheck, "advisor recheck run --data my-project"),
        (compare, "advisor compare run run-after-labelling"),
        (cases, "advisor cases answers.yaml -n 3"),
        (demo, "advisor demo"),
        (doctor, "advisor doctor"),
    ):
        app.command(epilog=f"Example: {example}")(command)
    app.add_typer(
        rules_app,
        name="rules",
        help="Check, show and test the rule base.",
        epilog="Example: advisor rules check",
    )


_register()


def main() -> None:
    """Run the command line; the entry point of the console script."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    atexit.register(gc.freeze)  # the process ends: nobody needs what a last search would free
    try:
        app()
    except SystemExit as end:
        end_beside_ray(end.code)
        raise
