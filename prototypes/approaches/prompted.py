"""What every arm with a language model does: prompts that fit, answers, a look at validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from prototypes.contracts import Prediction, Progress, Sample
from prototypes.errors import ModelUnavailableError
from prototypes.models.generator import Generation, Generator, Prompt, fits_context
from prototypes.models.generator_local import TransformersGenerator

MAX_LABEL_TOKENS = 32
MAX_ANSWER_TOKENS = 96
"""Enough for the 60 words an answer may have, and its citations."""

N_FIXED_EXAMPLES = 32
N_NEAREST_EXAMPLES = 8
N_PASSAGES = 5

MAX_VALIDATED = 200
"""Validation samples that are asked: they only choose between arms, and every prompt costs."""

MAX_TAUGHT = 2_000
"""Samples that labels and texts to be written are taught by; each is read three times or more."""

TOO_LONG = "the input is longer than the model can read"
_N_AT_ONCE = 32

T = TypeVar("T")


def require_local(generator: Generator) -> TransformersGenerator:
    """Return a model whose probabilities and parameters can be reached.

    Raises:
        ModelUnavailableError: If it runs behind a server.
    """
    if isinstance(generator, TransformersGenerator):
        return generator
    raise ModelUnavailableError(
        f"{generator.name} keeps its probabilities and parameters to itself, and this arm needs "
        "them; name a model on this machine with --generator FOLDER."
    )


def build_fitting(
    generator: Generator,
    build: Callable[[int], Prompt],
    *,
    n_pieces: int,
    fewest: int = 0,
    max_tokens: int,
) -> tuple[Prompt | None, int]:
    """Build the prompt with as many pieces of context as the model can read, best ones first.

    Args:
        generator: The model.
        build: Makes the prompt with the first n pieces.
        n_pieces: How many there are.
        fewest: With fewer than this many the prompt would make no sense.
        max_tokens: What the answer may take.

    Returns:
        The prompt and its number of pieces; None and 0 if it does not even fit with the fewest.
    """
    for n in range(n_pieces, fewest - 1, -1):
        prompt = build(n)
        if fits_context(generator, prompt, max_tokens=max_tokens):
            return prompt, n
    return None, 0


def ask(
    generator: Generator, prompts: Sequence[Prompt | None], *, max_tokens: int
) -> list[Generation | None]:
    """Answer each prompt, in order; where there is none there is no answer."""
    asked = [prompt for prompt in prompts if prompt is not None]
    answers = iter(generator.generate(asked, max_tokens=max_tokens))
    return [None if prompt is None else next(answers) for prompt in prompts]


def thin_out(samples: Sequence[T]) -> Sequence[T]:
    """Take at most 200 samples, evenly spread."""
    return samples[:: max(1, math.ceil(len(samples) / MAX_VALIDATED))]


def answer_in_steps(
    samples: Sequence[Sample],
    predict: Callable[[Sequence[str]], list[Prediction]],
    *,
    progress: Progress,
) -> list[Prediction]:
    """Answer samples a few at a time, so that a budget can end it and progress is seen."""
    predictions: list[Prediction] = []
    for start in range(0, len(samples), _N_AT_ONCE):
        progress(start / len(samples))
        inputs = [sample.input for sample in samples[start : start + _N_AT_ONCE]]
        predictions += predict(inputs)
    progress(1.0)
    return predictions
