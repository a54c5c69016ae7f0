"""Language models that find spans, asked over a real server on loopback, or tuned here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prototypes.approaches import own_model
from prototypes.approaches.classification.tuned_generator import TunedPromptArm
from prototypes.approaches.extraction.prompted import (
    ABSENT,
    UNREADABLE,
    NearestSpansPromptArm,
    TunedNearestSpansArm,
    TunedSpansArm,
    ZeroShotSpansPromptArm,
    read_lines,
    write_lines,
)
from prototypes.contracts import LearningData, Sample, Task
from prototypes.data.spans import Span, format_spans, parse_spans
from prototypes.errors import TooFewSamplesError
from prototypes.models.generator_adapters import Method
from prototypes.models.generator_source import GeneratorOptions, GeneratorSupply, find_generator
from prototypes.models.generator_tuning import TuningPlan
from prototypes.workbench import Workbench

LABELS = ("name", "time")


def sample(id: str, name: str, at: str) -> Sample:
    """Ask for a table."""
    text = f"a table for {name} at {at}"
    spans = [
        Span(text.index(word), text.index(word) + len(word), label)
        for label, word in zip(LABELS, (name, at), strict=True)
    ]
    return Sample(id, text, (format_spans(spans),))


TRAIN = (sample("t1", "ann", "noon"), sample("t2", "bob", "six"), Sample("t3", "hello", ("[]",)))
VALIDATION = (sample("v", "eve", "dawn"),)
LEARNING = LearningData(Task.EXTRACTION, TRAIN, VALIDATION, labels=LABELS)


def spot(prompt: str) -> str:
    """Copy who and when, as a model does that understands the task."""
    (text,) = re.findall(r"<quoted_text>\n(.*)\n", prompt)
    found = re.fullmatch(r"a table for (\w+) at (\w+)", text)
    return f"- Name: {found[1]}\n- time: {found[2]}" if found else "NONE"


@pytest.fixture
def bench(chat_server: Any, hashing_encoder: Any) -> Iterator[Workbench]:  # noqa: ANN401 # of conftest
    """A bench with a server that spots spans."""
    chat_server.answer = spot
    supply = GeneratorSupply(find_generator(chat_server.source), GeneratorOptions())
    bench = Workbench(hashing_encoder, generator=supply)
    yield bench
    bench.load_generator().close()


def fit(arm: ZeroShotSpansPromptArm, bench: Workbench, data: LearningData = LEARNING) -> Any:  # noqa: ANN401 # a report
    """Fit an arm without watching."""
    return arm.fit(data, bench, seed=0, progress=lambda fraction: None)


@pytest.mark.parametrize("kind", [ZeroShotSpansPromptArm, NearestSpansPromptArm])
def test_copied_pieces_become_spans_and_the_same_after_loading(
    kind: type[ZeroShotSpansPromptArm], bench: Workbench, tmp_path: Path
) -> None:
    """Bullets and capitals of a label do not matter; a text without spans has none."""
    arm = kind()
    report = fit(arm, bench)
    arm.save(tmp_path)
    asked = [VALIDATION[0].input, "good evening"]

    said = arm.predict(asked)

    assert report.validation_score == 1.0
    assert [each.output for each in said] == [VALIDATION[0].targets[0], "[]"]
    assert [each.output for each in kind.load(tmp_path, bench).predict(asked)] == [
        each.output for each in said
    ]
    assert all(each.fault == "" and each.n_input_tokens for each in said)


def test_nearest_texts_are_shown_with_their_spans_and_cited(
    bench: Workbench,
    chat_server: Any,  # noqa: ANN401 # of conftest
) -> None:
    """Those that have spans of a kind that was found."""
    arm = NearestSpansPromptArm()
    fit(arm, bench)

    (said,) = arm.predict(["a table for kim at noon"])

    assert "<quoted_pieces>\nname: ann\ntime: noon\n</quoted_pieces>" in chat_server.asked[-1]
    assert "<quoted_pieces>\nNONE\n</quoted_pieces>" in chat_server.asked[-1]
    assert {each.passage_id for each in said.citations} == {"t1", "t2", "v"}


@pytest.mark.parametrize(
    ("said", "found", "fault"),
    [
        ("name: ann", ["ann"], ""),
        ("NONE.", [], ""),
        ('name: "Ann"', ["ann"], ""),
        ("name: ann\nname: ann", ["ann", "ann"], ""),
        ("name: ann\nname: ann\nname: ann", ["ann", "ann"], ABSENT),
        ("time: noon\nname: bob", ["noon"], ABSENT),
        ("I see ann", [], UNREADABLE),
        ("colour: red\nname: ann", ["ann"], UNREADABLE),
        ("name:", [], UNREADABLE),
    ],
)
def test_what_stands_nowhere_is_told_and_the_rest_kept(
    said: str, found: list[str], fault: str
) -> None:
    """Repeated pieces are different places; nothing overlaps."""
    text = "ann and ann at noon"

    read = read_lines(said, text, LABELS)

    assert [text[each.start : each.end] for each in read.spans] == found
    assert read.fault == fault
    assert len({each.start for each in read.spans}) == len(read.spans)


def test_whole_words_come_before_parts_of_others() -> None:
    """The 6 behind 16 is meant; line breaks of the text do not matter, nor colons in a label."""
    text = "16 people at 6 in the\nold mill"

    read = read_lines("at: hour: 6\nplace: the old mill", text, ("at: hour", "at", "place"))

    assert read.spans == (Span(13, 14, "at: hour"), Span(18, 30, "place"))
    assert read.fault == ""


def test_what_is_taught_is_read_back() -> None:
    """Lines and spans are the same in two forms."""
    text, line = VALIDATION[0].input, VALIDATION[0].targets[0]

    assert read_lines(write_lines(text, parse_spans(line)), text, LABELS).spans == parse_spans(line)
    assert read_lines(write_lines(text, ()), text, LABELS).spans == ()


def test_without_spans_no_label_is_known(bench: Workbench) -> None:
    """The file that could name them is named."""
    nothing = LearningData(Task.EXTRACTION, TRAIN[2:], ())

    with pytest.raises(TooFewSamplesError, match="None of the 1 training texts has a span"):
        fit(ZeroShotSpansPromptArm(), bench, nothing)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", [TunedSpansArm, TunedNearestSpansArm])
def test_tuned_model_is_taught_lines_and_read_back(
    kind: type[TunedPromptArm],
    tiny_causal: Path,
    hashing_encoder: Any,  # noqa: ANN401 # of conftest
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line per span, the word for none; untrained as it is, it finds hardly anything."""
    plan = TuningPlan(Method.LORA, learning_rate=1e-2, max_epochs=1)
    monkeypatch.setattr(own_model, "choose_plan", lambda *_, **__: plan)
    monkeypatch.setattr(kind, "max_tokens", 8)
    supply = GeneratorSupply(find_generator(str(tiny_causal)), GeneratorOptions())
    arm, local = kind(), Workbench(hashing_encoder, generator=supply)
    fit(arm, local)
    arm.save(tmp_path)
    lines = (tmp_path / "training.jsonl").read_text(encoding="utf-8").splitlines()

    said = [each.output for each in arm.predict([VALIDATION[0].input])]

    assert said == [
        each.output for each in kind.load(tmp_path, local).predict([VALIDATION[0].input])
    ]
    assert [json.loads(line)["messages"][1]["content"] for line in lines] == [
        "name: ann\ntime: noon",
        "name: bob\ntime: six",
        "NONE",
    ]
