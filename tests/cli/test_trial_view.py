"""What the terminal says before anything is asked."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from advisor.cli.trial_view import trial_progress
from prototypes.events import PlannedExperiment, PlannedPrompts, TrialPlanned


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (None, "tiny at [::1]: about 12,000 tokens\n"),
        (50_000, "about 12,000 tokens, never more than 50,000\n"),
        (5_000, "never more than 5,000; raise it with --max-tokens-total"),
    ],
)
def test_plan_names_tokens_and_cap(limit: int | None, said: str) -> None:
    """What a server will be asked for is known before it is."""
    stream = StringIO()
    prompts = PlannedPrompts("tiny at [::1]", 12_000, limit)
    with trial_progress(Console(file=stream, width=200), quiet=False) as show:
        show(TrialPlanned((), n_train=1, n_validation=1, n_test=1, prompts=prompts))

    assert said in stream.getvalue()


def test_plan_names_experiments_and_their_time() -> None:
    """One whose time nobody can say is named all the same."""
    stream = StringIO()
    planned = (PlannedExperiment("noise", 130.0), PlannedExperiment("freshness", None))
    with trial_progress(Console(file=stream, width=200), quiet=False) as show:
        show(TrialPlanned((), n_train=1, n_validation=1, n_test=1, experiments=planned))

    assert "then noise (about 2 min 10 s), freshness\n" in stream.getvalue()


@pytest.mark.parametrize(
    ("usd", "cap", "said"),
    [
        (None, None, "never more than 50,000\n"),
        (0.12, None, "50,000; about 0.12 US dollars\n"),
        (0.12, 2.5, "about 0.12 US dollars, never more than 2.5\n"),
        (3.0, 2.5, "never more than 2.5; raise it with --max-usd"),
    ],
)
def test_plan_names_what_a_server_will_cost(
    usd: float | None, cap: float | None, said: str
) -> None:
    """Where somebody says what a token costs."""
    stream = StringIO()
    prompts = PlannedPrompts("tiny", 12_000, 50_000, usd, cap)
    with trial_progress(Console(file=stream, width=200), quiet=False) as show:
        show(TrialPlanned((), n_train=1, n_validation=1, n_test=1, prompts=prompts))

    assert said in stream.getvalue()


def test_plan_passes_on_what_is_to_be_known_of_the_place() -> None:
    """Such as that the machines of a cluster cannot read a folder."""
    stream = StringIO()
    with trial_progress(Console(file=stream, width=200), quiet=False) as show:
        show(TrialPlanned((), n_train=1, n_validation=1, n_test=1, notes=("[2] cannot be read",)))

    assert stream.getvalue().endswith("\n[2] cannot be read\n")
