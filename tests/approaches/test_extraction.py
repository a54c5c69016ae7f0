"""The extraction arms without a transformer: words stand for themselves and their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from prototypes.approaches.extraction.baseline import DictionaryArm
from prototypes.approaches.extraction.head import FewShotTaggingArm, TaggingHeadArm, draw_texts
from prototypes.approaches.extraction.labelling import TagReader, validate_spans
from prototypes.approaches.extraction.prompting import ZeroShotSpansArm, choose_spans, list_runs
from prototypes.approaches.extraction.rag import NearestWordsArm
from prototypes.contracts import Arm, LearningData, Prediction, Sample, Task
from prototypes.data.spans import Span, format_spans, labels_of, parse_spans, split_words
from prototypes.errors import TooFewSamplesError
from prototypes.models.encoder import Encoder
from prototypes.models.lexical import LexicalEncoder
from prototypes.registry import arms_for, load_arm_class
from prototypes.workbench import Workbench

ARMS = (DictionaryArm, ZeroShotSpansArm, FewShotTaggingArm, NearestWordsArm, TaggingHeadArm)
LEARNERS = (FewShotTaggingArm, NearestWordsArm, TaggingHeadArm)
NAMES, TIMES = ("ann", "bob", "eve", "kim"), ("noon", "dawn", "half ten", "six")


def sample(id: str, pattern: str, **words: str) -> Sample:
    """Fill a pattern such as `table for {name}`; what is filled in is a span of that label."""
    text, spans = pattern, []
    for label, word in words.items():
        start = text.index(f"{{{label}}}")
        text = text.replace(f"{{{label}}}", word, 1)
        spans.append(Span(start, start + len(word), label))
    return Sample(id, text, (format_spans(spans),))


def _samples(prefix: str, n: int, *, seed: int) -> tuple[Sample, ...]:
    generator = np.random.default_rng(seed)
    return tuple(
        sample(f"{prefix}{k}", pattern, **dict(zip(labels, drawn, strict=True)))
        for k in range(n)
        for pattern, labels, drawn in [
            ("a table for {name} at {time}", ("name", "time"), _draw(generator)),
            ("call {name} please", ("name",), _draw(generator)[:1]),
            ("is there a table", (), ()),
        ]
    )


def _draw(generator: np.random.Generator) -> tuple[str, str]:
    return str(generator.choice(NAMES)), str(generator.choice(TIMES))


DATA = LearningData(
    Task.EXTRACTION,
    train=_samples("t", 10, seed=1),
    validation=_samples("v", 3, seed=2),
    labels=("name", "time"),
)
TEST = _samples("x", 4, seed=3)
INPUTS = [each.input for each in TEST]


def _fit(arm_class: type[Arm], bench: Workbench) -> Arm:
    arm = arm_class()
    arm.fit(DATA, bench, seed=0, progress=lambda _: None)
    return arm


def _f1(predictions: Sequence[Prediction]) -> float | None:
    return validate_spans(TEST, [(parse_spans(p.output), 1.0) for p in predictions])


@pytest.mark.parametrize("arm_class", ARMS)
def test_a_saved_arm_answers_alike(
    arm_class: type[Arm], hashing_encoder: Encoder, tmp_path: Path
) -> None:
    """Saving and loading must change no answer, and write nothing that can run code."""
    bench = Workbench(hashing_encoder)
    arm = _fit(arm_class, bench)

    arm.save(tmp_path)

    assert arm_class.load(tmp_path, bench).predict(INPUTS) == arm.predict(INPUTS)
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".json", ".npz"}


@pytest.mark.parametrize("arm_class", LEARNERS)
def test_arm_finds_what_it_has_learnt(arm_class: type[Arm], hashing_encoder: Encoder) -> None:
    """Texts made of known words leave little to guess, even for a head on random directions."""
    arm = _fit(arm_class, Workbench(hashing_encoder))

    score = _f1(arm.predict(INPUTS))
    assert score is not None
    assert score > 0.9


@pytest.mark.parametrize("arm_class", ARMS)
@pytest.mark.parametrize("text", ["", "   ", "?!", "x" * 3_000])
def test_odd_text_is_answered(arm_class: type[Arm], text: str, hashing_encoder: Encoder) -> None:
    """A user types anything; an arm answers with spans inside the text, or none."""
    arm = _fit(arm_class, Workbench(hashing_encoder))

    (prediction,) = arm.predict([text])

    assert all(0 <= s.start < s.end <= len(text) for s in parse_spans(prediction.output))


@pytest.mark.parametrize("arm_class", ARMS)
def test_single_text_is_timed_and_a_batch_is_not(
    arm_class: type[Arm], hashing_encoder: Encoder
) -> None:
    """Latency is measured on single texts, stage by stage."""
    arm = _fit(arm_class, Workbench(hashing_encoder))

    assert arm.predict(INPUTS[:1])[0].timings_ms
    assert not arm.predict(INPUTS[:2])[0].timings_ms


@pytest.mark.parametrize("arm_class", ARMS)
def test_arm_works_without_a_transformer(arm_class: type[Arm], tmp_path: Path) -> None:
    """Where no model is installed, words are told apart by TF-IDF alone."""
    arm = _fit(arm_class, Workbench(LexicalEncoder()))
    arm.save(tmp_path)

    answers = arm_class.load(tmp_path, Workbench(LexicalEncoder())).predict(INPUTS)

    assert [p.output for p in answers] == [p.output for p in arm.predict(INPUTS)]


def test_retrieval_cites_texts_that_hold_the_span(hashing_encoder: Encoder) -> None:
    """The user sees which training texts decided; without a span there is nothing to show."""
    arm = _fit(NearestWordsArm, Workbench(hashing_encoder))

    found, nothing = arm.predict(["call ann please", "is there a table"])

    assert all("ann" in citation.title for citation in found.citations)
    assert len(found.citations) >= 1
    assert nothing.citations == ()


def test_dictionary_takes_the_longest_entry(hashing_encoder: Encoder) -> None:
    """`half ten` must win over a part of it, in any writing."""
    arm = _fit(DictionaryArm, Workbench(hashing_encoder))

    (prediction,) = arm.predict(["come at HALF  Ten or six"])

    assert parse_spans(prediction.output) == (Span(8, 17, "time"), Span(21, 24, "time"))


def test_dictionary_leaves_out_what_is_seldom_a_span(hashing_encoder: Encoder) -> None:
    """A word that is a name once and no name three times is none."""
    train = (sample("a", "{name} is here", name="will"), sample("b", "{name} here", name="ann"))
    others = tuple(Sample(f"o{n}", f"i will wait {n}", ("[]",)) for n in range(3))
    arm = DictionaryArm()
    arm.fit(
        LearningData(Task.EXTRACTION, (*train, *others), ()),
        Workbench(hashing_encoder),
        seed=0,
        progress=lambda _: None,
    )

    assert parse_spans(arm.predict(["will ann come"])[0].output) == (Span(5, 8, "name"),)


def test_zero_shot_finds_the_words_of_a_description(hashing_encoder: Encoder) -> None:
    """A run of words equal to the description has a cosine of one, and its parts have less."""
    described = {"time": "half ten", "name": "somebody else"}
    data = LearningData(
        Task.EXTRACTION, (), (), labels=("name", "time"), label_descriptions=described
    )
    arm = ZeroShotSpansArm()
    arm.fit(data, Workbench(hashing_encoder), seed=0, progress=lambda _: None)

    (prediction,) = arm.predict(["come at half ten today"])

    assert Span(8, 16, "time") in parse_spans(prediction.output)


def test_overlapping_runs_give_way_to_the_nearest() -> None:
    """A word belongs to one span at most."""
    candidates = [(0.9, Span(4, 8, "a")), (0.8, Span(0, 5, "b")), (0.3, Span(9, 12, "a"))]

    assert choose_spans(candidates, 0.5) == ((Span(4, 8, "a"),), 0.9)


def test_runs_neither_begin_nor_end_with_a_sign() -> None:
    """Of `8 : 30` the sign alone is nothing that could be looked for."""
    assert list_runs(split_words("8:30")) == [(0, 1), (0, 4), (2, 4)]


def test_reader_never_reads_an_impossible_sequence() -> None:
    """The likeliest tag of each word by itself may be the inside of nothing."""
    reader = TagReader(("O", "B-a", "I-a"))
    shares = np.array([[0.5, 0.4, 0.1], [0.1, 0.0, 0.9]], dtype=np.float32)

    ((spans, confidence),) = reader.read([split_words("x y")], shares)

    assert spans == (Span(0, 3, "a"),)
    assert confidence == pytest.approx(0.4)


def test_few_texts_hold_every_label_and_none() -> None:
    """Eight texts per label, and as many without a span."""
    drawn = draw_texts(DATA.train, n_per_label=2, seed=0)

    counts = [sum(label in labels_of(s.targets[0]) for s in drawn) for label in ("name", "time")]
    assert min(counts) >= 2
    assert sum(s.targets == ("[]",) for s in drawn) == 2


@pytest.mark.parametrize("arm_class", [DictionaryArm, *LEARNERS])
def test_training_texts_without_spans_are_refused(
    arm_class: type[Arm], hashing_encoder: Encoder
) -> None:
    """An arm that has nothing to learn says so."""
    data = LearningData(Task.EXTRACTION, (Sample("a", "nothing", ("[]",)),), ())

    with pytest.raises(TooFewSamplesError, match="has a span"):
        arm_class().fit(data, Workbench(hashing_encoder), seed=0, progress=lambda _: None)


@pytest.mark.parametrize("spec", arms_for(Task.EXTRACTION), ids=lambda spec: spec.name)
def test_every_arm_of_the_register_exists(spec) -> None:  # noqa: ANN001 # an ArmSpec
    """A name that can be asked for has a class behind it."""
    assert {"fit", "predict", "save", "load"} <= set(dir(load_arm_class(spec)))
