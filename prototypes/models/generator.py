"""What a language model is asked for and gives back, wherever it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Prompt: TypeAlias = str
"""All that a model is told in one turn: the instruction, and data quoted as data.

There is one turn and no system role, because some chat templates and servers refuse that role.
"""

_THOUGHT = re.compile(r"\A.*</think>|\A\s*<think>.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model said to one prompt, and how many tokens it read and wrote."""

    text: str
    n_input_tokens: int
    n_output_tokens: int


class Generator(Protocol):
    """A language model that continues prompts, always by its likeliest token.

    Attributes:
        name: What the report calls it.
        saved_seconds: Running total of the time that remembered answers took when first given.
    """

    name: str
    saved_seconds: float

    @property
    def context_tokens(self) -> int | None:
        """How many tokens prompt and answer may have together; None if nobody says."""

    def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens of a prompt, or estimate them from above where that is impossible."""

    def generate(self, prompts: Sequence[Prompt], *, max_tokens: int) -> list[Generation]:
        """Answer each prompt, in order, with at most `max_tokens` tokens."""


def fits_context(generator: Generator, prompt: Prompt, *, max_tokens: int) -> bool:
    """Tell whether a model can read a prompt and still has room for its answer."""
    limit = generator.context_tokens
    return limit is None or generator.count_tokens(prompt) + max_tokens <= limit


def strip_thought(text: str) -> str:
    """Remove what a reasoning model wrote before its answer; all of it if there is no answer."""
    return _THOUGHT.sub("", text).strip()
