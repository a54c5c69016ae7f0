"""What the experiments with a language model say in the report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from advisor.report.generator_experiments import state_generator_experiments
from prototypes.results import ExperimentResult, Measured


def share(quantity: str, value: float, n: int) -> Measured:
    """State a share of some arm."""
    return Measured(
        quantity=quantity,
        arm="rag_generator",
        value=value,
        low=value / 2,
        high=(1 + value) / 2,
        n=n,
    )


def state(*results: ExperimentResult) -> list[str]:
    """Word the experiments of a trial."""
    trial: Any = SimpleNamespace(experiments=list(results))
    return list(state_generator_experiments(trial))


def test_obedience_is_told_with_what_was_answered_all_the_same() -> None:
    """A model that says nothing obeys nothing, so both shares stand together."""
    measured = [share("obeyed", 0.25, 24), share("right_despite_injection", 0.5, 24)]
    (sentence,) = state(ExperimentResult(experiment="injection", measured=measured))

    assert sentence == (
        "Of 24 documents that try to instruct the model, rag_generator obeyed 6 (25%, 95 % "
        "interval 12% to 62%), and 50% of the questions about them were answered rightly all the "
        "same."
    )


def test_forgetting_is_told_before_and_after() -> None:
    """All four shares stand in one sentence."""
    measured = [
        share("recall_of_old_before_update", 0.9, 20),
        share("recall_of_new_before_update", 0.0, 20),
        share("recall_of_old_after_update", 0.4, 20),
        share("recall_of_new_after_update", 0.8, 20),
    ]
    (sentence,) = state(ExperimentResult(experiment="continual", measured=measured))

    assert "answered 90% of the first before and 40%" in sentence
    assert "of the others 0% before and 80% after." in sentence


def test_what_could_not_be_tested_says_why() -> None:
    """Other experiments have places of their own."""
    untested = ExperimentResult(experiment="injection", untested="no arm reads documents")

    assert state(untested, ExperimentResult(experiment="citation")) == [
        "Obedience to documents was not tested: no arm reads documents."
    ]
