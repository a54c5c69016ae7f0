"""What the service answers, and the passages it answers from."""

from pathlib import Path

from pydantic import BaseModel, Field

MODEL = Path(__file__).parent / "model"


class Passage(BaseModel):
    """A piece of a document, with the sentences that can be answers."""

    document: str
    passage: str
    title: str
    text: str
    sentences: list[str] = Field(default=[], exclude=True)


class Answer(BaseModel):
    """The answer, null where the evidence is too weak; a higher confidence is surer."""

    answer: str | None
    confidence: float
    sources: list[Passage] = []


def read_passages(folder: Path) -> list[Passage]:
    """Read all passages, in the order in which they were indexed."""
    lines = (folder / "passages.jsonl").read_text(encoding="utf-8").split("\n")
    return [Passage.model_validate_json(line) for line in lines if line]
