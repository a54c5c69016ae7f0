"""Extractive reading: a tuned encoder marks where in a passage the answer begins and ends.

As in Devlin et al. 2019 ("BERT", section 4.2 and 4.3): two scores per token, and the first token
of the pair stands for "no answer here", against which every span is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.retriever_training import write_encoder
from prototypes.models.training import Batch, Lesson, Recipe, train
from prototypes.models.transformer import batch_by_length, load_trainable
from prototypes.runtime import autocast, device, seed_everything

MAX_TOKENS = 320
MAX_SPAN_TOKENS = 30
_HEAD = "span_head.safetensors"
_READ = ("input_ids", "token_type_ids")
"""What a model reads; not every family tells question and passage apart by a type."""
_NO_ANSWER = 0
"""The position of the token that stands for "no answer here"."""


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A question, a passage and where in it the answer stands.

    Attributes:
        question: As it is asked.
        passage: The text to read.
        span: First character of the answer and the one behind its last; None if the passage
            does not answer the question.
    """

    question: str
    passage: str
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """The best span of one passage; `score` is above 0 if it beats "no answer here"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """A tokenised question and passage.

    Attributes:
        features: What the model reads.
        offsets: First and last character in the passage for each token; (0, 0) outside of it.
        first: The first token of the passage.
        last: The one behind its last token.
    """

    features: dict[str, list[int]]
    offsets: list[tuple[int, int]]
    first: int
    last: int

    @property
    def n_tokens(self) -> int:
        return len(self.offsets)

    def locate(self, span: tuple[int, int] | None) -> tuple[int, int] | None:
        """Return the first and last token of a span; None if it was cut off."""
        if span is None:
            return _NO_ANSWER, _NO_ANSWER
        inside = [
            token
            for token in range(self.first, self.last)
            if self.offsets[token][0] < span[1] and self.offsets[token][1] > span[0]
        ]
        is_whole = inside and self.offsets[inside[-1]][1] >= span[1]
        return (inside[0], inside[-1]) if is_whole else None


def tune_span_reader(
    source: Path,
    examples: Sequence[SpanExample],
    *,
    target: Path,
    recipe: Recipe,
    progress: Progress,
) -> None:
    """Tune a copy of the encoder in `source` and a new head, and write both into `target`."""
    seed_everything(recipe.seed)
    tokenizer, model = load_trainable(source)
    model.span_head = torch.nn.Linear(model.config.hidden_size, 2, device=device())
    rows = _rows(tokenizer, examples)
    lengths = [pair.n_tokens for pair, _ in rows]
    lesson = Lesson(rows, _collator(tokenizer), _span_loss, lengths)
    train(model, lesson, recipe=recipe, progress=progress)
    state = model.state_dict()
    head = {name: value for name, value in state.items() if name.startswith("span_head.")}
    encoder = {name: value for name, value in state.items() if name not in head}
    write_encoder(encoder, source=source, target=target)
    save_file({name: value.detach().cpu() for name, value in head.items()}, target / _HEAD)


class SpanModel:
    """A tuned reader, ready to read."""

    def __init__(self, folder: Path) -> None:
        """Load what `tune_span_reader` wrote."""
        self._tokenizer, self._model = load_trainable(folder)
        self._model.span_head = torch.nn.Linear(self._model.config.hidden_size, 2, device=device())
        self._model.load_state_dict(load_file(folder / _HEAD), strict=False)
        self._model.eval()

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[FoundSpan]:
        """Return the best span for each question and passage."""
        tokenised = _tokenize(self._tokenizer, pairs)
        found: list[FoundSpan | None] = [None] * len(tokenised)
        with torch.inference_mode(), autocast():
            for rows in batch_by_length([pair.n_tokens for pair in tokenised]):
                batch = _pad(self._tokenizer, [tokenised[row] for row in rows])
                logits = _span_logits(self._model, batch).cpu().numpy()
                for row, scores in zip(rows, logits, strict=True):
                    found[row] = _best_span(scores, tokenised[row])
        return [span for span in found if span is not None]


def _rows(
    tokenizer: PreTrainedTokenizerBase, examples: Sequence[SpanExample]
) -> list[tuple[_Pair, tuple[int, int]]]:
    """Leave out the examples whose answer lies beyond what the model reads."""
    pairs = _tokenize(tokenizer, [(each.question, each.passage) for each in examples])
    located = [pair.locate(each.span) for pair, each in zip(pairs, examples, strict=True)]
    return [(pair, span) for pair, span in zip(pairs, located, strict=True) if span is not None]


def _tokenize(tokenizer: PreTrainedTokenizerBase, pairs: Sequence[tuple[str, str]]) -> list[_Pair]:
    if not pairs:
        return []
    questions, passages = (list(texts) for texts in zip(*pairs, strict=True))
    encoded = tokenizer(
        questions,
        passages,
        truncation="only_second",
        max_length=MAX_TOKENS,
        return_offsets_mapping=True,
        return_attention_mask=False,
    )
    return [_pair(encoded, row) for row in range(len(pairs))]


def _pair(encoded: Any, row: int) -> _Pair:  # noqa: ANN401 # transformers ships no type information
    belongs = encoded.sequence_ids(row)
    inside = [token for token, side in enumerate(belongs) if side == 1]
    names = [name for name in _READ if name in encoded]
    return _Pair(
        features={name: encoded[name][row] for name in names},
        offsets=[
            (int(start), int(end)) if side == 1 else (0, 0)
            for (start, end), side in zip(encoded["offset_mapping"][row], belongs, strict=True)
        ],
        first=inside[0] if inside else len(belongs),
        last=inside[-1] + 1 if inside else len(belongs),
    )


def _pad(tokenizer: PreTrainedTokenizerBase, pairs: Sequence[_Pair]) -> dict[str, torch.Tensor]:
    """Make a batch; `readable` marks the tokens that a span may begin or end at."""
    padded = tokenizer.pad([pair.features for pair in pairs], return_tensors="pt")
    readable = torch.zeros(padded["input_ids"].shape, dtype=torch.bool)
    readable[:, _NO_ANSWER] = True
    for row, pair in enumerate(pairs):
        readable[row, pair.first : pair.last] = True
    return {name: value.to(device()) for name, value in {**padded, "readable": readable}.items()}


def _collator(
    tokenizer: PreTrainedTokenizerBase,
) -> Callable[[list[tuple[_Pair, tuple[int, int]]]], Batch]:
    def collate(rows: list[tuple[_Pair, tuple[int, int]]]) -> Batch:
        spans = torch.tensor([span for _, span in rows])
        return {**_pad(tokenizer, [pair for pair, _ in rows]), "spans": spans}

    return collate


def _span_logits(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Return the scores of beginning and end, shape (n, tokens, 2)."""
    inputs = {name: batch[name] for name in (*_READ, "attention_mask") if name in batch}
    hidden = model(**inputs).last_hidden_state
    logits: torch.Tensor = model.span_head(hidden).float()
    return logits.masked_fill(~batch["readable"].unsqueeze(-1), -1e4)


def _span_loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    logits, spans = _span_logits(model, batch), batch["spans"]
    begin = cross_entropy(logits[..., 0], spans[:, 0])
    return (begin + cross_entropy(logits[..., 1], spans[:, 1])) / 2


def _best_span(logits: NDArray[np.float32], pair: _Pair) -> FoundSpan:
    """Find the span with the largest sum of scores among those that are not too long."""
    begin, end = logits[pair.first : pair.last].T
    if not len(begin):
        return FoundSpan(0, 0, float("-inf"))
    sums = begin[:, None] + end[None, :]
    allowed = np.triu(np.ones_like(sums, dtype=bool)) & ~np.triu(
        np.ones_like(sums, dtype=bool), MAX_SPAN_TOKENS
    )
    first, last = np.unravel_index(np.where(allowed, sums, -np.inf).argmax(), sums.shape)
    score = float(sums[first, last] - logits[_NO_ANSWER].sum())
    start = pair.offsets[pair.first + int(first)][0]
    return FoundSpan(start, pair.offsets[pair.first + int(last)][1], score)
