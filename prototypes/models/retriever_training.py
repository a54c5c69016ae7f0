"""Tune a sentence encoder to bring questions near the passages that answer them.

Each question of a batch has its own passage to find among the passages of all others (in-batch
negatives: Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart
Reply"; for retrieval Karpukhin et al. 2020, "Dense Passage Retrieval"). A batch holds passages that
lie near each other in the corpus, since telling a passage from one about something else altogether
teaches little. Near is meant twice, as it is searched twice: by the vectors of whole texts, and by
those of their tokens (Khattab and Zaharia 2020, "ColBERT").
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy, normalize
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from prototypes.contracts import Progress
from prototypes.models.training import Batch, Lesson, Recipe, train
from prototypes.models.transformer import load_trainable, pool, pools_first_token
from prototypes.runtime import seed_everything

COSINE_SCALE = 20.0
"""How sharply cosines are turned into probabilities; the usual inverse temperature."""
TOKEN_SCALE = 40.0
"""The same for the mean over tokens, which differs less from passage to passage."""
_MAX_QUESTION_TOKENS = 64
_MAX_PASSAGE_TOKENS = 176
_BATCHES_PER_NEIGHBOURHOOD = 8
_PARAMETERS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """A question, the passage that answers it, and the place of that passage in the corpus."""

    question: str
    passage: str
    place: int


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
    _save_memory(model)
    batches = batch_near(pairs, size=recipe.batch_size, seed=recipe.seed)
    lesson = build_lesson(batches, tokenizer, first_token=pools_first_token(source))
    train(model, lesson, recipe=replace(recipe, batch_size=1), progress=progress)
    write_encoder(model.state_dict(), source=source, target=target)


def _save_memory(model: PreTrainedModel) -> None:
    """Compute again on the way back what a batch of whole passages would hold 2 GB of until then.

    The result is the same to the last bit (Chen et al. 2016, "Training Deep Nets with Sublinear
    Memory Cost").
    """
    # transformers gave it this name in version 5.
    enable = getattr(model, "activation_checkpointing_enable", None)
    (enable or model.gradient_checkpointing_enable)({"use_reentrant": False})


def batch_near(
    pairs: Sequence[QuestionPassage], *, size: int, seed: int
) -> list[tuple[QuestionPassage, ...]]:
    """Divide pairs into batches of `size`, each out of one neighbourhood of the corpus.

    A neighbourhood is as many pairs as eight batches hold; within it they are drawn at random.
    """
    ordered = sorted(pairs, key=lambda pair: (pair.place, pair.question))
    random, n_near = Random(seed), _BATCHES_PER_NEIGHBOURHOOD * size
    shuffled: list[QuestionPassage] = []
    for start in range(0, len(ordered), n_near):
        near = ordered[start : start + n_near]
        random.shuffle(near)
        shuffled += near
    return [tuple(shuffled[i : i + size]) for i in range(0, len(shuffled), size)]


def build_lesson(
    batches: Sequence[tuple[QuestionPassage, ...]],
    tokenizer: PreTrainedTokenizerBase,
    *,
    first_token: bool,
) -> Lesson:
    """Set up what is minimised: the cross-entropy of each question's own passage in its batch.

    Args:
        batches: What to learn from; each is one row of the lesson.
        tokenizer: Of the encoder.
        first_token: Whether the encoder pools the first token instead of the mean.
    """
    return Lesson(batches, _collator(tokenizer), _contrastive_loss(first_token=first_token))


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
) -> Callable[[list[tuple[QuestionPassage, ...]]], Batch]:
    def encode(texts: list[str], max_length: int) -> Batch:
        encoded: Batch = tokenizer(
            texts, padding=True, truncation=True, max_length=max_length, return_tensors="pt"
        )
        return encoded

    def collate(batches: list[tuple[QuestionPassage, ...]]) -> Batch:
        pairs = [pair for batch in batches for pair in batch]
        # Two questions about one passage must not push each other's passage away.
        distinct = {pair.place: pair.passage for pair in pairs}
        row = {place: n for n, place in enumerate(distinct)}
        questions = encode([pair.question for pair in pairs], _MAX_QUESTION_TOKENS)
        passages = encode(list(distinct.values()), _MAX_PASSAGE_TOKENS)
        return {
            **{f"question_{name}": value for name, value in questions.items()},
            **{f"passage_{name}": value for name, value in passages.items()},
            "own_passage": torch.tensor([row[pair.place] for pair in pairs]),
        }

    return collate


def _contrastive_loss(*, first_token: bool) -> Callable[[PreTrainedModel, Batch], torch.Tensor]:
    def read(model: PreTrainedModel, batch: Batch, prefix: str) -> tuple[torch.Tensor, ...]:
        inputs = {k.removeprefix(prefix): v for k, v in batch.items() if k.startswith(prefix)}
        return model(**inputs).last_hidden_state.float(), inputs["attention_mask"]

    def loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        questions, passages = (read(model, batch, prefix) for prefix in ("question_", "passage_"))
        pooled, found = (pool(*each, first_token=first_token) for each in (questions, passages))
        whole = COSINE_SCALE * (pooled @ found.T)
        tokens = TOKEN_SCALE * compare_tokens(*questions, *passages)
        own = batch["own_passage"]
        return cross_entropy(whole, own) + cross_entropy(tokens, own)

    return loss


def compare_tokens(
    questions: torch.Tensor,
    question_mask: torch.Tensor,
    passages: torch.Tensor,
    passage_mask: torch.Tensor,
) -> torch.Tensor:
    """Return how alike each question and each passage are token by token, shape (n, m).

    Args:
        questions: The vectors of their tokens, shape (n, s, d).
        question_mask: Which of them are no padding, shape (n, s).
        passages: The same of the passages, shape (m, t, d).
        passage_mask: The same, shape (m, t).
    """
    asked, told = _drop_ends(question_mask), _drop_ends(passage_mask)
    cosines = torch.einsum(
        "nsd,mtd->nmst", normalize(questions, dim=-1), normalize(passages, dim=-1)
    )
    nearest = cosines.masked_fill(~told[None, :, None], -1.0).amax(-1)
    return (nearest * asked[:, None]).sum(-1) / asked.sum(-1).clamp(min=1)[:, None]


def _drop_ends(mask: torch.Tensor) -> torch.Tensor:
    """Leave out the first and the last token of each text, which only mark its ends."""
    kept = mask.bool().clone()
    kept[torch.arange(len(kept)), mask.sum(1) - 1] = False
    kept[:, 0] = False
    return kept
