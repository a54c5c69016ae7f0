"""Language models that write, asked over a real server on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches.generation.prompted import (
    EMPTY,
    FixedPairsWriterArm,
    NearestPairsWriterArm,
    ZeroShotWriterArm,
)
from prototypes.contracts import LearningData, Sample, Task
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.workbench import Workbench

TRAIN = tuple(
    Sample(f"t{n}", f"name {name} area {area}", (f"{name} is in the {area}.",))
    for n, (name, area) in enumerate(
        (name, area) for name in ("Mill", "Cotto", "Eagle") for area in ("city", "country", "port")
    )
)
VALIDATION = (Sample("v", "name Aromi area city", ("Aromi is in the city.",)),)
LEARNING = LearningData(Task.GENERATION, TRAIN, VALIDATION)
ARMS = (ZeroShotWriterArm, FixedPairsWriterArm, NearestPairsWriterArm)


def quoted(kind: str, prompt: str) -> list[str]:
    """Read what is quoted in a prompt."""
    return re.findall(rf"<quoted_{kind}>\n(.*?)\n</quoted_{kind}>", prompt, re.DOTALL)


def realise(prompt: str) -> str:
    """Write as a model does that understands the task."""
    (text,) = quoted("input", prompt)
    _, name, _, area = text.split()
    return f" {name} is in the {area}.\n" if area != "nowhere" else " "


@pytest.fixture
def bench(chat_server: Any, hashing_encoder: Any) -> Iterator[Workbench]:  # noqa: ANN401 # of conftest
    """A bench with a server that writes."""
    chat_server.answer = realise
    supply = GeneratorSupply(find_generator(chat_server.source), GeneratorOptions())
    bench = Workbench(hashing_encoder, generator=supply)
    yield bench
    bench.load_generator().close()


def fit(arm: ZeroShotWriterArm, bench: Workbench) -> Any:  # noqa: ANN401 # a report
    """Fit an arm without watching."""
    return arm.fit(LEARNING, bench, seed=0, progress=lambda fraction: None)


@pytest.mark.parametrize("kind", ARMS)
def test_output_is_what_the_model_says(kind: type[ZeroShotWriterArm], bench: Workbench) -> None:
    """Without the blanks around it; tokens are counted, validation is measured."""
    arm = kind()
    report = fit(arm, bench)

    (prediction,) = arm.predict(["name Punter area port"])

    assert (prediction.output, prediction.fault) == ("Punter is in the port.", "")
    assert report.validation_score == 1.0
    assert prediction.n_input_tokens > 10


def test_empty_answer_is_a_fault(bench: Workbench) -> None:
    """It is counted with the arm."""
    arm = ZeroShotWriterArm()
    fit(arm, bench)

    (prediction,) = arm.predict(["name X area nowhere"])

    assert (prediction.output, prediction.fault) == (None, EMPTY)


def test_zero_shot_tells_the_usual_length(bench: Workbench, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """No example is shown, so the length is all that is known of the form."""
    fit(ZeroShotWriterArm(), bench)

    assert "about 5 words" in chat_server.asked[-1]
    assert "quoted_example" not in chat_server.asked[-1]


def test_fixed_pairs_are_the_same_in_every_prompt(bench: Workbench, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """Eight of the nine training pairs, with their outputs."""
    arm = FixedPairsWriterArm()
    fit(arm, bench)
    arm.predict(["name A area city"])
    arm.predict(["name B area port"])

    first, second = (quoted("example", prompt) for prompt in chat_server.asked[-2:])

    assert first == second and len(first) == 8
    assert len(quoted("output", chat_server.asked[-1])) == 8


def test_nearest_pairs_come_first(bench: Workbench, chat_server: Any) -> None:  # noqa: ANN401 # of conftest
    """What is shown depends on the input."""
    arm = NearestPairsWriterArm()
    fit(arm, bench)
    (prediction,) = arm.predict(["name Cotto area country"])

    assert quoted("example", chat_server.asked[-1])[0] == "name Cotto area country"
    assert prediction.retrieved[0] == "t4"


@pytest.mark.parametrize("kind", ARMS)
def test_loaded_arm_asks_the_same(
    kind: type[ZeroShotWriterArm],
    bench: Workbench,
    chat_server: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
) -> None:
    """Prompts are in the arm's folder, whole."""
    arm = kind()
    fit(arm, bench)
    arm.save(tmp_path)
    arm.predict(["name A area city"])
    n_before = len(chat_server.asked)
    kind.load(tmp_path, bench).predict(["name A area city"])

    assert set(chat_server.asked[n_before:]) <= set(chat_server.asked[:n_before])
