"""What a trial would measure and take, without measuring or asking anything."""

from __future__ import annotations

from dataclasses import replace

from advisor.api import advise
from advisor.evidence.prices import load_prices
from advisor.evidence.trials import TrialOptions, settle
from advisor.schema.answers import Answers
from advisor.schema.rule import RuleBase
from prototypes.contracts import Dataset
from prototypes.events import Event, TrialPlanned


class _PlannedError(Exception):
    """Ends a trial that has said what it would do."""

    def __init__(self, plan: TrialPlanned) -> None:
        super().__init__()
        self.plan = plan


def foresee(
    answers: Answers, dataset: Dataset, rule_base: RuleBase, *, options: TrialOptions
) -> TrialPlanned:
    """Begin a trial in a folder that vanishes, and end it once its plan is known.

    Raises:
        LaboratoryError: If the trial could not even begin, as it would be without a dry run.
    """
    from prototypes.harness import run_trial

    anew = replace(options, resume=False)
    prices, recommendation = load_prices(options.prices), advise(answers, rule_base)
    settings = settle(answers, recommendation, run=None, options=anew, prices=prices)
    try:
        run_trial(dataset, settings=settings, on_event=_end)
    except _PlannedError as end:
        return end.plan
    raise AssertionError("a trial announces its plan before anything else")


def _end(event: Event) -> None:
    if isinstance(event, TrialPlanned):
        raise _PlannedError(event)
