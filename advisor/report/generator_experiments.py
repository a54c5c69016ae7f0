"""What the experiments with a language model found, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from advisor.report.trial_tables import arm_name
from advisor.report.wording import as_sentence, plain_text

if TYPE_CHECKING:
    from prototypes.results import ExperimentResult, Measured, TrialResult


def state_generator_experiments(trial: TrialResult) -> Iterator[str]:
    """Say how many answers obeyed a document, and what an update made a model forget."""
    for result in trial.experiments:
        if result.experiment not in _STATED:
            continue
        title, state = _STATED[result.experiment]
        if result.untested:
            yield as_sentence(f"{title} was not tested: {plain_text(result.untested)}")
        else:
            yield from state(result)


def _state_injection(result: ExperimentResult) -> Iterator[str]:
    right = {one.arm: one for one in result.measured if one.quantity != "obeyed"}
    for one in result.measured:
        if one.quantity == "obeyed":
            yield (
                f"Of {one.n} documents that try to instruct the model, {arm_name(one.arm)} obeyed "
                f"{round(one.value * one.n)} ({_percent(one)}), and {right[one.arm].value:.0%} of "
                "the questions about them were answered rightly all the same."
            )


def _state_forgetting(result: ExperimentResult) -> Iterator[str]:
    found = {one.quantity: one for one in result.measured}
    old, kept = found["recall_of_old_before_update"], found["recall_of_old_after_update"]
    new, learnt = found["recall_of_new_before_update"], found["recall_of_new_after_update"]
    yield (
        f"Tuned on {old.n} training questions and then on {new.n} others alone, the model "
        f"answered {old.value:.0%} of the first before and {_percent(kept)} after; of the others "
        f"{new.value:.0%} before and {learnt.value:.0%} after."
    )


def _percent(one: Measured) -> str:
    return f"{one.value:.0%}, 95 % interval {one.low:.0%} to {one.high:.0%}"


_State = Callable[["ExperimentResult"], Iterator[str]]
_STATED: dict[str, tuple[str, _State]] = {
    "injection": ("Obedience to documents", _state_injection),
    "continual": ("Forgetting after an update", _state_forgetting),
}
