"""Language models tuned to label texts and to write them: what is taught, said, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches import own_model
from prototypes.approaches.classification.tuned_generator import TunedLabelArm, TunedNearestLabelArm
from prototypes.approaches.generation.tuned_generator import (
    TunedNearestWriterArm,
    TunedPromptWriterArm,
)
from prototypes.approaches.prompted import TOO_LONG
from prototypes.contracts import LearningData, Sample, Task
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator_adapters import Method
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.models.generator_tuning import TuningPlan
from prototypes.workbench import Workbench

pytestmark = pytest.mark.usefixtures("one_thread")

WORDS = {"tests": ("socket", "server", "reply"), "model": ("tensor", "layer", "token")}
LABELLED = LearningData(
    Task.CLASSIFICATION,
    tuple(Sample(word, word, (label,)) for label, words in WORDS.items() for word in words[:2]),
    tuple(Sample(words[2], words[2], (label,)) for label, words in WORDS.items()),
    labels=("model", "tests"),
)
WRITTEN = LearningData(
    Task.GENERATION,
    tuple(Sample(word, word, (f"the {word}",)) for word in ("socket", "server", "tensor")),
    (Sample("layer", "layer", ("the layer",)),),
)
WRITERS = (TunedPromptWriterArm, TunedNearestWriterArm)


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Train for two epochs, by adapters, and write four tokens at most."""
    plan = TuningPlan(Method.LORA, learning_rate=2e-2, max_epochs=2)
    monkeypatch.setattr(own_model, "choose_plan", lambda *_, **__: plan)
    monkeypatch.setattr("prototypes.approaches.generation.prompted._FEWEST_TOKENS", 8)
    yield


def assemble(folder: Path, encoder: Any, context_tokens: int | None = None) -> Workbench:  # noqa: ANN401 # of conftest
    """Make a bench with a model."""
    options = GeneratorOptions(context_tokens=context_tokens)
    return Workbench(encoder, generator=GeneratorSupply(find_generator(str(folder)), options))


def fit(arm: Any, bench: Workbench, data: LearningData) -> Any:  # noqa: ANN401 # a report
    """Fit an arm without watching."""
    return arm.fit(data, bench, seed=0, progress=lambda fraction: None)


def read_pairs(folder: Path) -> list[tuple[str, str]]:
    """Read what was taught."""
    lines = (folder / "training.jsonl").read_text(encoding="utf-8").splitlines()
    turns = [json.loads(line)["messages"] for line in lines]
    return [(asked["content"], said["content"]) for asked, said in turns]


@pytest.mark.parametrize(
    ("arm_class", "kind"),
    [
        (TunedLabelArm, "tiny_causal"),
        pytest.param(TunedLabelArm, "tiny_seq2seq", marks=pytest.mark.slow),
        pytest.param(TunedNearestLabelArm, "tiny_causal", marks=pytest.mark.slow),
    ],
)
def test_only_labels_are_said_and_the_same_after_loading(
    arm_class: type[TunedLabelArm],
    kind: str,
    request: pytest.FixtureRequest,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """An untaught model would talk nonsense; its sureness is a probability."""
    bench, arm = assemble(request.getfixturevalue(kind), hashing_encoder), arm_class()
    report = fit(arm, bench, LABELLED)
    arm.save(tmp_path)

    said = arm.predict(["socket", "layer"])
    again = arm_class.load(tmp_path, bench).predict(["socket", "layer"])

    assert {each.output for each in said} <= {"model", "tests"}
    assert all(0 < each.confidence <= 1 for each in said)
    assert [(a.output, a.confidence) for a in again] == [
        (each.output, pytest.approx(each.confidence, rel=1e-4)) for each in said
    ]
    assert report.n_trained_parameters > 0 and any("lora tuning" in note for note in report.notes)
    assert (tmp_path / "model" / "adapter_model.safetensors").is_file()


@pytest.mark.slow
def test_text_is_never_taught_beside_its_own_label(
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Else the model would learn to copy what no new text has beside it."""
    arm = TunedNearestLabelArm()
    fit(arm, assemble(tiny_causal, hashing_encoder), LABELLED)
    arm.save(tmp_path)
    pairs = read_pairs(tmp_path)

    assert len(pairs) == 4
    for asked, _ in pairs:
        (text,) = re.findall(r"<quoted_text>\n(.*)\n", asked)
        shown = re.findall(r"<quoted_example>\n(.*)\n", asked)
        assert shown and text not in shown


@pytest.mark.slow
def test_text_beyond_the_context_gets_no_label(tiny_causal: Path, hashing_encoder: Any) -> None:  # noqa: ANN401 # of conftest
    """It is told as such; where nothing can be taught, the arm says why."""
    arm = TunedLabelArm()
    fit(arm, assemble(tiny_causal, hashing_encoder), LABELLED)

    assert arm.predict(["reply " * 500])[0].fault == TOO_LONG
    with pytest.raises(TooFewSamplesError, match="None of the 4 training texts fits"):
        fit(TunedLabelArm(), assemble(tiny_causal, hashing_encoder, 40), LABELLED)


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", WRITERS)
def test_tuned_writer_is_saved_and_read_back(
    arm_class: type[TunedPromptWriterArm],
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """It was taught each output once, beside other pairs or none, and writes the same again."""
    bench, arm = assemble(tiny_causal, hashing_encoder), arm_class()
    report = fit(arm, bench, WRITTEN)
    arm.save(tmp_path)

    said = [each.output for each in arm.predict(["layer", "socket"])]
    again = [each.output for each in arm_class.load(tmp_path, bench).predict(["layer", "socket"])]

    assert said == again
    assert sorted(answer for _, answer in read_pairs(tmp_path)) == [
        "the server",
        "the socket",
        "the tensor",
    ]
    assert all(asked.count(f"\n{said[4:]}\n") == 1 for asked, said in read_pairs(tmp_path))
    assert any("lora tuning on 3 training pairs" in note for note in report.notes)


@pytest.mark.slow
def test_shared_model_is_let_go_of_and_loaded_again(
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
) -> None:
    """Memory need not hold the model twice; whoever asks later gets an untuned one."""
    bench = assemble(tiny_causal, hashing_encoder)
    first = bench.load_generator()
    fit(TunedPromptWriterArm(), bench, WRITTEN)

    later: Any = bench.load_generator()

    assert later is not first
    assert not hasattr(later.model, "peft_config")
