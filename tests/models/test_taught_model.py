"""The arms with a model that has really learnt: memory, reading, mixing, tuning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import taught_model as world

from prototypes.approaches.document_qa.marginal import RagSequenceArm, RagTokenArm
from prototypes.approaches.document_qa.prompted import ClosedBookPromptArm, RetrievalPromptArm
from prototypes.approaches.document_qa.tuned_generator import RaftArm, TunedClosedBookArm
from prototypes.contracts import Document, LearningData, Sample, Task
from prototypes.models.generator_memory import count_parameters
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.workbench import Workbench

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

PLACES = world.true_places()
DOCUMENTS = tuple(
    Document(each.document_id, each.title, each.text)
    for each in (world.passage(thing, PLACES[thing]) for thing in world.THINGS)
)


def samples(things: tuple[str, ...]) -> tuple[Sample, ...]:
    """Ask where things are."""
    return tuple(Sample(x, world.question(x), (PLACES[x],), (f"{x}.md",)) for x in things)


@pytest.fixture
def bench(taught_model: Path, hashing_encoder: Any) -> Workbench:  # noqa: ANN401 # of conftest
    """Make a bench with the whole world as documents."""
    supply = GeneratorSupply(find_generator(str(taught_model)), GeneratorOptions())
    return Workbench(hashing_encoder, documents=DOCUMENTS, generator=supply)


def teach(taught: tuple[str, ...] = (), validation: tuple[str, ...] = ()) -> LearningData:
    """Lay out what an arm may learn from."""
    return LearningData(Task.DOCUMENT_QA, samples(taught), samples(validation), DOCUMENTS)


def measure(
    arm: ClosedBookPromptArm,
    bench: Workbench,
    asked: tuple[str, ...],
    learning: LearningData | None = None,
) -> float:
    """Fit an arm and return the share of questions it answers rightly."""
    arm.fit(learning or teach(), bench, seed=0, progress=lambda fraction: None)
    predictions = arm.predict([world.question(thing) for thing in asked])
    right = [each.output == PLACES[thing] for each, thing in zip(predictions, asked, strict=True)]
    return sum(right) / len(right)


def test_model_is_small_and_in_the_ordinary_format(taught_model: Path) -> None:
    """At most two million parameters, in safetensors."""
    assert count_parameters([taught_model / "model.safetensors"]) <= 2_000_000


def test_taught_facts_are_recalled_and_others_are_not(bench: Workbench) -> None:
    """Closed book knows what it was taught, and nothing else."""
    assert measure(ClosedBookPromptArm(), bench, world.TAUGHT) >= 0.9
    assert measure(ClosedBookPromptArm(), bench, world.UNSEEN) == 0


@pytest.mark.parametrize("arm_class", [RetrievalPromptArm, RagSequenceArm, RagTokenArm])
def test_unseen_facts_are_copied_from_what_is_retrieved(
    arm_class: type[RetrievalPromptArm], bench: Workbench
) -> None:
    """Retrieval answers what the closed book cannot, however the passages are read."""
    assert measure(arm_class(), bench, world.UNSEEN[:16]) >= 0.6


def test_tuning_teaches_what_was_not_known(bench: Workbench) -> None:
    """After tuning on new facts, the closed book recalls them."""
    new = world.UNSEEN[:12]

    assert measure(TunedClosedBookArm(), bench, new, teach(new)) >= 0.75


def test_raft_still_reads_its_passages(bench: Workbench) -> None:
    """Tuned with distractors, it answers questions that it was not tuned on."""
    learning = teach(world.UNSEEN[:12], validation=world.UNSEEN[12:20])

    assert measure(RaftArm(), bench, world.UNSEEN[20:], learning) >= 0.3
