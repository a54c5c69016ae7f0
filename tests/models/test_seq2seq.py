"""The warm-started sequence-to-sequence model and the vocabulary it writes with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, BertModel, PreTrainedTokenizerBase

from prototypes.models.decoder_vocabulary import MAX_OUTPUT_PIECES, DecoderVocabulary
from prototypes.models.encoder import find_embedded_folder
from prototypes.models.seq2seq import Seq2SeqModel
from prototypes.models.seq2seq_batches import sequence_loss
from prototypes.models.training import Recipe

pytestmark = pytest.mark.weights

PAIRS = (
    ("Which keyword defines a function?", "def"),
    ("Which exception ends an iteration?", "StopIteration"),
    ("What colour is the sky?", None),
    ("Which method makes an iterator?", "__iter__()"),
)
OUTPUTS = [output for _, output in PAIRS if output]
RECIPE = Recipe(epochs=60, batch_size=4, learning_rate=5e-4, seed=0)


@pytest.fixture(scope="module")
def folder() -> Path:
    """The embedded encoder."""
    found = find_embedded_folder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of the embedded encoder."""
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


@pytest.fixture(scope="module")
def taught(folder: Path) -> Seq2SeqModel:
    """A model that was taught four pairs."""
    model = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0)
    model.train(PAIRS, recipe=RECIPE, progress=lambda fraction: None)
    return model


def test_vocabulary_writes_training_outputs_as_they_were(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    """Capitals and spacing that the tokenizer loses are restored for known outputs."""
    vocabulary = DecoderVocabulary.of(OUTPUTS, tokenizer)

    written = [vocabulary.decode(vocabulary.encode(o, tokenizer), tokenizer) for o in OUTPUTS]

    assert written == OUTPUTS


def test_abstention_is_written_and_read_as_none(tokenizer: PreTrainedTokenizerBase) -> None:
    """Abstaining has a piece of its own, which no output can spell."""
    vocabulary = DecoderVocabulary.of(OUTPUTS, tokenizer)

    assert vocabulary.decode(vocabulary.encode(None, tokenizer), tokenizer) is None


def test_vocabulary_can_spell_words_it_was_not_made_for(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    """Every lower-case letter is there, at the start of a word and inside it."""
    vocabulary = DecoderVocabulary.of(["one"], tokenizer)
    letters = tokenizer.convert_tokens_to_ids([*"abcxyz", *(f"##{c}" for c in "abcxyz")])

    assert set(letters) <= set(vocabulary.pieces)
    assert len(vocabulary.pieces) < len(tokenizer) / 10


def test_output_that_is_too_long_is_cut(tokenizer: PreTrainedTokenizerBase) -> None:
    """An output never has more pieces than the model generates, its end included."""
    long = "word " * 200

    row = DecoderVocabulary.of([long], tokenizer).encode(long, tokenizer)

    assert len(row) == MAX_OUTPUT_PIECES


def test_both_halves_start_from_the_encoder(folder: Path) -> None:
    """Before training, encoder and decoder hold the parameters of the given encoder."""
    model = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0)._model
    expected = BertModel.from_pretrained(folder, local_files_only=True)
    name = "encoder.layer.3.attention.self.query.weight"

    assert torch.equal(model.encoder.state_dict()[name], expected.state_dict()[name])
    assert torch.equal(model.decoder.bert.state_dict()[name], expected.state_dict()[name])


def test_cross_attention_starts_from_the_self_attention_below_it(folder: Path) -> None:
    """The two attentions have the same shape and, before training, the same parameters."""
    layer = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0)._model.decoder.bert.encoder.layer[2]
    cross, own = layer.crossattention.state_dict(), layer.attention.state_dict()

    assert own.keys() == cross.keys()
    assert all(torch.equal(own[name], cross[name]) for name in own)


def test_model_learns_its_pairs(taught: Seq2SeqModel) -> None:
    """After training, every taught question gets its answer, and the unanswerable one none."""
    generated = taught.generate([text for text, _ in PAIRS])

    assert [output for _, output in PAIRS] == [each.text for each in generated]


def test_training_makes_the_model_surer(taught: Seq2SeqModel, folder: Path) -> None:
    """The confidence is a probability, and larger for what was taught than before training."""
    question = PAIRS[0][0]
    (before,) = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0).generate([question])
    (after,) = taught.generate([question])

    assert 0.0 < before.probability < after.probability <= 1.0


def test_loaded_model_generates_the_same(taught: Seq2SeqModel, tmp_path: Path) -> None:
    """Saving and loading change no generation, neither text nor probability."""
    questions = ["Which keyword defines a function?", "Who wrote this?"]
    taught.save(tmp_path)

    assert taught.generate(questions) == Seq2SeqModel.load(tmp_path).generate(questions)


def test_saved_model_holds_nothing_that_can_run_code(taught: Seq2SeqModel, tmp_path: Path) -> None:
    """Parameters are written as safetensors, everything else as json."""
    taught.save(tmp_path)

    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_generating_nothing_gives_nothing(taught: Seq2SeqModel) -> None:
    """No inputs, no outputs."""
    assert taught.generate([]) == []


def test_same_seed_gives_the_same_model(folder: Path) -> None:
    """Noise in the output head, order and dropout all come from the seed."""
    recipe = Recipe(epochs=1, batch_size=2, learning_rate=1e-3, seed=3)
    models = [Seq2SeqModel.warm_start(folder, OUTPUTS, seed=3) for _ in range(2)]
    for model in models:
        model.train(PAIRS, recipe=recipe, progress=lambda fraction: None)

    first, second = (model.generate(["What is it?"]) for model in models)

    assert first == second


def test_progress_runs_up_to_one(folder: Path) -> None:
    """Each optimiser step is reported, the last one as 1."""
    reported: list[float] = []
    model = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0)

    model.train(PAIRS, recipe=Recipe(1, 2, 1e-3, seed=0), progress=reported.append)

    assert reported == [0.5, 1.0]


def test_input_read_once_for_several_outputs_costs_the_same_loss(folder: Path) -> None:
    """Sharing what the encoder makes of an input changes nothing but the time."""
    model = Seq2SeqModel.warm_start(folder, OUTPUTS, seed=0)
    pairs = [("Which one?", output) for output in OUTPUTS[:2]]
    (shared,) = model._bundle(pairs)
    text, rows = shared

    together = sequence_loss(model._model, model._collate([shared]))
    apart = sequence_loss(model._model, model._collate([(text, [row]) for row in rows]))

    assert len(rows) == 2
    torch.testing.assert_close(together, apart)


def test_longer_outputs_can_be_asked_for(folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    """The data decide how long a text may become."""
    long = "word " * 80
    vocabulary = DecoderVocabulary.of([long], tokenizer, max_pieces=90)

    assert len(vocabulary.encode(long, tokenizer)) == 81
