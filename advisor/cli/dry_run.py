"""`advisor prototype --dry-run`: says what would be measured and what it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from advisor.evidence.trials import TrialOptions
    from advisor.schema.answers import Answers
    from advisor.schema.rule import RuleBase
    from prototypes.contracts import Dataset

DRY_RUN = typer.Option(
    False, "--dry-run", help="Say what would be measured and what it would cost, then stop."
)


def tell_plan(
    answers: Answers, dataset: Dataset, rule_base: RuleBase, *, options: TrialOptions
) -> None:
    """Print the plan of a trial and each arm with its time; nothing is measured or written."""
    from rich.console import Console

    from advisor.cli.durations import in_words
    from advisor.cli.trial_view import trial_progress
    from advisor.evidence.dry_run import foresee

    plan = foresee(answers, dataset, rule_base, options=options)
    with trial_progress(Console(highlight=False, soft_wrap=True), quiet=False) as show:
        show(plan)
    width = max((len(arm.spec.name) for arm in plan.arms), default=0)
    for arm in plan.arms:
        typer.echo(f"  {arm.spec.name:<{width}}  about {in_words(arm.seconds)}")
    typer.echo("Nothing was measured, written or sent; leave --dry-run out to begin.")
