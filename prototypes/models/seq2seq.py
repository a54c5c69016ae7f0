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
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import load_model, save_model
from transformers import AutoTokenizer, EncoderDecoderModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.decoder_vocabulary import MAX_OUTPUT_PIECES, DecoderVocabulary
from prototypes.models.eight_bits import count_megabytes, hold_in_eight_bits
from prototypes.models.seq2seq_batches import Bundle, collate_states, pad_labels, sequence_loss
from prototypes.models.steering import Followed, Steer, follow_labels, steering
from prototypes.models.training import Batch, Lesson, Recipe, n_trainable, train
from prototypes.models.warm_start import ATTENTION, join_halves
from prototypes.runtime import autocast, prepare_transformers, seed_everything

MAX_INPUT_PIECES = 128
_BATCH_SIZE = 32
_FEW_PAIRS = 1_000
VOCABULARY_FILE = "decoder_vocabulary.json"
PARAMETERS_FILE = "taught.safetensors"
_N_SHARING = 2
"""More outputs of one input in a batch save time, but make its samples too much alike."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The longest texts that are read and written, in pieces, their ends included."""

    input: int = MAX_INPUT_PIECES
    output: int = MAX_OUTPUT_PIECES


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
        max_input: int = MAX_INPUT_PIECES,
    ) -> None:
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary
        self._max_input = max_input
        self._precision: Callable[[], AbstractContextManager[Any]] = autocast

    @classmethod
    def warm_start(
        cls,
        folder: Path,
        outputs: Iterable[str],
        *,
        seed: int,
        lengths: Lengths | None = None,
        inputs: Iterable[str] = (),
    ) -> Self:
        """Build an untrained model from an encoder.

        Args:
            folder: Holds the encoder.
            outputs: All of them can be written.
            seed: Decides what does not come from the encoder, and dropout.
            lengths: The longest texts that are read and written.
            inputs: Words of theirs may be written, too.
        """
        lengths = lengths or Lengths()
        prepare_transformers()
        seed_everything(seed)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        vocabulary = DecoderVocabulary.of(
            outputs, tokenizer, max_pieces=lengths.output, further=inputs
        )
        model = join_halves(folder, tokenizer, vocabulary)
        return cls(model, tokenizer, vocabulary=vocabulary, max_input=lengths.input)

    @property
    def n_trained_parameters(self) -> int:
        """Count the parameters that training changes."""
        return n_trainable(self._model)

    def train(
        self, pairs: Sequence[tuple[str, str | None]], *, recipe: Recipe, progress: Progress
    ) -> None:
        """Teach input → output pairs; an output of None teaches to abstain.

        Pairs with the same input share batches, where the encoder reads it once for up to two.

        Args:
            pairs: Outputs must be among those given to `warm_start`.
            recipe: How long and how fast to train.
            progress: Told the share of finished steps.
        """
        bundles = self._bundle(pairs)
        inputs: Sequence[str] | list[torch.Tensor] = [text for text, _ in bundles]
        collate: Callable[[list[Any]], Batch] = self._collate
        if len(pairs) < _FEW_PAIRS:
            _hold_encoder(self._model)
            inputs, collate = self._read_once([text for text, _ in bundles]), collate_states
        rows = [own for _, own in bundles]
        taught = list(zip(inputs, rows, strict=True))
        longest = [max(map(len, own)) for own in rows]
        lesson = Lesson(taught, collate, sequence_loss, lengths=longest)
        n_at_once = max(1, round(recipe.batch_size * len(bundles) / len(pairs)))
        recipe = replace(recipe, batch_size=n_at_once)
        train(self._model, lesson, recipe=recipe, progress=progress)

    def stop_dropout(self) -> None:
        """Train without dropout from now on, which is faster: a tenth of a step on a CPU."""
        _stop_dropout(self._model)

    def describe(self) -> str:
        """Say what this model will become when it is taught, but for the pairs and the recipe."""
        dropout = {each.p for each in self._model.modules() if isinstance(each, torch.nn.Dropout)}
        words = self._vocabulary
        return repr((self._max_input, words.max_pieces, words.pieces, sorted(dropout)))

    def save_parameters(self, folder: Path) -> None:
        """Write the parameters alone, which hold no text; `warm_start` gives all else."""
        save_model(self._model, str(folder / PARAMETERS_FILE))

    def load_parameters(self, folder: Path, *, n_pairs: int) -> None:
        """Take over what the same model became when it was taught that many pairs."""
        if n_pairs < _FEW_PAIRS:
            _hold_encoder(self._model)
        load_model(self._model, folder / PARAMETERS_FILE)
        self._model.eval()

    def generate(self, inputs: Sequence[str], *, steer: Steer | None = None) -> list[Generation]:
        """Write one output per input, in order; `steer` may have a say in every piece."""
        batches = (inputs[i : i + _BATCH_SIZE] for i in range(0, len(inputs), _BATCH_SIZE))
        return [each for batch in batches for each in self._generate_batch(batch, steer)]

    def follow(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Followed]:
        """Have the model write given outputs; yields batches of what it was about to write."""
        for at in range(0, len(pairs), _BATCH_SIZE):
            batch = self._collate(
                [
                    (text, [self._vocabulary.encode(output, self._tokenizer)])
                    for text, output in pairs[at : at + _BATCH_SIZE]
                ]
            )
            with torch.inference_mode(), self._precision():
                yield follow_labels(self._model, batch)

    @property
    def n_pieces(self) -> int:
        """How many pieces can be written."""
        return len(self._vocabulary.pieces)

    @property
    def size_mb(self) -> float:
        """Megabytes of all parameters."""
        return count_megabytes(self._model)

    def hold_in_eight_bits(self) -> None:
        """Hold the linear layers in eight bits from now on; it cannot be trained any more.

        Raises:
            ModelUnavailableError: If this torch has no kernels for it.
        """
        self._model, self._precision = hold_in_eight_bits(self._model), nullcontext

    def save(self, folder: Path) -> None:
        """Write parameters, vocabulary and settings into an existing folder."""
        self._model.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)
        content = {**asdict(self._vocabulary), "max_input": self._max_input}
        (folder / VOCABULARY_FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote."""
        prepare_transformers()
        content = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        return cls(
            EncoderDecoderModel.from_pretrained(
                folder, local_files_only=True, attn_implementation=ATTENTION
            ),
            AutoTokenizer.from_pretrained(folder, local_files_only=True),
            vocabulary=DecoderVocabulary(
                content["pieces"], content["spelling"], content["max_pieces"]
            ),
            max_input=content["max_input"],
        )

    def _bundle(self, pairs: Sequence[tuple[str, str | None]]) -> list[Bundle]:
        """Put up to two outputs of one input together, those of about equal length."""
        rows: defaultdict[str, list[list[int]]] = defaultdict(list)
        for text, output in pairs:
            rows[text].append(self._vocabulary.encode(output, self._tokenizer))
        return [
            (text, sorted(own, key=len)[at : at + _N_SHARING])
            for text, own in rows.items()
            for at in range(0, len(own), _N_SHARING)
        ]

    def _collate(self, bundles: list[Bundle]) -> Batch:
        return {**self._encode([text for text, _ in bundles]), **pad_labels(bundles)}

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
            max_length=self._max_input,
            return_token_type_ids=False,
            return_tensors="pt",
        )
        return encoded

    def _generate_batch(self, inputs: Sequence[str], steer: Steer | None) -> list[Generation]:
        with torch.inference_mode(), self._precision(), steering(self._model, steer) as processors:
            written = self._model.generate(
                **self._encode(inputs),
                max_new_tokens=self._vocabulary.max_pieces,
                do_sample=False,
                logits_processor=processors,
                output_scores=True,
                return_dict_in_generate=True,
            )
        chosen = written.sequences[:, 1:].cpu()
        logits = torch.stack(written.scores, dim=1).float().cpu()
        likelihood = logits.log_softmax(-1).gather(-1, chosen[..., None])[..., 0]
        return [self._read(*row) for row in zip(chosen, likelihood, strict=True)]

    def _read(self, chosen: torch.Tensor, likelihood: torch.Tensor) -> Generation:
        end = self._vocabulary.index(self._tokenizer.sep_token_id)
        stops = (chosen == end).nonzero()
        length = int(stops[0]) + 1 if len(stops) else len(chosen)
        text = self._vocabulary.decode(chosen[:length].tolist(), self._tokenizer)
        return Generation(text, float(likelihood[:length].mean().exp()))


def _hold_encoder(model: EncoderDecoderModel) -> None:
    """Train the decoder alone, without dropout: few pairs are to be learnt by heart.

    They could not teach the encoder anything but their own wording.
    """
    model.encoder.requires_grad_(False)
    _stop_dropout(model)


def _stop_dropout(model: EncoderDecoderModel) -> None:
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
