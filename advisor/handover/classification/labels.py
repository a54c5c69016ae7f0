"""What the service answers: a label, how sure it is, and the examples it rests on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

Scores = NDArray[np.floating]


class Example(BaseModel):
    """A labelled text that speaks for the answer."""

    id: str
    text: str


class Label(BaseModel):
    """The answer to one text, null where none could be read; a larger confidence is surer."""

    label: str | None
    confidence: float
    examples: list[Example] = []


def softmax(logits: Scores) -> Scores:
    """Turn each row of logits into probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Scores = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def choose_labels(scores: Scores, labels: Sequence[str]) -> list[Label]:
    """Answer each row of scores with the label that scores highest."""
    best = scores.argmax(axis=1)
    return [
        Label(label=labels[column], confidence=float(row[column]))
        for row, column in zip(scores, best, strict=True)
    ]
