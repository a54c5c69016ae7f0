"""RAG-Sequence and RAG-Token as arms: what is read, cited and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches.document_qa.marginal import RagSequenceArm, RagTokenArm
from prototypes.approaches.prompted import TOO_LONG
from prototypes.contracts import Document, LearningData, Sample, Task
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.plan import choose_arms, find_unmet_need
from prototypes.registry import select_arms
from prototypes.workbench import Workbench

DOCUMENTS = tuple(
    Document(name, name.title(), f"The {name} lies in room {number}.")
    for number, name in enumerate(["rope", "saw", "drill", "plane", "chisel", "mallet"])
)
LEARNING = LearningData(
    Task.DOCUMENT_QA, (), (Sample("v", "Where is the saw?", ("room 1",)),), DOCUMENTS
)
ARMS = (RagSequenceArm, RagTokenArm)


def assemble(folder: Path, encoder: Any, context_tokens: int | None = None) -> Workbench:  # noqa: ANN401 # of conftest
    """Make a bench with six documents and a model."""
    supply = GeneratorSupply(
        find_generator(str(folder)), GeneratorOptions(context_tokens=context_tokens)
    )
    return Workbench(encoder, documents=DOCUMENTS, generator=supply)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", ["tiny_causal", "tiny_seq2seq"])
@pytest.mark.parametrize("arm_class", ARMS)
def test_answer_cites_one_passage_that_was_read(
    arm_class: type[RagSequenceArm],
    kind: str,
    request: pytest.FixtureRequest,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both kinds of model answer, and the same after saving and loading."""
    monkeypatch.setattr("prototypes.approaches.document_qa.marginal.MAX_ANSWER_TOKENS", 4)
    bench = assemble(request.getfixturevalue(kind), hashing_encoder)
    arm = arm_class()
    arm.fit(LEARNING, bench, seed=0, progress=lambda fraction: None)
    arm.save(tmp_path)

    (prediction,) = arm.predict(["Where is the drill?"])
    (again,) = arm_class.load(tmp_path, bench).predict(["Where is the drill?"])

    assert prediction.output is None or prediction.citations[0].passage_id in prediction.retrieved
    assert prediction.n_input_tokens > 5 * 20 and 0 < prediction.n_output_tokens <= 4
    assert (again.output, again.citations) == (prediction.output, prediction.citations)
    assert {"encode", "search", "generate"} <= set(prediction.timings_ms)


@pytest.mark.usefixtures("one_thread")
def test_passages_beyond_the_context_are_told(tiny_causal: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """A model too short for a single passage gives no answer and says why."""
    arm = RagTokenArm()
    arm.fit(
        LearningData(Task.DOCUMENT_QA, (), (), DOCUMENTS),
        assemble(tiny_causal, hashing_encoder, context_tokens=20),
        seed=0,
        progress=lambda fraction: None,
    )

    assert arm.predict(["Where is the drill?"])[0].fault == TOO_LONG


def test_server_has_no_probabilities_to_mix() -> None:
    """The arm is not run, and the flag that would run it names a model on this machine."""
    spec = next(iter(select_arms(Task.DOCUMENT_QA, ["rag_token"])))
    missing = find_unmet_need(spec, LEARNING, generator="openai:tiny@http://localhost:1/v1")

    assert missing is not None and "a server keeps its probabilities" in missing.reason
    assert missing.enable == "--generator FOLDER"


@pytest.mark.parametrize("names", [None, ["rag"]])
def test_costly_arms_run_only_where_named(names: list[str] | None) -> None:
    """Neither a trial of all arms nor one of the approach contains them."""
    chosen = {spec.name for spec in choose_arms(Task.DOCUMENT_QA, names)}

    assert not chosen & {"rag_sequence", "rag_token"}
    assert {"rag", "rag_generator"} <= chosen
