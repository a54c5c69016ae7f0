"""The arms that label texts: each learns, is saved, is read back, and says what it did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prototypes.approaches.classification.baseline import MajorityArm, TfidfArm
from prototypes.approaches.classification.prompting import (
    FewShotArm,
    ZeroShotArm,
    draw_samples,
    humanise_label,
)
from prototypes.approaches.classification.rag import NearestSamplesArm
from prototypes.approaches.finetuning.head import HeadArm, fit_head
from prototypes.contracts import Arm, LearningData, Sample, Task
from prototypes.errors import ModelUnavailableError, TooFewSamplesError
from prototypes.models.encoder import Encoder
from prototypes.workbench import Workbench

WORDS = {
    "bird": "raven crow wing feather beak nest",
    "light": "lantern lamp candle flame torch glow",
    "water": "shore wave tide harbour river boat",
}
LEARNING_ARMS = (TfidfArm, FewShotArm, NearestSamplesArm, HeadArm)
ALL_ARMS = (MajorityArm, ZeroShotArm, *LEARNING_ARMS)


def _samples(n_per_label: int, *, seed: int) -> tuple[Sample, ...]:
    generator = np.random.default_rng(seed)
    return tuple(
        Sample(
            id=f"{seed}-{label}-{n}",
            input=" ".join(["the", *generator.choice(words.split(), 3)]),
            targets=(label,),
        )
        for label, words in WORDS.items()
        for n in range(n_per_label)
    )


DATA = LearningData(
    Task.CLASSIFICATION,
    train=_samples(10, seed=1),
    validation=_samples(4, seed=2),
    labels=tuple(WORDS),
    label_descriptions=WORDS,
)
TEST = _samples(10, seed=3)


def _fit(arm: Arm, encoder: Encoder, data: LearningData = DATA) -> Workbench:
    bench = Workbench(encoder)
    arm.fit(data, bench, seed=0, progress=lambda _: None)
    return bench


def _accuracy(arm: Arm) -> float:
    predictions = arm.predict([sample.input for sample in TEST])
    return float(
        np.mean([p.output == s.targets[0] for p, s in zip(predictions, TEST, strict=True)])
    )


@pytest.mark.parametrize("arm_class", (ZeroShotArm, *LEARNING_ARMS))
def test_arms_learn_what_can_be_learnt(arm_class: type[Arm], hashing_encoder: Encoder) -> None:
    """Labels that differ in every word must be told apart nearly always."""
    arm = arm_class()

    _fit(arm, hashing_encoder)

    assert _accuracy(arm) >= 0.9


@pytest.mark.parametrize("arm_class", LEARNING_ARMS)
def test_arms_learn_from_the_labels_given(arm_class: type[Arm], hashing_encoder: Encoder) -> None:
    """With labels shuffled among the samples no arm may still find the right ones."""
    shuffled = np.random.default_rng(0).permutation([s.targets[0] for s in DATA.train])
    train = tuple(
        replace(sample, targets=(str(label),))
        for sample, label in zip(DATA.train, shuffled, strict=True)
    )
    arm = arm_class()

    _fit(arm, hashing_encoder, replace(DATA, train=train, validation=()))

    assert _accuracy(arm) <= 0.7


@pytest.mark.parametrize("arm_class", ALL_ARMS)
def test_a_saved_arm_answers_alike(
    arm_class: type[Arm], hashing_encoder: Encoder, tmp_path: Path
) -> None:
    """Saving and loading must change no answer, and write nothing that can run code."""
    arm = arm_class()
    bench = _fit(arm, hashing_encoder)
    inputs = [sample.input for sample in TEST]

    arm.save(tmp_path)

    assert arm_class.load(tmp_path, bench).predict(inputs) == arm.predict(inputs)
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".json", ".npz", ".safetensors"}


@pytest.mark.parametrize("arm_class", ALL_ARMS)
def test_only_single_inputs_are_timed(arm_class: type[Arm], hashing_encoder: Encoder) -> None:
    """The stages of one query are measured; those of a batch would mean nothing."""
    arm = arm_class()
    _fit(arm, hashing_encoder)

    (single,) = arm.predict(["the raven"])
    several = arm.predict(["the raven", "the lamp"])

    assert set(single.timings_ms) <= {"encode", "search", "generate"}
    assert sum(single.timings_ms.values()) > 0
    assert [dict(p.timings_ms) for p in several] == [{}, {}]


@pytest.mark.parametrize("arm_class", ALL_ARMS)
def test_the_validation_score_is_an_accuracy(
    arm_class: type[Arm], hashing_encoder: Encoder
) -> None:
    """It must lie on the validation samples' grid, and be absent without such samples."""
    bench = Workbench(hashing_encoder)
    scored = arm_class().fit(DATA, bench, seed=0, progress=lambda _: None)
    unscored = arm_class().fit(replace(DATA, validation=()), bench, seed=0, progress=lambda _: None)

    assert scored.validation_score is not None
    assert (scored.validation_score * len(DATA.validation)) % 1 == pytest.approx(0, abs=1e-6)
    assert unscored.validation_score is None


@pytest.mark.parametrize("arm_class", LEARNING_ARMS)
def test_one_label_is_too_few(arm_class: type[Arm], hashing_encoder: Encoder) -> None:
    """A data set with a single label must be refused in a sentence that names it."""
    birds = tuple(sample for sample in DATA.train if sample.targets == ("bird",))

    with pytest.raises(TooFewSamplesError, match="only the label 'bird'"):
        _fit(arm_class(), hashing_encoder, replace(DATA, train=birds))


@pytest.mark.parametrize("arm_class", LEARNING_ARMS)
def test_a_label_only_seen_in_validation_does_no_harm(
    arm_class: type[Arm], hashing_encoder: Encoder
) -> None:
    """Such a label cannot be learnt; it must count as wrong and break nothing."""
    stray = Sample(id="stray", input="the anvil", targets=("metal",))
    arm = arm_class()

    _fit(arm, hashing_encoder, replace(DATA, validation=(*DATA.validation, stray)))

    assert "metal" not in {p.output for p in arm.predict(["the anvil", "the hammer"])}


def test_nearest_samples_cite_samples_of_the_label(hashing_encoder: Encoder) -> None:
    """Every citation must be a looked-up training sample that carries the answer."""
    arm = NearestSamplesArm()
    _fit(arm, hashing_encoder)
    label_of = {s.id: s.targets[0] for s in (*DATA.train, *DATA.validation)}

    predictions = arm.predict([sample.input for sample in TEST])

    assert all(p.citations for p in predictions)
    for prediction in predictions:
        cited = [citation.passage_id for citation in prediction.citations]
        assert {label_of[id] for id in cited} == {prediction.output}
        assert set(cited) <= set(prediction.retrieved)


def test_majority_takes_the_most_frequent_label(hashing_encoder: Encoder) -> None:
    """The baseline must follow the counts of the training samples."""
    arm = MajorityArm()

    _fit(arm, hashing_encoder, replace(DATA, train=(*DATA.train, DATA.train[-1])))

    assert {p.output for p in arm.predict(["raven", "lamp"])} == {"water"}


def test_head_matches_scikit_learn(hashing_encoder: Encoder) -> None:
    """The head must be the logistic regression it is called."""
    from sklearn.linear_model import LogisticRegression

    labels = tuple(sorted(WORDS))
    vectors = hashing_encoder.encode([s.input for s in DATA.train])
    targets = np.array([labels.index(s.targets[0]) for s in DATA.train])
    reference = LogisticRegression(C=3.0, tol=1e-8, max_iter=5000).fit(vectors, targets)

    head = fit_head(vectors, targets, labels=labels, inverse_penalty=3.0)

    held_out = hashing_encoder.encode([s.input for s in TEST])
    assert np.abs(head.probabilities(held_out) - reference.predict_proba(held_out)).max() < 0.01


def test_two_labels_give_probabilities(hashing_encoder: Encoder) -> None:
    """scikit-learn keeps one row for two labels; both must still be scored."""
    train = tuple(s for s in DATA.train if s.targets[0] != "water")
    arm = TfidfArm()
    _fit(arm, hashing_encoder, replace(DATA, train=train, validation=()))

    raven, lamp = arm.predict(["raven feather", "lamp candle"])

    assert (raven.output, lamp.output) == ("bird", "light")
    assert min(raven.confidence, lamp.confidence) > 0.5


def test_an_arm_of_another_encoder_is_refused(hashing_encoder: Encoder, tmp_path: Path) -> None:
    """A head is worthless on other vectors than it was fitted on."""
    arm = HeadArm()
    bench = _fit(arm, hashing_encoder)
    arm.save(tmp_path)
    hashing_encoder.sha256 = "another"

    with pytest.raises(ModelUnavailableError, match="fitted with the encoder"):
        HeadArm.load(tmp_path, bench)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("card_arrival", "card arrival"),
        ("CardArrival", "card arrival"),
        ("Refund_not_showing_up", "refund not showing up"),
        ("sklearn.linear_model", "sklearn linear model"),
        ("7", "7"),
        ("?", "?"),
    ],
)
def test_labels_are_read_as_words(label: str, words: str) -> None:
    """A label without description must be embedded as a person would read it."""
    assert humanise_label(label) == words


def test_few_shot_draws_equally_from_each_label() -> None:
    """Eight samples per label or all there are, the same for the same seed."""
    samples = (*_samples(20, seed=4), Sample(id="x", input="anvil", targets=("metal",)))

    drawn = draw_samples(samples, n_per_label=8, seed=5)

    counts = {label: sum(s.targets[0] == label for s in drawn) for label in (*WORDS, "metal")}
    assert counts == {"bird": 8, "light": 8, "water": 8, "metal": 1}
    assert drawn == draw_samples(samples, n_per_label=8, seed=5)
    assert drawn != draw_samples(samples, n_per_label=8, seed=6)
