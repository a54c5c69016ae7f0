"""The register of arms."""

from __future__ import annotations

import pytest

from prototypes.contracts import Approach, Task
from prototypes.errors import UnknownArmError
from prototypes.plan import choose_arms, list_left_out
from prototypes.registry import ARMS, arms_for, load_arm_class, select_arms


@pytest.mark.parametrize("task", list(Task))
def test_every_approach_has_an_arm(task: Task) -> None:
    """Whatever is recommended must be something that can be listed."""
    assert {arm.approach for arm in arms_for(task)} == set(Approach)


@pytest.mark.parametrize("task", list(Task))
def test_names_are_unique_within_a_task(task: Task) -> None:
    """A name must mean one arm."""
    names = [arm.name for arm in arms_for(task)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("spec", ARMS, ids=lambda arm: arm.factory)
def test_every_factory_names_an_arm(spec) -> None:  # noqa: ANN001 # parametrised
    """What the register points to must exist and have the methods of an arm."""
    found = load_arm_class(spec)

    assert all(callable(getattr(found, name)) for name in ("fit", "predict", "save", "load"))


def test_an_approach_stands_for_all_its_arms() -> None:
    """Naming `fine_tune` must select every way of fine-tuning, cheapest first."""
    selected = select_arms(Task.CLASSIFICATION, ["fine_tune"])

    assert [arm.name for arm in selected] == [
        "fine_tune_head",
        "fine_tune_full",
        "fine_tune_generator",
    ]


def test_arms_named_twice_are_selected_once() -> None:
    """An arm named by itself and by its approach must run once."""
    selected = select_arms(Task.CLASSIFICATION, ["hybrid", "hybrid"])

    assert [arm.name for arm in selected] == ["hybrid"]


def test_a_mistyped_arm_is_answered_with_the_nearest_name() -> None:
    """The message must say what was meant and what there is."""
    with pytest.raises(UnknownArmError, match="Did you mean 'fine_tune_head'") as caught:
        select_arms(Task.CLASSIFICATION, ["finetune_head"])

    assert "baseline_tfidf" in str(caught.value)


def test_an_arm_on_request_is_run_only_if_it_is_named() -> None:
    """Slow arms must not make every trial slow, and yet be one flag away."""
    names = [
        [arm.name for arm in choose_arms(Task.CLASSIFICATION, given)]
        for given in (None, ["fine_tune"], ["fine_tune_lora"])
    ]

    assert [False, False, True] == ["fine_tune_lora" in each for each in names]


def test_a_recommended_arm_on_request_is_run_beside_the_others() -> None:
    """The form that the rules recommend must be among what is measured by default."""
    everything = choose_arms(Task.CLASSIFICATION, None)

    found = choose_arms(Task.CLASSIFICATION, None, also=("fine_tune_lora", "no_such_arm"))

    assert {"fine_tune_lora"} == {arm.name for arm in found} - {arm.name for arm in everything}


def test_arms_on_request_are_listed_where_all_others_are_run() -> None:
    """Whoever chose some arms needs no reminder of those left out."""
    everything = [arm.name for arm in choose_arms(Task.CLASSIFICATION, None)]

    assert ["fine_tune_lora", "fine_tune_prompt"] == list_left_out(Task.CLASSIFICATION, everything)
    assert [] == list_left_out(Task.CLASSIFICATION, everything[:3])
