"""A tuned encoder whose head is mixed with the vote of the nearest labelled examples."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.encoder import Encoder
from service.head import Head
from service.labels import Label, choose_labels
from service.neighbours import Neighbours

MODEL = Path(__file__).parent / "model"


class Classifier:
    """Adds the head's probabilities and the shares of the votes, each with its weight."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels, self._vote_weight = settings["labels"], settings["vote_weight"]
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])
        self._head = Head(folder)
        self._neighbours = Neighbours(folder, n_labels=len(self._labels), **settings["vote"])

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        vectors = self._encoder.encode(texts)
        votes, nearest = self._neighbours.vote(vectors)
        probabilities = self._head.probabilities(vectors)
        scores = (1 - self._vote_weight) * probabilities + self._vote_weight * votes
        answers = choose_labels(scores, self._labels)
        for answer, rows in zip(answers, nearest, strict=True):
            column = self._labels.index(answer.label)
            answer.examples = self._neighbours.agreeing(rows, column)
        return answers
