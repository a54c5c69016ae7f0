"""No model judges its own answers, and none is told what may not leave the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototypes.contracts import Task
from prototypes.errors import ModelUnavailableError
from prototypes.models.generator_source import EndpointSource, LocalSource
from prototypes.models.impartiality import require_impartial, require_judgeable

ARMS = EndpointSource("Acme/Tiny", "http://127.0.0.1:1/v1")
LOCAL = LocalSource("tiny", Path("tiny"), 1, "abc")


@pytest.mark.parametrize(
    ("judge", "generator"),
    [
        (EndpointSource("acme/tiny", "http://localhost:2/v1"), ARMS),
        (LocalSource("Acme/Tiny", Path("cache/x"), 1, "abc"), ARMS),
        (LocalSource("copy of tiny", Path("copy"), 1, "abc"), LOCAL),
    ],
)
def test_same_model_is_refused(
    judge: EndpointSource | LocalSource, generator: EndpointSource | LocalSource
) -> None:
    """Another address, another case of its name or another folder does not make it another."""
    with pytest.raises(ModelUnavailableError, match="no model judges its own answers"):
        require_impartial(judge, generator, offline=False)


@pytest.mark.parametrize("generator", [ARMS, LOCAL, None])
def test_another_model_may_judge(generator: EndpointSource | LocalSource | None) -> None:
    """With a generator or without one."""
    require_impartial(LocalSource("other", Path("other"), 1, "def"), generator, offline=True)


def test_nothing_leaves_the_machine_for_a_judge() -> None:
    """A server elsewhere would see every question and answer."""
    elsewhere = EndpointSource("big", "https://models.example/v1")

    with pytest.raises(ModelUnavailableError, match="nothing may leave the machine"):
        require_impartial(elsewhere, ARMS, offline=True)


def test_labels_need_no_judge() -> None:
    """Only free text does."""
    with pytest.raises(ModelUnavailableError, match="leave --judge out"):
        require_judgeable(Task.CLASSIFICATION)
