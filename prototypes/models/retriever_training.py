"""Tune a sentence encoder to bring questions near the passages that answer them.

Each question of a batch has its own passage to find among the passages of all others (in-batch
negatives: Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart
Reply"; for retrieval Karpukhin et al. 2020, "Dense Passage Retrieval").
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.training import Batch, Lesson, Recipe, train
from prototypes.models.transformer import load_trainable, pool, pools_first_token
from prototypes.runtime import seed_everything

COSINE_SCALE = 20.0
"""How sharply cosines are turned into probabilities; the usual inverse temperature."""
_MAX_QUESTION_TOKENS = 64
_MAX_PASSAGE_TOKENS = 96
_PARAMETERS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """A question and the passage that answers it; `passage_id` tells equal passages apart."""

    question: str
    passage: str
    passage_id: str


def tune_retriever(
    source: Path,
    pairs: Sequence[QuestionPassage],
    *,
    target: Path,
    recipe: Recipe,
    progress: Progress,
) -> None:
    """Tune a copy of the encoder in `source` and write it into the empty folder `target`."""
    seed_everything(recipe.seed)
    tokenizer, model = load_trainable(source)
    lesson = build_lesson(pairs, tokenizer, first_token=pools_first_token(source))
    train(model, lesson, recipe=recipe, progress=progress)
    write_encoder(model.state_dict(), source=source, target=target)


def build_lesson(
    pairs: Sequence[QuestionPassage], tokenizer: PreTrainedTokenizerBase, *, first_token: bool
) -> Lesson:
    """Set up what is minimised: the cross-entropy of each question's own passage in its batch.

    Args:
        pairs: What to learn from.
        tokenizer: Of the encoder.
        first_token: Whether the encoder pools the first token instead of the mean.
    """
    return Lesson(pairs, _collator(tokenizer), _contrastive_loss(first_token=first_token))


def interpolate_encoders(source: Path, tuned: Path, *, share: float, target: Path) -> None:
    """Write the encoder that lies `share` of the way from `source` to `tuned` into `target`.

    Averaging the parameters keeps what the untuned model does well on unseen inputs (Wortsman et
    al. 2022, "Robust fine-tuning of zero-shot models", WiSE-FT).
    """
    start, end = (load_trainable(folder)[1].state_dict() for folder in (source, tuned))
    mixed = {
        name: value.lerp(end[name], share) if value.is_floating_point() else value
        for name, value in start.items()
    }
    write_encoder(mixed, source=source, target=target)


def write_encoder(parameters: dict[str, torch.Tensor], *, source: Path, target: Path) -> None:
    """Write parameters into `target` beside a copy of the settings and tokenizer of `source`."""
    for path in source.rglob("*.json"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    save_file(
        {k: v.detach().cpu().contiguous() for k, v in parameters.items()}, target / _PARAMETERS
    )


def count_parameters(folder: Path) -> int:
    """Count the parameters that tuning the encoder in a folder changes, without loading them."""
    with safe_open(folder / _PARAMETERS, framework="pt") as file:
        names = file.keys()
        return sum(
            math.prod(file.get_slice(name).get_shape()) for name in names if name[:6] != "pooler"
        )


def _collator(
    tokenizer: PreTrainedTokenizerBase,
) -> Callable[[list[QuestionPassage]], Batch]:
    def encode(texts: list[str], max_length: int) -> Batch:
        encoded: Batch = tokenizer(
            texts, padding=True, truncation=True, max_length=max_length, return_tensors="pt"
        )
        return encoded

    def collate(pairs: list[QuestionPassage]) -> Batch:
        questions = encode([pair.question for pair in pairs], _MAX_QUESTION_TOKENS)
        passages = encode([pair.passage for pair in pairs], _MAX_PASSAGE_TOKENS)
        same = [[a.passage_id == b.passage_id for b in pairs] for a in pairs]
        return {
            **{f"question_{name}": value for name, value in questions.items()},
            **{f"passage_{name}": value for name, value in passages.items()},
            "same_passage": torch.tensor(same),
        }

    return collate


def _contrastive_loss(*, first_token: bool) -> Callable[[PreTrainedModel, Batch], torch.Tensor]:
    def embed(model: PreTrainedModel, batch: Batch, prefix: str) -> torch.Tensor:
        inputs = {k.removeprefix(prefix): v for k, v in batch.items() if k.startswith(prefix)}
        hidden = model(**inputs).last_hidden_state
        return pool(hidden, inputs["attention_mask"], first_token=first_token)

    def loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        questions = embed(model, batch, "question_")
        passages = embed(model, batch, "passage_")
        logits = COSINE_SCALE * (questions @ passages.T).float()
        own = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
        # Two questions about one passage must not push each other's passage away.
        logits = logits.masked_fill(batch["same_passage"] & ~own, float("-inf"))
        return cross_entropy(logits, torch.arange(len(logits), device=logits.device))

    return loss
