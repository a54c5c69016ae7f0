"""What a language model is taught, and the same in the format of hosted tuning services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prototypes.models.generator import Prompt


@dataclass(frozen=True, slots=True)
class TuningPair:
    """A prompt, and what is to be answered to it."""

    prompt: Prompt
    answer: str


def write_chat_lines(pairs: Sequence[TuningPair], path: Path) -> None:
    """Write pairs as JSON lines of `messages`, which hosted tuning services read.

    One conversation per line, a user's turn and an assistant's, as OpenAI, Mistral, Together and
    Fireworks describe it in their guides.
    """
    lines = (
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": pair.prompt},
                    {"role": "assistant", "content": pair.answer},
                ]
            },
            ensure_ascii=False,
        )
        for pair in pairs
    )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
