"""Full tuning for spans and the hybrid, on a very small transformer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototypes.approaches.extraction.full import FullTaggingArm
from prototypes.approaches.extraction.hybrid import InterpolatedTaggingArm
from prototypes.approaches.extraction.labelling import validate_spans
from prototypes.approaches.extraction.tuned_tagger import choose_recipe
from prototypes.contracts import Arm, LearningData, Sample, Task
from prototypes.data.spans import Span, format_spans, parse_spans
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder
from prototypes.models.word_vectors import WordEncoder
from prototypes.workbench import Workbench

pytestmark = pytest.mark.weights  # only the tokenizer of the embedded encoder is used

TUNING_ARMS = (FullTaggingArm, InterpolatedTaggingArm)
BIRDS = ["raven", "crow", "heron", "swift"]


def _samples(n: int, *, seed: int) -> tuple[Sample, ...]:
    generator = np.random.default_rng(seed)
    birds = [str(generator.choice(BIRDS)) for _ in range(n)]
    return tuple(
        Sample(f"{seed}-{k}", f"a {bird} sang", (format_spans([Span(2, 2 + len(bird), "bird")]),))
        if k % 3
        else Sample(f"{seed}-{k}", "nothing sang", ("[]",))
        for k, bird in enumerate(birds)
    )


DATA = LearningData(Task.EXTRACTION, _samples(40, seed=1), _samples(9, seed=2), labels=("bird",))
TEST = _samples(12, seed=3)
INPUTS = [sample.input for sample in TEST]


@pytest.mark.slow
@pytest.mark.parametrize("arm_class", TUNING_ARMS)
def test_a_saved_arm_answers_alike(
    arm_class: type[Arm], tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Saving and loading must change no answer, and write nothing that can run code."""
    bench, arm = Workbench(tiny_encoder), arm_class()
    arm.fit(DATA, bench, seed=0, progress=lambda _: None)

    arm.save(tmp_path)

    assert arm_class.load(tmp_path, bench).predict(INPUTS) == arm.predict(INPUTS)
    assert {path.suffix for path in tmp_path.rglob("*.*")} <= {".json", ".npz", ".safetensors"}


def test_tuning_moves_the_encoder_and_finds_the_spans(
    tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """The parameters must move, all be counted, and the spans be found."""
    arm = FullTaggingArm()

    report = arm.fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)

    arm.save(tmp_path)
    assert tiny_encoder.folder is not None
    words = [["a", "raven"]]
    moved, still = (
        WordEncoder(f).encode(words) for f in (tmp_path / "encoder", tiny_encoder.folder)
    )
    found = [(parse_spans(prediction.output), 1.0) for prediction in arm.predict(INPUTS)]
    assert np.abs(moved - still).max() > 1e-3
    assert report.n_trained_parameters > 30522 * 32
    assert validate_spans(TEST, found) == 1.0


@pytest.mark.slow
def test_arms_share_one_tuned_encoder(tiny_encoder: Encoder) -> None:
    """What one arm had tuned, the other does not tune again, and is charged for it all the same."""
    bench = Workbench(tiny_encoder)
    FullTaggingArm().fit(DATA, bench, seed=0, progress=lambda _: None)
    spent, charged = bench.spent_seconds, bench.charged_seconds

    InterpolatedTaggingArm().fit(DATA, bench, seed=0, progress=lambda _: None)

    assert bench.spent_seconds == spent
    assert bench.charged_seconds > charged


def test_encoder_without_parameters_is_refused(hashing_encoder: Encoder) -> None:
    """Nothing can be tuned in an encoder that learnt nothing."""
    with pytest.raises(ModelUnavailableError, match="no parameters that could be tuned"):
        FullTaggingArm().fit(DATA, Workbench(hashing_encoder), seed=0, progress=lambda _: None)


def test_word_vectors_are_those_of_the_first_piece(tiny_encoder: Encoder) -> None:
    """Texts of any length in one batch give the same vectors as each alone."""
    assert tiny_encoder.folder is not None
    encoder = WordEncoder(tiny_encoder.folder)
    texts = [["unbelievableness", "8", "pm"], [], ["a"] * 30, ["\u200b", "x"]]

    together = encoder.encode(texts)

    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert together.shape == (35, 32)
    assert np.allclose(together, alone, atol=0.05)
    assert not together[33].any()


def test_long_text_is_read_to_its_end(tiny_encoder: Encoder) -> None:
    """What a model cannot read at once it reads part by part; no word goes without a vector."""
    assert tiny_encoder.folder is not None

    vectors = WordEncoder(tiny_encoder.folder).encode([["short"], ["unbelievableness"] * 600])

    assert vectors.shape == (601, 32)
    assert np.abs(vectors).sum(axis=1).min() > 0


@pytest.mark.slow
def test_span_at_the_end_of_a_long_text_is_found(tiny_encoder: Encoder) -> None:
    """Training and answering cut long texts alike."""
    arm = FullTaggingArm()
    arm.fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)
    text = "nothing sang " * 200 + "a raven sang"

    (prediction,) = arm.predict([text])

    assert Span(len(text) - 10, len(text) - 5, "bird") in parse_spans(prediction.output)


@pytest.mark.parametrize(("n_samples", "epochs"), [(100, 6), (1000, 4), (8000, 2)])
def test_fewer_texts_are_seen_more_often(n_samples: int, epochs: int) -> None:
    """The number of steps may not vanish with the number of texts."""
    assert choose_recipe(n_samples, seed=0).epochs == epochs


@pytest.mark.slow
def test_tuned_tagger_finds_spans_in_eight_bits(tiny_encoder: Encoder) -> None:
    """It is smaller, and still right."""
    arm = FullTaggingArm()
    arm.fit(DATA, Workbench(tiny_encoder), seed=0, progress=lambda _: None)
    whole = arm.model.size_mb

    arm.model.hold_in_eight_bits()
    found = [(parse_spans(prediction.output), 1.0) for prediction in arm.predict(INPUTS)]

    assert arm.model.size_mb < whole
    assert validate_spans(TEST, found) == 1.0
