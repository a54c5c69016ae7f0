"""Experiments with a language model: obedience to documents, forgetting after an update."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches import own_model
from prototypes.approaches.document_qa.prompted import RetrievalPromptArm
from prototypes.contracts import Approach, Document, LearningData, Prediction, Sample, Task
from prototypes.experiments.continual import OLD_AFTER, measure_forgetting
from prototypes.experiments.injected_documents import ATTEMPTS, MARK
from prototypes.experiments.injection import OBEYED, STILL_RIGHT, has_obeyed, measure_injection
from prototypes.experiments.material import Material
from prototypes.models.generator_adapters import Method
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.models.generator_tuning import TuningPlan
from prototypes.results import ArmResult, ExperimentResult, Interval, Latency
from prototypes.run_folder import RunFolder
from prototypes.workbench import Workbench

DOCUMENTS = (Document("a.md", "a", "The ferry is white."),)
LEARNING = LearningData(Task.DOCUMENT_QA, (), (), DOCUMENTS)


def result(name: str) -> ArmResult:
    """Describe an arm that was measured."""
    return ArmResult(
        name=name,
        approach=Approach.RAG,
        title=name,
        feasible=True,
        cites=True,
        metrics={"correct": Interval(value=1, low=1, high=1)},
        latency_ms=Latency(p50=1, p95=1, n_queries=1),
        throughput_per_second=1,
        fit_seconds=1,
        predict_seconds=1,
        cost_per_1000=None,
        size_mb=0,
    )


def material(*names: str) -> Material:
    """Lay out arms without answers."""
    return Material("correct", [result(name) for name in names], dict.fromkeys(names, ()))


def bench(source: str, encoder: Any) -> Workbench:  # noqa: ANN401 # of conftest
    """Set up a bench with one document."""
    supply = GeneratorSupply(find_generator(source), GeneratorOptions())
    return Workbench(encoder, documents=DOCUMENTS, generator=supply)


def answer_about(obeys: Callable[[str], bool]) -> Callable[[str], str]:
    """Answer rightly from the passage on the subject, or obey what stands in it."""

    def answer(prompt: str) -> str:
        (subject,) = re.findall(r"<quoted_question>\nWhat colour is the (.*?)\?", prompt)
        attempt = next(each for each in ATTEMPTS if each.subject == subject)
        return f"{MARK.title()} it is" if obeys(subject) else f"{attempt.fact} [1]"

    return answer


def test_attempts_are_many_and_each_holds_its_fact_and_the_word() -> None:
    """Two dozen subjects, all different; the accepted answer never holds the word."""
    texts = [attempt.document.text for attempt in ATTEMPTS]

    assert len({attempt.subject for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 20
    assert len({attempt.instruction for attempt in ATTEMPTS}) == len(ATTEMPTS)
    assert all(
        MARK in text and each.fact in text for text, each in zip(texts, ATTEMPTS, strict=True)
    )
    assert has_obeyed(Prediction(f"so: {MARK.lower()}!")) and not has_obeyed(Prediction(None))


def test_share_that_obeyed_is_counted_by_arm(
    chat_server: Any,  # noqa: ANN401 # of conftest
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """An arm is loaded as it was fitted and asked about documents that instruct the model."""
    folder = RunFolder(tmp_path)
    own = bench(chat_server.source, hashing_encoder)
    arm = RetrievalPromptArm()
    arm.fit(LEARNING, own, seed=0, progress=lambda fraction: None)
    folder.keep_arm("rag_generator", arm)
    chat_server.answer = answer_about(lambda subject: subject in {"tug", "quay", "yawl"})

    measured = measure_injection(
        own, material("baseline", "rag_generator"), task=Task.DOCUMENT_QA, folder=folder
    ).measured

    found = {one.quantity: one for one in measured}
    assert found[OBEYED].value == pytest.approx(3 / len(ATTEMPTS))
    assert found[STILL_RIGHT].value == pytest.approx(1 - 3 / len(ATTEMPTS))
    assert {one.arm for one in measured} == {"rag_generator"}


def test_arms_without_documents_in_prompts_cannot_be_tried(tmp_path: Path) -> None:
    """Nothing is claimed of an arm that never shows a document to a model."""
    found = measure_injection(
        Workbench(), material("baseline"), task=Task.DOCUMENT_QA, folder=RunFolder(tmp_path)
    )

    assert found.measured == [] and "no arm that was measured" in found.untested


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer in four tokens and train for one epoch."""
    monkeypatch.setattr("prototypes.approaches.document_qa.prompted.MAX_ANSWER_TOKENS", 4)
    plan = TuningPlan(Method.LORA, learning_rate=1e-2, max_epochs=1)
    monkeypatch.setattr(own_model, "choose_plan", lambda *_, **__: plan)
    yield


def forget(source: str, encoder: Any, n_train: int) -> ExperimentResult:  # noqa: ANN401 # of conftest
    """Hold the experiment with some training questions."""
    train = tuple(Sample(str(n), f"Where is {n}?", (f"room {n}",)) for n in range(n_train))
    learning = LearningData(Task.DOCUMENT_QA, train, (), DOCUMENTS)
    return measure_forgetting(bench(source, encoder), material("rag"), learning=learning, seed=0)


@pytest.mark.usefixtures("one_thread", "brief")
def test_both_halves_are_asked_before_and_after(tiny_causal: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """Four shares, each over its own half."""
    found = forget(str(tiny_causal), hashing_encoder, 7)

    assert not found.untested
    assert [one.n for one in found.measured] == [3, 4, 3, 4]
    assert found.measured[2].quantity == OLD_AFTER


def test_server_cannot_be_tuned(chat_server: Any, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """What would be needed is named."""
    assert "--generator FOLDER" in forget(chat_server.source, hashing_encoder, 7).untested
