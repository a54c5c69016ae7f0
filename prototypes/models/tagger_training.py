"""Tune every parameter of an encoder, and a linear head on it, to tag the words of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.classifier_training import empty_head, group_by_length
from prototypes.models.launching import Blueprint, is_launching, train_launched
from prototypes.models.retriever_training import write_encoder
from prototypes.models.training import Batch, Lesson, Recipe, n_trainable, train
from prototypes.models.transformer import load_trainable, read_max_tokens
from prototypes.models.word_vectors import tokenize_words
from prototypes.runtime import seed_everything

IGNORED = -100
"""The target of a token that is no first piece of a word; the loss passes over it."""

TaggedRow = tuple[list[int], list[int]]
"""The token ids of a text, and the tag of each token."""


@dataclass(frozen=True, slots=True)
class TaggedTexts:
    """Texts as words, and the row of the head that each word belongs to."""

    texts: Sequence[Sequence[str]]
    targets: Sequence[NDArray[np.int64]]


class TaggerTraining:
    """An encoder with a linear head on its token vectors, while it is being trained."""

    def __init__(
        self,
        folder: Path,
        *,
        coefficients: NDArray[np.float32],
        intercepts: NDArray[np.float32],
    ) -> None:
        """Start from the encoder in `folder` and a head (n_tags, d) that fits it already."""
        self._folder = folder
        self._tokenizer, self._model = load_trainable(folder)
        self._model.head = empty_head(*coefficients.shape)
        with torch.no_grad():
            self._model.head.weight.copy_(torch.from_numpy(coefficients))
            self._model.head.bias.copy_(torch.from_numpy(intercepts))

    @property
    def n_parameters(self) -> int:
        """How many parameters training changes."""
        return n_trainable(self._model)

    def run(self, data: TaggedTexts, *, recipe: Recipe, progress: Progress) -> None:
        """Train on the texts; may be called again to go on with other ones.

        Raises:
            LaunchError: If a launcher is to train and fails.
        """
        seed_everything(recipe.seed)
        rows = self._align(data)
        if is_launching():
            shape = tuple(self._model.head.weight.shape)
            settings = {"folder": str(self._folder.resolve()), "head": shape, "rows": rows}
            blueprint = Blueprint(f"{__name__}:rebuild_training", settings)
            train_launched(self._model, blueprint, recipe=recipe, progress=progress)
            return
        lesson, one_by_one = _plan_lesson(self._tokenizer, rows, recipe=recipe)
        train(self._model, lesson, recipe=one_by_one, progress=progress)

    def head(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return a copy of the coefficients (n_tags, d) and the intercepts (n_tags,)."""
        head = self._model.head
        return (
            head.weight.detach().cpu().numpy().copy(),
            head.bias.detach().cpu().numpy().copy(),
        )

    def write(self, target: Path) -> None:
        """Write the encoder, without the head, into an empty folder."""
        state = self._model.state_dict()
        encoder = {name: value for name, value in state.items() if not name.startswith("head.")}
        write_encoder(encoder, source=self._folder, target=target)

    def _align(self, data: TaggedTexts) -> list[TaggedRow]:
        limit = read_max_tokens(self._folder)
        pieces = tokenize_words(self._tokenizer, data.texts, max_tokens=limit)
        rows: list[TaggedRow] = []
        for piece in pieces:
            tags = [IGNORED] * len(piece.ids)
            for word, position in zip(piece.words, piece.first_pieces, strict=True):
                tags[position] = int(data.targets[piece.text][word])
            rows.append((piece.ids, tags))
        return rows


def rebuild_training(
    settings: Mapping[str, Any], recipe: Recipe, *, n_processes: int
) -> tuple[PreTrainedModel, Lesson, Recipe]:
    """Set the same training up in one of several processes, which share each batch.

    Args:
        settings: The encoder's folder, the shape of the head, and the rows.
        recipe: For all processes together.
        n_processes: How many they are.
    """
    tokenizer, model = load_trainable(Path(settings["folder"]))
    model.head = empty_head(*settings["head"])
    share = replace(recipe, batch_size=max(1, recipe.batch_size // n_processes))
    return model, *_plan_lesson(tokenizer, settings["rows"], recipe=share)


def _plan_lesson(
    tokenizer: PreTrainedTokenizerBase, rows: list[TaggedRow], *, recipe: Recipe
) -> tuple[Lesson, Recipe]:
    """Make the batches beforehand, so that a "sample" of the Trainer is a whole batch."""
    lesson = Lesson(
        rows=group_by_length(rows, recipe=recipe),
        collate=_collator(tokenizer),
        loss=_tagging_loss,
    )
    return lesson, Recipe(recipe.epochs, 1, recipe.learning_rate, recipe.seed)


def _collator(tokenizer: PreTrainedTokenizerBase) -> Callable[[list[list[TaggedRow]]], Batch]:
    def collate(batches: list[list[TaggedRow]]) -> Batch:
        (rows,) = batches
        padded = tokenizer.pad({"input_ids": [ids for ids, _ in rows]}, return_tensors="pt")
        width = padded["input_ids"].shape[1]
        labels = [tags + [IGNORED] * (width - len(tags)) for _, tags in rows]
        return {**padded, "labels": torch.tensor(labels)}

    return collate


def _tagging_loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    mask = batch["attention_mask"]
    hidden = model(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state
    logits = model.head(hidden).float()
    return cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), ignore_index=IGNORED)
