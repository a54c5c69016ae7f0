"""Tune every parameter of an encoder, and a linear head on it, to tell labels apart."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.launching import Blueprint, is_launching, train_launched
from prototypes.models.retriever_training import write_encoder
from prototypes.models.training import Batch, Lesson, Loss, Recipe, train
from prototypes.models.transformer import (
    load_trainable,
    pool,
    pools_first_token,
    read_max_tokens,
)
from prototypes.runtime import autocast, device, seed_everything

LENGTH_JITTER = 3.0
_MEASURED_TOGETHER = 64

Rows = list[tuple[list[int], int]]
Adapt = Callable[[PreTrainedModel], PreTrainedModel]
Target = TypeVar("Target")


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts, and the row of the head that each belongs to."""

    texts: Sequence[str]
    targets: NDArray[np.int64]


class ClassifierTraining:
    """An encoder with a linear head on its unit vectors, while it is being trained."""

    def __init__(
        self,
        folder: Path,
        *,
        coefficients: NDArray[np.float32],
        intercepts: NDArray[np.float32],
        adapt: Adapt | None = None,
    ) -> None:
        """Start from the encoder in `folder` and a head (n_labels, d) that fits it already.

        A head that starts from zero would first drag the encoder's vectors in random directions
        (Kumar et al. 2022, "Fine-tuning can distort pretrained features").

        Args:
            folder: Of the encoder.
            coefficients: Of the head, shape (n_labels, d).
            intercepts: Of the head, shape (n_labels,).
            adapt: Puts an adapter onto the model, which is then trained instead of it.
        """
        self._folder, self._is_adapted = folder, adapt is not None
        self._tokenizer, model = load_trainable(folder)
        self._model = adapt(model) if adapt else model
        self._model.head = empty_head(*coefficients.shape)
        with torch.no_grad():
            self._model.head.weight.copy_(torch.from_numpy(coefficients))
            self._model.head.bias.copy_(torch.from_numpy(intercepts))

    @property
    def model(self) -> PreTrainedModel:
        """The model being trained; the head is a part of it."""
        return self._model

    @property
    def n_parameters(self) -> int:
        """How many parameters training changes."""
        return sum(each.numel() for each in self._model.parameters() if each.requires_grad)

    def run(self, data: LabelledTexts, *, recipe: Recipe, progress: Progress) -> None:
        """Train on the texts; may be called again to go on with other ones.

        Where a launcher is set, it trains; adapters are so small that they are trained here.

        Raises:
            LaunchError: If the launcher fails.
        """
        seed_everything(recipe.seed)
        rows = self._tokenize(data)
        if is_launching() and not self._is_adapted:
            shape = tuple(self._model.head.weight.shape)
            settings = {"folder": str(self._folder.resolve()), "head": shape, "rows": rows}
            blueprint = Blueprint(f"{__name__}:rebuild_training", settings)
            train_launched(self._model, blueprint, recipe=recipe, progress=progress)
            return
        lesson, one_by_one = _plan_lesson(self._folder, self._tokenizer, rows, recipe=recipe)
        train(self._model, lesson, recipe=one_by_one, progress=progress)

    def accuracy(self, data: LabelledTexts) -> float:
        """Return the share of the texts whose label the model would give now."""
        rows = self._tokenize(data)
        batches = group_by_length(rows, recipe=Recipe(1, _MEASURED_TOGETHER, 0.0, 0))
        collate, n_right = _collator(self._tokenizer), 0
        first_token = pools_first_token(self._folder)
        with torch.inference_mode(), autocast():
            for batch in (collate([rows]) for rows in batches):
                inputs = {name: value.to(device()) for name, value in batch.items()}
                logits = _logits(self._model, inputs, first_token=first_token)
                n_right += int((logits.argmax(-1) == inputs["labels"]).sum())
        return n_right / len(rows)

    def snapshot(self) -> dict[str, torch.Tensor]:
        """Copy the parameters that training changes, for `restore`."""
        trained = ((n, each) for n, each in self._model.named_parameters() if each.requires_grad)
        return {name: each.detach().clone() for name, each in trained}

    def restore(self, snapshot: dict[str, torch.Tensor]) -> None:
        """Go back to an earlier state."""
        self._model.load_state_dict(snapshot, strict=False)

    def head(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return a copy of the coefficients (n_labels, d) and the intercepts (n_labels,)."""
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

    def _tokenize(self, data: LabelledTexts) -> Rows:
        encoded = self._tokenizer(
            list(data.texts), truncation=True, max_length=read_max_tokens(self._folder)
        )["input_ids"]
        return list(zip(encoded, data.targets.tolist(), strict=True))


def rebuild_training(
    settings: Mapping[str, Any], recipe: Recipe, *, n_processes: int
) -> tuple[PreTrainedModel, Lesson, Recipe]:
    """Set the same training up in one of several processes, which share each batch.

    Args:
        settings: The encoder's folder, the shape of the head, and the rows.
        recipe: For all processes together.
        n_processes: How many they are.
    """
    folder = Path(settings["folder"])
    tokenizer, model = load_trainable(folder)
    model.head = empty_head(*settings["head"])
    share = replace(recipe, batch_size=max(1, recipe.batch_size // n_processes))
    return model, *_plan_lesson(folder, tokenizer, settings["rows"], recipe=share)


def empty_head(n_labels: int, dimension: int) -> torch.nn.Linear:
    """Make a head whose parameters are still to be set."""
    return torch.nn.Linear(dimension, n_labels, device=device())


def group_by_length(
    rows: list[tuple[list[int], Target]], *, recipe: Recipe
) -> list[list[tuple[list[int], Target]]]:
    """Cut the rows into batches of about equal length, so that little is padded.

    The lengths are jittered: batches sorted strictly would always hold the same company.
    """
    generator = random.Random(recipe.seed)
    jittered = [len(ids) + generator.uniform(0, LENGTH_JITTER) for ids, _ in rows]
    order = sorted(range(len(rows)), key=lambda row: jittered[row])
    size = recipe.batch_size
    return [[rows[row] for row in order[at : at + size]] for at in range(0, len(order), size)]


def _plan_lesson(
    folder: Path, tokenizer: PreTrainedTokenizerBase, rows: Rows, *, recipe: Recipe
) -> tuple[Lesson, Recipe]:
    """Make the batches beforehand, so that a "sample" of the Trainer is a whole batch."""
    lesson = Lesson(
        rows=group_by_length(rows, recipe=recipe),
        collate=_collator(tokenizer),
        loss=_classification_loss(first_token=pools_first_token(folder)),
    )
    return lesson, Recipe(recipe.epochs, 1, recipe.learning_rate, recipe.seed)


def _collator(tokenizer: PreTrainedTokenizerBase) -> Callable[[list[Rows]], Batch]:
    def collate(batches: list[Rows]) -> Batch:
        (rows,) = batches
        padded = tokenizer.pad({"input_ids": [ids for ids, _ in rows]}, return_tensors="pt")
        return {**padded, "labels": torch.tensor([target for _, target in rows])}

    return collate


def _classification_loss(*, first_token: bool) -> Loss:
    def loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        logits = _logits(model, batch, first_token=first_token)
        return cross_entropy(logits, batch["labels"])

    return loss


def _logits(model: PreTrainedModel, batch: Batch, *, first_token: bool) -> torch.Tensor:
    mask = batch["attention_mask"]
    hidden = model(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state
    logits: torch.Tensor = model.head(pool(hidden, mask, first_token=first_token)).float()
    return logits
