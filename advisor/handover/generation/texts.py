"""What the service answers: a text, how sure it is, and the example it rests on."""

import json
from pathlib import Path

from pydantic import BaseModel

MODEL = Path(__file__).parent / "model"


class Example(BaseModel):
    """An input with what people typically wrote for it."""

    id: str
    input: str
    output: str


class Written(BaseModel):
    """The text, null where nothing could be written; a higher confidence is surer."""

    text: str | None
    confidence: float
    example: Example | None = None


def read_examples(folder: Path) -> list[Example]:
    """Read all examples, in the order in which they were indexed."""
    rows = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
    return [Example(**row) for row in rows]
