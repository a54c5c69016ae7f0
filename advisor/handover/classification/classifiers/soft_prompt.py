"""An encoder with a tuned soft prompt, and a logistic head."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.head import Head
from service.labels import Label, choose_labels
from service.soft_prompt import PromptedEncoder

MODEL = Path(__file__).parent / "model"


class Classifier:
    """Encodes a text behind the soft prompt and asks the head; the confidence is a probability."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels, self._head = settings["labels"], Head(folder)
        self._encoder = PromptedEncoder(
            folder / "encoder", folder / "adapter", **settings["encoder"]
        )

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        probabilities = self._head.probabilities(self._encoder.encode(texts))
        return choose_labels(probabilities, self._labels)
