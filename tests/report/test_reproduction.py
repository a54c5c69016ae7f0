"""The commands that give a report again."""

from __future__ import annotations

from advisor.report.reproduction import EMBEDDED, UNASKED, list_commands
from prototypes.experiments import battery
from prototypes.models.encoder import EMBEDDED_NAME
from prototypes.models.lexical import LexicalEncoder
from prototypes.results import ExperimentResult, TrialResult


def test_experiments_that_were_asked_for_are_asked_for_again(trial: TrialResult) -> None:
    """Those that come with every trial are not named."""
    asked = [ExperimentResult(experiment=name) for name in ("learning_curve", "judge", "noise")]
    held = trial.model_copy(update={"experiments": [*trial.experiments, *asked]})

    _, command = list_commands(held)

    assert "--experiments learning_curve,noise --judge MODEL" in command
    assert "latency_cost" not in command


def test_what_is_named_is_told_without_its_place(trial: TrialResult) -> None:
    """An encoder and a store of one's own, by the options that took them."""
    changes = {"encoder": "our-encoder", "store": "qdrant"}
    protocol = trial.protocol.model_copy(update=changes)

    _, command = list_commands(trial.model_copy(update={"protocol": protocol}))

    assert "--encoder ENCODER --store qdrant" in command
    assert "our-encoder" not in command


def test_trial_without_extras_needs_no_option_for_them(trial: TrialResult) -> None:
    """The shipped encoder and the usual store are there anyway."""
    _, command = list_commands(trial)

    assert [name for name in ("--encoder", "--store", "--experiments") if name in command] == []


def test_trial_that_measured_nothing_names_no_arm(trial: TrialResult) -> None:
    """An empty list of arms is none that could be typed."""
    _, command = list_commands(trial.model_copy(update={"arms": [], "dropped": []}))

    assert "--arms" not in command


def test_names_are_those_of_the_laboratory() -> None:
    """Nothing that can be asked for is taken for something that comes unasked."""
    assert UNASKED & set(battery.ON_REQUEST) == set()
    assert {EMBEDDED_NAME, LexicalEncoder().name} == EMBEDDED
