"""A language model in eight bits against itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches.document_qa.prompted import RetrievalPromptArm
from prototypes.contracts import Approach, Document, LearningData, Sample, Split, Task
from prototypes.experiments.inquiry import Inquiry
from prototypes.experiments.material import Material
from prototypes.experiments.quantisation import hold_quantisation
from prototypes.models import generator_reduced
from prototypes.models.generator_source import (
    GeneratorOptions,
    GeneratorSupply,
    LocalSource,
    find_generator,
)
from prototypes.workbench import Workbench

DOCUMENTS = (Document("a.md", "a", "The ferry is white."),)
SPLIT = Split(
    LearningData(Task.DOCUMENT_QA, (), (), DOCUMENTS),
    (Sample("1", "Which colour has the ferry?", ("white",)),),
)

pytestmark = pytest.mark.usefixtures("one_thread")


def prepare(
    source: str,
    encoder: Any,  # noqa: ANN401 # of conftest
    inquire: Callable[..., Inquiry],
    plant: Any,  # noqa: ANN401 # of conftest
) -> Inquiry:
    """Keep a fitted arm that puts passages into prompts."""
    supply = GeneratorSupply(find_generator(source), GeneratorOptions())
    bench = Workbench(encoder, documents=DOCUMENTS, generator=supply)
    planted, samples = plant(Approach.RAG, [])
    arm = planted.model_copy(update={"name": "rag_generator"})
    inquiry = inquire(SPLIT, bench, Material("correct", [arm], {arm.name: samples}))
    if isinstance(supply.source, LocalSource):
        fitted = RetrievalPromptArm()
        fitted.fit(SPLIT.learning, bench, seed=0, progress=lambda fraction: None)
        inquiry.folder.keep_arm("rag_generator", fitted)
    return inquiry


def test_eight_bits_are_smaller_and_asked_the_same(
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    inquire: Callable[..., Inquiry],
    plant: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Quality, size and time of both forms are stated, of the arm that was measured."""
    monkeypatch.setattr("prototypes.approaches.document_qa.prompted.MAX_ANSWER_TOKENS", 1)
    monkeypatch.setattr("prototypes.experiments.compression._N_TIMED", 4)

    found = hold_quantisation(prepare(str(tiny_causal), hashing_encoder, inquire, plant))

    assert not found.untested and found.experiment == "quantisation"
    stated = {one.quantity: one for one in found.measured}
    assert stated["size_mb_int8"].value < stated["size_mb_whole"].value
    assert {"quality_whole", "quality_int8", "quality_lost_int8", "p50_ms_int8"} <= set(stated)
    assert {one.arm for one in found.measured} == {"rag_generator"}


def test_what_is_missing_is_named(
    chat_server: Any,  # noqa: ANN401 # of conftest
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    inquire: Callable[..., Inquiry],
    plant: Any,  # noqa: ANN401 # of conftest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server keeps its parameters; a GPU without its package has no kernels."""
    served = prepare(chat_server.source, hashing_encoder, inquire, plant)
    local = prepare(str(tiny_causal), hashing_encoder, inquire, plant)
    monkeypatch.setattr(generator_reduced, "device", lambda: "cuda")
    monkeypatch.setattr(generator_reduced, "can_quantise", lambda: False)

    assert "--generator FOLDER" in hold_quantisation(served).untested
    assert "'bitsandbytes' is missing" in hold_quantisation(local).untested
