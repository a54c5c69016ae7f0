"""About how long an experiment will take, told by the arms that were measured before it.

Each is as many fittings and answers of some arms as it holds, less what is in the cache already.
Expect it to be right within a factor of two: on 400 labelled texts 19, 4 and 15 seconds were
expected to be 20, 5 and 17 (learning curve, noise, compression).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prototypes.contracts import Approach, Task
from prototypes.experiments.efforts import EFFORTS
from prototypes.experiments.injected_documents import ATTEMPTS
from prototypes.experiments.inquiry import Inquiry
from prototypes.judge_estimates import plan_judge
from prototypes.prompt_estimates import expect_prompt_seconds
from prototypes.results import ArmResult

FIXED_SECONDS = 2.0
"""Imports, intervals, what is written."""

_HEAD, _NEAREST, _FULL = "fine_tune_head", "rag", "fine_tune"
_TEACHER, _TUNED = "prompting_generator", "fine_tune_generator"
_MOST_LABELLED, _MOST_TAUGHT = 2_000, 200


@dataclass(frozen=True, slots=True)
class _Times:
    """What the arms of a trial took; one that was not measured adds nothing."""

    arms: Mapping[str, ArmResult]
    n_test: int

    def fitting(self, *names: str) -> float:
        """Add up the seconds of fitting."""
        return sum(self.arms[name].fit_seconds for name in names if name in self.arms)

    def head(self) -> float:
        """Return the seconds of fitting a head on vectors that are there.

        The nearest samples are fitted by encoding alone, so what a head takes more is its own.
        """
        whole, encoding = self.fitting(_HEAD), self.fitting(_NEAREST)
        return max(whole - encoding, 0.1 * whole) if encoding else 0.3 * whole

    def answers(self, n: int, *names: str) -> float:
        """Add up the seconds of n answers of each arm."""
        found = (self.arms[name] for name in names if name in self.arms)
        return sum(n * arm.predict_seconds / self.n_test for arm in found)

    def prompted(self) -> list[str]:
        """Name the arms that ask a language model."""
        return [name for name, arm in self.arms.items() if arm.input_tokens is not None]


def expect_seconds(name: str, inquiry: Inquiry) -> float:
    """Return about how many seconds an experiment will take; a few for one that is not known."""
    arms = {arm.name: arm for arm in inquiry.material.arms}
    times, expect = _Times(arms, len(inquiry.test)), _EXPECTED.get(name)
    if name not in _OF_ANY_TASK and inquiry.learning.task in (Task.EXTRACTION, Task.GENERATION):
        return FIXED_SECONDS + _work_done_again(name, times, inquiry)
    return FIXED_SECONDS + (expect(times, inquiry) if expect else 0.0)


def _work_done_again(name: str, times: _Times, inquiry: Inquiry) -> float:
    efforts = EFFORTS.get((inquiry.learning.task, name), {})
    n = len(inquiry.test)
    return sum(k * (times.fitting(arm) + times.answers(n, arm)) for arm, k in efforts.items())


def _learning_curve(times: _Times, inquiry: Inquiry) -> float:
    # Six courses of fits on 1/16 to all labels are twelve fits on all of them.
    return 5 + 12 * times.head()


def _noise(times: _Times, inquiry: Inquiry) -> float:
    if inquiry.learning.task is Task.CLASSIFICATION:
        return 3 * times.head()
    return 20 + 2 * times.fitting(_NEAREST)


def _compression(times: _Times, inquiry: Inquiry) -> float:
    # One student encodes the training texts with half of the layers, and the test is asked again.
    half = 0.5 * times.fitting(_NEAREST)
    return 10 + half + times.head() + times.answers(len(inquiry.test), _HEAD, _NEAREST)


def _freshness(times: _Times, inquiry: Inquiry) -> float:
    return 2 * times.fitting(_NEAREST, _FULL) + 2 * times.answers(len(inquiry.test), _FULL)


def _knowledge_probe(times: _Times, inquiry: Inquiry) -> float:
    return 3 * times.answers(len(inquiry.test), "rag", "rag_generator")


def _distillation(times: _Times, inquiry: Inquiry) -> float:
    learning = inquiry.learning
    n_labelled = min(_MOST_LABELLED, len(learning.train) + len(learning.validation))
    return times.answers(n_labelled, _TEACHER) + 10 + 4 * times.head()


def _injection(times: _Times, inquiry: Inquiry) -> float:
    return times.answers(len(ATTEMPTS), *times.prompted())


def _continual(times: _Times, inquiry: Inquiry) -> float:
    n_taught = min(_MOST_TAUGHT, len(inquiry.learning.train))
    share = n_taught / max(1, len(inquiry.learning.train))
    return share * times.fitting(_TUNED) + times.answers(2 * n_taught, _TUNED)


def _quantisation(times: _Times, inquiry: Inquiry) -> float:
    # Single queries are timed besides, of each of two or three forms.
    return 3 * max(
        (times.answers(len(inquiry.test) + 55, one) for one in times.prompted()), default=0
    )


def _training_seeds(times: _Times, inquiry: Inquiry) -> float:
    # Vectors are made once more for each seed; what fitted the arms paid for them, too.
    trained = [
        arm.name
        for arm in inquiry.material.rivals()
        if arm.approach in (Approach.FINE_TUNE, Approach.HYBRID)
    ]
    return 2 * (times.fitting(*trained) + times.answers(len(inquiry.test), *trained))


def _judge(times: _Times, inquiry: Inquiry) -> float:
    supply = inquiry.conditions.judge
    plan = plan_judge(supply, inquiry.test, n_arms=len(times.arms))
    if supply is None or plan is None:
        return 0.0
    n_prompts = 2 * len(times.arms) * len(inquiry.test)
    return expect_prompt_seconds(supply.source, n_prompts=n_prompts, n_tokens=plan.n_tokens)


_EXPECTED: Mapping[str, Callable[[_Times, Inquiry], float]] = {
    "learning_curve": _learning_curve,
    "noise": _noise,
    "compression": _compression,
    "freshness": _freshness,
    "knowledge_probe": _knowledge_probe,
    "distillation": _distillation,
    "injection": _injection,
    "continual": _continual,
    "quantisation": _quantisation,
    "judge": _judge,
    "training_seeds": _training_seeds,
}
_OF_ANY_TASK = ("quantisation", "training_seeds")
