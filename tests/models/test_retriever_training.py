"""Tuning an encoder with in-batch negatives, and mixing it with the untuned one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from prototypes.models.encoder import find_embedded_folder
from prototypes.models.retriever_training import (
    QuestionPassage,
    batch_near,
    build_lesson,
    compare_tokens,
    count_parameters,
    interpolate_encoders,
    tune_retriever,
)
from prototypes.models.training import Recipe
from prototypes.models.transformer import TransformerEncoder, load_trainable, read_max_tokens

pytestmark = pytest.mark.weights

PAIRS = tuple(
    QuestionPassage(f"What is a {word}?", f"The {word} was invented for {use}.", place)
    for place, (word, use) in enumerate(
        (("frobnitz", "baking"), ("gromble", "sailing"), ("quux", "weaving"))
    )
)
NAME = "encoder.layer.5.output.dense.weight"


@pytest.fixture(scope="module")
def source() -> Path:
    """The embedded encoder."""
    found = find_embedded_folder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tuned(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the encoder, tuned on three pairs."""
    folder = tmp_path_factory.mktemp("tuned")
    recipe = Recipe(epochs=4, batch_size=3, learning_rate=5e-5, seed=0)
    tune_retriever(source, PAIRS, target=folder, recipe=recipe, progress=lambda fraction: None)
    return folder


def margin(folder: Path) -> float:
    """Return how much nearer questions are to their own passages than to the others'."""
    encoder = TransformerEncoder(folder, name="any", sha256=None)
    questions = encoder.encode([pair.question for pair in PAIRS])
    cosines = questions @ encoder.encode([pair.passage for pair in PAIRS]).T
    return float(np.trace(cosines) / 3 - (cosines.sum() - np.trace(cosines)) / 6)


def test_tuning_brings_questions_nearer_to_their_passages(source: Path, tuned: Path) -> None:
    """After tuning, own and other passages lie further apart than before."""
    assert margin(tuned) > margin(source) + 0.05


def test_tuned_encoder_keeps_the_settings_of_its_source(source: Path, tuned: Path) -> None:
    """Limits and pooling travel with the parameters."""
    assert read_max_tokens(source) == read_max_tokens(tuned)
    assert (tuned / "1_Pooling" / "config.json").is_file()


def test_every_parameter_but_the_unused_pooler_is_counted(tuned: Path) -> None:
    """The count agrees with that of the loaded model."""
    _, model = load_trainable(tuned)

    expected = sum(p.numel() for p in model.parameters())
    expected -= sum(p.numel() for p in model.pooler.parameters())
    assert expected == count_parameters(tuned)


def test_half_a_share_lies_half_way(source: Path, tuned: Path, tmp_path: Path) -> None:
    """Mixed parameters are the mean of both encoders' parameters."""
    interpolate_encoders(source, tuned, share=0.5, target=tmp_path)
    start, end, mixed = (
        load_file(each / "model.safetensors")[NAME] for each in (source, tuned, tmp_path)
    )

    assert not torch.equal(start, end)
    assert torch.allclose(mixed, (start + end) / 2)


def test_questions_about_one_passage_do_not_repel_each_other(source: Path) -> None:
    """A batch of two questions on the same passage has nothing to push away: its loss is 0."""
    tokenizer, model = load_trainable(source)
    same = tuple(QuestionPassage(question, "One text.", 0) for question in ("Who?", "When?"))
    lesson = build_lesson([same], tokenizer, first_token=False)

    loss = lesson.loss(model, lesson.collate([same]))

    assert loss.item() == 0.0


def test_a_batch_holds_passages_that_lie_near_each_other() -> None:
    """No batch reaches beyond eight times its size in the corpus, and every pair is in one."""
    pairs = [QuestionPassage(f"Question {n}", "A text.", n) for n in range(200)]
    batches = batch_near(pairs[::-1], size=4, seed=0)

    places = [[pair.place for pair in batch] for batch in batches]
    assert sorted(place for batch in places for place in batch) == list(range(200))
    assert all(max(batch) - min(batch) < 32 for batch in places)
    assert any(max(batch) - min(batch) > 8 for batch in places)


def test_tokens_are_compared_with_the_nearest_of_the_passage() -> None:
    """One question of one token lies half way between those of the first passage."""
    question = torch.tensor([[[9.0, 9.0], [1.0, 0.0], [9.0, 9.0]]])
    passages = torch.tensor(
        [
            [[1.0, 0.0], [1.0, 1.0], [-1.0, 1.0], [1.0, 0.0]],
            [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]],
        ]
    )
    masks = torch.ones(1, 3, dtype=torch.long), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])

    found = compare_tokens(question, masks[0], passages, masks[1])

    assert torch.allclose(torch.tensor([[0.5**0.5, 0.0]]), found)
