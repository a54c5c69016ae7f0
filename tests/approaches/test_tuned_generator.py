"""Language models tuned on the training questions: what is taught, kept and read back."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches import own_model
from prototypes.approaches.document_qa.tuned_generator import (
    WITHOUT_ORACLE,
    RaftArm,
    TunedClosedBookArm,
    choose_passages,
)
from prototypes.contracts import Document, LearningData, Passage, Sample, Task
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator_adapters import Method
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.models.generator_tuning import TuningPlan
from prototypes.workbench import Workbench

pytestmark = pytest.mark.usefixtures("one_thread")

TOOLS = ["rope", "saw", "drill", "plane", "chisel", "mallet"]
DOCUMENTS = tuple(
    Document(f"{name}.md", name, f"The {name} lies in room {number}.")
    for number, name in enumerate(TOOLS)
)
SAMPLES = tuple(
    Sample(name, f"Where is the {name}?", (f"room {number}",), sources=(f"{name}.md",))
    for number, name in enumerate(TOOLS)
)
UNKNOWN = Sample("moon", "Where is the moon?", (), unanswerable=True)
LEARNING = LearningData(Task.DOCUMENT_QA, (*SAMPLES[:4], UNKNOWN), SAMPLES[4:], DOCUMENTS)
ROOM = "prototypes.approaches.document_qa"


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer in four tokens and train for one epoch, by adapters."""
    monkeypatch.setattr(f"{ROOM}.prompted.MAX_ANSWER_TOKENS", 4)
    plan = TuningPlan(Method.LORA, learning_rate=1e-2, max_epochs=1)
    monkeypatch.setattr(own_model, "choose_plan", lambda *_, **__: plan)
    yield


def assemble(folder: Path, encoder: Any) -> Workbench:  # noqa: ANN401 # of conftest
    """Make a bench with six documents and a model."""
    supply = GeneratorSupply(find_generator(str(folder)), GeneratorOptions())
    return Workbench(encoder, documents=DOCUMENTS, generator=supply)


def fit(arm: TunedClosedBookArm, bench: Workbench, data: LearningData = LEARNING) -> Any:  # noqa: ANN401 # a report
    """Fit an arm without watching."""
    return arm.fit(data, bench, seed=0, progress=lambda fraction: None)


@pytest.mark.parametrize("arm_class", [TunedClosedBookArm, RaftArm])
def test_tuned_arm_is_saved_and_read_back(
    arm_class: type[TunedClosedBookArm],
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Adapter, card and pairs lie in the arm's folder; the base is that of the trial."""
    bench, arm = assemble(tiny_causal, hashing_encoder), arm_class()
    report = fit(arm, bench)
    arm.save(tmp_path)
    asked = [sample.input for sample in SAMPLES]

    again = arm_class.load(tmp_path, bench).predict(asked)

    assert [each.output for each in again] == [each.output for each in arm.predict(asked)]
    assert report.n_trained_parameters > 0 and "lora tuning on" in report.notes[0]
    assert (tmp_path / "model" / "adapter_model.safetensors").is_file()
    assert "answers alone" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert len((tmp_path / "training.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_shared_model_is_not_changed(tiny_causal: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """The other arms of a trial go on with the model that the user named."""
    bench = assemble(tiny_causal, hashing_encoder)
    shared: Any = bench.load_generator()
    before = {name: value.clone() for name, value in shared.model.state_dict().items()}
    fit(TunedClosedBookArm(), bench)

    assert all(value.equal(before[name]) for name, value in shared.model.state_dict().items())


def test_raft_teaches_citations_and_distractors(
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """An answer names its passage if that was given; several passages come with each question."""
    arm = RaftArm()
    fit(arm, assemble(tiny_causal, hashing_encoder))
    arm.save(tmp_path)
    lines = (tmp_path / "training.jsonl").read_text(encoding="utf-8").splitlines()

    for line in lines:
        asked, said = (turn["content"] for turn in json.loads(line)["messages"])
        answer, _, mark = said.partition(" [")
        holding = f"lies in {answer}." in asked
        # As many as the tiny context holds.
        assert 1 < asked.count("<quoted_passage>") <= 5
        assert bool(mark) == (holding and answer != "NO ANSWER")
        assert not mark or f"[{mark}\n<quoted_passage>" in asked


def test_one_question_in_five_comes_without_its_passage() -> None:
    """Else a model learns that the answer is always there; the order is that of the search."""
    found = [Passage(str(n), str(n), "", "") for n in range(9)]
    generator = random.Random(0)
    drawn = [choose_passages(found, found[1:2], generator=generator) for _ in range(2_000)]
    n_without = sum(found[1] not in given for given in drawn)

    assert n_without / len(drawn) == pytest.approx(WITHOUT_ORACLE, abs=0.03)
    assert all(given == sorted(given, key=lambda each: each.id) for given in drawn)
    assert {len(given) for given in drawn} == {5}


def test_passage_that_search_ranks_low_is_still_taught() -> None:
    """It takes the last place: a model cannot learn to read what it never sees."""
    found = [Passage(str(n), str(n), "", "") for n in range(9)]
    drawn = [choose_passages(found, found[7:8], generator=random.Random(n)) for n in range(20)]

    assert [found[0], found[1], found[2], found[3], found[7]] in drawn


def test_nothing_to_teach_is_told(tiny_causal: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """Training questions without an answer cannot be learnt from."""
    nothing = LearningData(Task.DOCUMENT_QA, (Sample("a", "Why?", ()),), (), DOCUMENTS)

    with pytest.raises(TooFewSamplesError, match="None of the 1 training questions"):
        fit(TunedClosedBookArm(), assemble(tiny_causal, hashing_encoder), nothing)
