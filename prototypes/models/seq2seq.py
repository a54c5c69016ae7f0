"""A sequence-to-sequence model warm-started from an encoder on both sides.

Both halves take over the parameters of the encoder, and the output head starts from noise (Rothe,
Narayan and Severyn 2020, "Leveraging Pre-trained Checkpoints for Sequence Generation Tasks", their
BERT2BERT). Three things differ from the paper so that few pairs and a CPU are enough: the
cross-attention starts as a copy of the self-attention below it instead of from noise (on 240
questions every answer was learnt in 15 epochs; from noise none was in 10), the decoder's
vocabulary is cut down to the pieces of the training outputs and to single characters, with which
every other word can still be spelt, and the encoder's word embeddings stay fixed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertLMHeadModel,
    BertModel,
    EncoderDecoderModel,
    PreTrainedTokenizerBase,
)
from transformers.modeling_outputs import BaseModelOutput

from prototypes.contracts import Progress
from prototypes.models.decoder_vocabulary import MAX_OUTPUT_PIECES, DecoderVocabulary
from prototypes.models.training import Batch, Lesson, Recipe, n_trainable, train
from prototypes.runtime import autocast, prepare_transformers, seed_everything

MAX_INPUT_PIECES = 128
_IGNORED = -100
_BATCH_SIZE = 32
_FEW_PAIRS = 1_000
_ATTENTION = "eager"
"""For a dozen pieces at a time, a third faster on a CPU than torch's fused attention."""
VOCABULARY_FILE = "decoder_vocabulary.json"


@dataclass(frozen=True, slots=True)
class Generation:
    """What was generated: the text (None: an abstention) and its mean probability per piece."""

    text: str | None
    probability: float


class Seq2SeqModel:
    """Reads one text and writes another, piece by piece, always taking the likeliest piece."""

    def __init__(
        self,
        model: EncoderDecoderModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        vocabulary: DecoderVocabulary,
    ) -> None:
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary

    @classmethod
    def warm_start(cls, folder: Path, outputs: Iterable[str], *, seed: int) -> Self:
        """Build an untrained model from the encoder in `folder`, able to write all `outputs`."""
        prepare_transformers()
        seed_everything(seed)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        vocabulary = DecoderVocabulary.of(outputs, tokenizer)
        model = _join_halves(folder, tokenizer, vocabulary)
        return cls(model, tokenizer, vocabulary=vocabulary)

    @property
    def n_trained_parameters(self) -> int:
        """Count the parameters that training changes."""
        return n_trainable(self._model)

    def train(
        self, pairs: Sequence[tuple[str, str | None]], *, recipe: Recipe, progress: Progress
    ) -> None:
        """Teach input → output pairs; an output of None teaches to abstain.

        Args:
            pairs: Outputs must be among those given to `warm_start`.
            recipe: How long and how fast to train.
            progress: Told the share of finished steps.
        """
        rows = [self._vocabulary.encode(output, self._tokenizer) for _, output in pairs]
        inputs: Sequence[str] | list[torch.Tensor] = [text for text, _ in pairs]
        collate: Callable[[list[Any]], Batch] = self._collate
        if len(pairs) < _FEW_PAIRS:
            _hold_encoder(self._model)
            inputs, collate = self._read_once([text for text, _ in pairs]), _collate_states
        taught = list(zip(inputs, rows, strict=True))
        lesson = Lesson(taught, collate, _sequence_loss, lengths=[len(row) for row in rows])
        train(self._model, lesson, recipe=recipe, progress=progress)

    def generate(self, inputs: Sequence[str]) -> list[Generation]:
        """Write one output per input, in order."""
        batches = (inputs[i : i + _BATCH_SIZE] for i in range(0, len(inputs), _BATCH_SIZE))
        return [each for batch in batches for each in self._generate_batch(batch)]

    def save(self, folder: Path) -> None:
        """Write parameters, vocabulary and settings into an existing folder."""
        self._model.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)
        content = {"pieces": self._vocabulary.pieces, "spelling": self._vocabulary.spelling}
        (folder / VOCABULARY_FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""
        prepare_transformers()
        content = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        return cls(
            EncoderDecoderModel.from_pretrained(
                folder, local_files_only=True, attn_implementation=_ATTENTION
            ),
            AutoTokenizer.from_pretrained(folder, local_files_only=True),
            vocabulary=DecoderVocabulary(content["pieces"], content["spelling"]),
        )

    def _collate(self, pairs: list[tuple[str, list[int]]]) -> Batch:
        texts, rows = zip(*pairs, strict=True)
        return {**self._encode(texts), "labels": _pad_labels(rows)}

    def _read_once(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """Return what the encoder makes of each text, shape (n_pieces, d).

        An encoder that is held makes the same of it in every epoch.
        """
        states: list[torch.Tensor] = []
        with torch.no_grad(), autocast():
            for at in range(0, len(texts), _BATCH_SIZE):
                batch = self._encode(texts[at : at + _BATCH_SIZE])
                hidden = self._model.encoder(**batch).last_hidden_state
                n_pieces = batch["attention_mask"].sum(1).tolist()
                states += [each[:n] for each, n in zip(hidden, n_pieces, strict=True)]
        return states

    def _encode(self, texts: Sequence[str]) -> Batch:
        encoded: Batch = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=MAX_INPUT_PIECES,
            return_token_type_ids=False,
            return_tensors="pt",
        )
        return encoded

    def _generate_batch(self, inputs: Sequence[str]) -> list[Generation]:
        with torch.inference_mode(), autocast():
            written = self._model.generate(
                **self._encode(inputs),
                max_new_tokens=MAX_OUTPUT_PIECES,
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
            )
        chosen = written.sequences[:, 1:].cpu()
        logits = torch.stack(written.logits, dim=1).float().cpu()
        likelihood = logits.log_softmax(-1).gather(-1, chosen[..., None])[..., 0]
        return [self._read(*row) for row in zip(chosen, likelihood, strict=True)]

    def _read(self, chosen: torch.Tensor, likelihood: torch.Tensor) -> Generation:
        end = self._vocabulary.index(self._tokenizer.sep_token_id)
        stops = (chosen == end).nonzero()
        length = int(stops[0]) + 1 if len(stops) else len(chosen)
        text = self._vocabulary.decode(chosen[:length].tolist(), self._tokenizer)
        return Generation(text, float(likelihood[:length].mean().exp()))


def _join_halves(
    folder: Path, tokenizer: PreTrainedTokenizerBase, vocabulary: DecoderVocabulary
) -> EncoderDecoderModel:
    encoder = BertModel.from_pretrained(
        folder, local_files_only=True, attn_implementation=_ATTENTION
    )
    model = EncoderDecoderModel(encoder=encoder, decoder=_warm_decoder(encoder, vocabulary))
    model.encoder.embeddings.word_embeddings.requires_grad_(False)
    model.encoder.pooler.requires_grad_(False)
    for config in (model.config, model.generation_config):
        config.decoder_start_token_id = vocabulary.index(tokenizer.cls_token_id)
        config.eos_token_id = vocabulary.index(tokenizer.sep_token_id)
        config.pad_token_id = vocabulary.index(tokenizer.pad_token_id)
    return model


def _hold_encoder(model: EncoderDecoderModel) -> None:
    """Train the decoder alone, without dropout: few pairs are to be learnt by heart.

    They could not teach the encoder anything but their own wording.
    """
    model.encoder.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def _warm_decoder(encoder: BertModel, vocabulary: DecoderVocabulary) -> BertLMHeadModel:
    """Copy the encoder into a causal decoder that only knows the words of `vocabulary`."""
    settings = {**encoder.config.to_dict(), "vocab_size": len(vocabulary.pieces)}
    settings |= {"is_decoder": True, "add_cross_attention": True}
    config = BertConfig(**settings, attn_implementation=_ATTENTION)
    decoder = BertLMHeadModel(config)
    parameters = encoder.state_dict()
    words = "embeddings.word_embeddings.weight"
    parameters[words] = parameters[words][vocabulary.pieces]
    decoder.bert.load_state_dict(parameters, strict=False)
    for layer in decoder.bert.encoder.layer:
        layer.crossattention.load_state_dict(layer.attention.state_dict())
    decoder.tie_weights()
    return decoder


def _collate_states(pairs: list[tuple[torch.Tensor, list[int]]]) -> Batch:
    states, rows = [state for state, _ in pairs], [row for _, row in pairs]
    masks = [torch.ones(len(each), dtype=torch.long) for each in states]
    return {
        "encoder_states": pad_sequence(states, batch_first=True),
        "attention_mask": pad_sequence(masks, batch_first=True),
        "labels": _pad_labels(rows),
    }


def _pad_labels(rows: Sequence[list[int]]) -> torch.Tensor:
    return pad_sequence([torch.tensor(row) for row in rows], True, _IGNORED)


def _sequence_loss(model: EncoderDecoderModel, batch: Batch) -> torch.Tensor:
    """Return the mean cross-entropy per piece; padded labels do not count."""
    labels, states = batch["labels"], batch.get("encoder_states")
    output = model(
        input_ids=batch.get("input_ids"),
        encoder_outputs=None if states is None else BaseModelOutput(last_hidden_state=states),
        attention_mask=batch["attention_mask"],
        decoder_input_ids=model.prepare_decoder_input_ids_from_labels(labels),
    )
    return cross_entropy(output.logits.flatten(0, 1).float(), labels.flatten())
