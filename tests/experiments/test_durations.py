"""An experiment is expected to take as long as the arms it repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prototypes.contracts import Approach, LearningData, Sample, Split, Task
from prototypes.experiments.battery import ON_REQUEST
from prototypes.experiments.durations import FIXED_SECONDS, expect_seconds
from prototypes.experiments.inquiry import Inquiry
from prototypes.models.lexical import LexicalEncoder
from prototypes.workbench import Workbench

Expect = Callable[..., float]


@pytest.fixture
def expect(plant: Any, lay_out: Any, inquire: Any) -> Expect:  # noqa: ANN401 # fixtures
    """Return what is expected of an experiment after arms that took so and so long."""

    def expect(name: str, task: Task = Task.CLASSIFICATION, **fitted: float) -> float:
        arm, samples = plant(Approach.FINE_TUNE, [{"correct": 1.0}])
        arms = [
            (arm.model_copy(update={"name": each, "fit_seconds": seconds}), samples)
            for each, seconds in fitted.items()
        ]
        split = Split(LearningData(task, (), ()), (Sample("1", "text", ("label",)),))
        inquiry: Inquiry = inquire(split, Workbench(LexicalEncoder()), lay_out(*arms))
        return expect_seconds(name, inquiry)

    return expect


@pytest.mark.parametrize("name", ["learning_curve", "noise", "compression", "distillation"])
def test_slower_head_makes_a_longer_experiment(expect: Expect, name: str) -> None:
    """The estimate rests on this trial, not on another machine; encoding is not paid again."""
    fast, slow, encoded = (
        expect(name, fine_tune_head=seconds, rag=encoding)
        for seconds, encoding in ((12.0, 10.0), (110.0, 10.0), (102.0, 100.0))
    )

    assert slow > fast + 95
    assert encoded < slow


def test_freshness_repeats_what_is_indexed_and_taught(expect: Expect) -> None:
    """Each twice: before the change and after it."""
    found = expect("freshness", Task.DOCUMENT_QA, rag=10.0, fine_tune=100.0)

    assert 2 * 110 <= found <= 2 * 110 + 10


@pytest.mark.parametrize("name", ON_REQUEST)
def test_without_arms_there_is_still_something_to_expect(expect: Expect, name: str) -> None:
    """Nothing is known then, and nothing fails."""
    assert FIXED_SECONDS <= expect(name) < 60
