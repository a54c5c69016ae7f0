"""Labelled texts that a language model may be shown."""

import json
from pathlib import Path

from service.labels import Example

MODEL = Path(__file__).parent / "model"


class Labelled(Example):
    """A text with its label."""

    label: str


def read_examples() -> list[Labelled]:
    """Read all of them, in the order in which they were indexed."""
    rows = json.loads((MODEL / "examples.json").read_text(encoding="utf-8"))
    return [Labelled(**row) for row in rows]
