"""Tune a language model on prompts and answers: all of it, an adapter, or a soft prompt.

Only the answer counts in the loss. Large models get low-rank adapters (Hu et al. 2021, "LoRA"),
on request over four-bit parameters (Dettmers et al. 2023, "QLoRA") or soft prompts instead (Lester
et al. 2021, "The Power of Scale for Parameter-Efficient Prompt Tuning"); small ones are tuned as a
whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import PreTrainedModel, TrainerCallback, TrainerControl

from prototypes.contracts import Progress
from prototypes.models.generator_adapters import Method, attach
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.prompt_reading import pad_prompts
from prototypes.models.training import Batch, Lesson, Recipe, n_trainable, train
from prototypes.models.tuning_pairs import TuningPair
from prototypes.runtime import device, seed_everything

FULL_BELOW = 50_000_000
"""Parameters up to which a model is tuned as a whole."""

N_STEPS = {Method.FULL: 240, Method.PROMPT: 240, Method.LORA: 120, Method.QLORA: 120}
"""About how many steps are taken, within so many epochs:"""
EPOCHS = (3, 60)

_IGNORED = -100

Row = tuple[list[int], list[int]]
"""Token ids of a prompt and of its answer."""

Score = Callable[[], float]


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """How a model is tuned.

    Attributes:
        method: What of it.
        learning_rate: Its peak.
        max_epochs: Passes over the pairs, at most.
        patience: Rounds in a row that may be worse than the best before it ends.
        batch_size: Pairs per step.
        seed: Decides the order and every initial value.
    """

    method: Method
    learning_rate: float
    max_epochs: int
    patience: int = 2
    batch_size: int = 8
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TuningReport:
    """What tuning did.

    Attributes:
        n_trained_parameters: How many parameters it changed.
        n_epochs: Rounds that were run.
        kept_epoch: The one whose parameters were kept, from 1 on; 0 if none was better than before.
    """

    n_trained_parameters: int
    n_epochs: int
    kept_epoch: int


def choose_plan(
    n_parameters: int, n_pairs: int, *, method: Method | None = None, seed: int
) -> TuningPlan:
    """Choose how fast and how long a model of some size is tuned.

    Args:
        n_parameters: Of the model.
        n_pairs: What it is taught; few pairs are repeated more often.
        method: What of it; None tunes small models as a whole and larger ones by adapters.
        seed: Decides the order and every initial value.
    """
    chosen = method or (Method.FULL if n_parameters < FULL_BELOW else Method.LORA)
    # Whole models forget at rates that adapters need to learn at all; soft prompts need still more.
    rates = {Method.FULL: 5e-4, Method.PROMPT: 3e-2}
    plan = TuningPlan(chosen, rates.get(chosen, 2e-4), max_epochs=1, seed=seed)
    wanted = N_STEPS[chosen] // math.ceil(max(1, n_pairs) / plan.batch_size)
    fewest, most = EPOCHS
    return replace(plan, max_epochs=min(max(wanted, fewest), most))


def tune(
    generator: TransformersGenerator,
    pairs: Sequence[TuningPair],
    *,
    plan: TuningPlan,
    score: Score | None,
    progress: Progress,
) -> TuningReport:
    """Tune a model in place.

    Args:
        generator: Loaded for this alone; another user of it would see it change.
        pairs: What it is taught.
        plan: How.
        score: Asked before the first and after each epoch, the higher the better; the last of
            equally good ones is kept. None keeps the last epoch.
        progress: Told the share of steps done.

    Raises:
        ModelUnavailableError: If the machine cannot do it.
    """
    seed_everything(plan.seed)
    held = generator.model.dtype
    model = attach(generator, plan.method)
    rows = [generator.encode_pair(pair) for pair in pairs]
    lesson = Lesson(
        rows,
        _Collation(generator).collate,
        _answer_loss,
        lengths=[len(prompt) + len(answer) for prompt, answer in rows],
    )
    recipe = Recipe(plan.max_epochs, plan.batch_size, plan.learning_rate, plan.seed)
    watch = _BestEpoch(model, score, patience=plan.patience)
    train(model, lesson, recipe=recipe, progress=progress, callbacks=[watch])
    watch.restore()
    if plan.method is not Method.QLORA:
        _hold_parameters(model, held, all_of_them=plan.method is Method.FULL)
    return TuningReport(n_trainable(model), watch.n_epochs, watch.best_epoch)


def _hold_parameters(model: PreTrainedModel, kind: torch.dtype, *, all_of_them: bool) -> None:
    """Hold the parameters in a type again, or only those of the base below an adapter.

    Buffers such as rotary frequencies stay precise, and so do adapters, as they are in a model that
    is loaded: what is measured has to be what is kept.
    """
    for parameter in model.parameters():
        if all_of_them or not parameter.requires_grad:
            parameter.data = parameter.data.to(kind)


def mean_loss(generator: TransformersGenerator, pairs: Sequence[TuningPair]) -> float:
    """Return the mean negative log-likelihood per token of the answers, in nats."""
    collation, total, n_tokens = _Collation(generator), 0.0, 0
    for pair in pairs:
        row = generator.encode_pair(pair)
        batch = {name: value.to(device()) for name, value in collation.collate([row]).items()}
        with torch.inference_mode():
            total += float(_answer_loss(generator.model, batch)) * len(row[1])
        n_tokens += len(row[1])
    return total / max(1, n_tokens)


class _Collation:
    """Makes batches of prompts with their answers, as the model's kind wants them."""

    def __init__(self, generator: TransformersGenerator) -> None:
        self._pad, self._writes_apart = generator.pad_token, generator.writes_apart

    def collate(self, rows: list[Row]) -> Batch:
        """Pad rows on the right; labels hold the answers alone."""
        if self._writes_apart:
            read = pad_prompts([prompt for prompt, _ in rows], pad=self._pad, left=False)
            labels = pad_prompts([answer for _, answer in rows], pad=_IGNORED, left=False)
        else:
            read = pad_prompts(
                [prompt + answer for prompt, answer in rows], pad=self._pad, left=False
            )
            told = [[_IGNORED] * len(prompt) + answer for prompt, answer in rows]
            labels = pad_prompts(told, pad=_IGNORED, left=False)
        return {
            "input_ids": read.token_ids,
            "attention_mask": read.mask,
            "labels": labels.token_ids,
        }


def _answer_loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    loss: torch.Tensor = model(**batch).loss
    return loss


class _BestEpoch(TrainerCallback):  # type: ignore[misc] # transformers ships no type information
    """Keeps the parameters of the best epoch, and ends training that only gets worse."""

    def __init__(self, model: PreTrainedModel, score: Score | None, *, patience: int) -> None:
        self._model, self._score, self._patience = model, score, patience
        self._best, self._n_worse = float("-inf"), 0
        self._kept: dict[str, torch.Tensor] = {}
        self.n_epochs = self.best_epoch = 0

    def on_train_begin(
        self, args: object, state: object, control: TrainerControl, **keywords: object
    ) -> None:
        """Score the model as it was: no epoch at all may be the best."""
        if self._score is not None:
            self._best, self._kept = self._evaluate(), self._copy()

    def on_epoch_end(
        self, args: object, state: object, control: TrainerControl, **keywords: object
    ) -> None:
        """Score the epoch."""
        self.n_epochs += 1
        score = self._evaluate()
        if score >= self._best:
            self._best, self.best_epoch, self._n_worse = score, self.n_epochs, 0
            if self._score is not None:
                self._kept = self._copy()
            return
        self._n_worse += 1
        control.should_training_stop |= self._n_worse >= self._patience

    def restore(self) -> None:
        """Put the parameters of the best epoch back."""
        with torch.no_grad():
            for name, value in self._trained():
                if name in self._kept:
                    value.copy_(self._kept[name])

    def _evaluate(self) -> float:
        if self._score is None:
            return 0.0
        self._model.eval()
        score = self._score()
        self._model.train()
        return score

    def _copy(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().cpu().clone() for name, value in self._trained()}

    def _trained(self) -> list[tuple[str, Any]]:
        return [each for each in self._model.named_parameters() if each[1].requires_grad]
