"""The nearest labelled examples vote on the label and are shown."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.encoder import Encoder
from service.labels import Label, choose_labels
from service.neighbours import Neighbours

MODEL = Path(__file__).parent / "model"


class Classifier:
    """Looks up the nearest examples; the confidence is the label's share of their votes."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels = settings["labels"]
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])
        self._neighbours = Neighbours(folder, n_labels=len(self._labels), **settings["vote"])

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        votes, nearest = self._neighbours.vote(self._encoder.encode(texts))
        answers = choose_labels(votes, self._labels)
        for answer, rows in zip(answers, nearest, strict=True):
            column = self._labels.index(answer.label)
            answer.examples = self._neighbours.agreeing(rows, column)
        return answers
