"""An encoder and a logistic head that was trained on its vectors."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.encoder import Encoder
from service.head import Head
from service.labels import Label, choose_labels

MODEL = Path(__file__).parent / "model"


class Classifier:
    """Encodes a text and asks the head; the confidence is a probability."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels, self._head = settings["labels"], Head(folder)
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        return choose_labels(self._head.probabilities(self._encoder.encode(texts)), self._labels)
