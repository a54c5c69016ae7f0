"""The label whose description lies nearest to the text."""

import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.numpy import load_file

from service.encoder import Encoder
from service.labels import Label, choose_labels

MODEL = Path(__file__).parent / "model"


class Classifier:
    """Compares a text with the description of each label; the confidence is the cosine."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._labels = settings["labels"]
        self._vectors = load_file(folder / "descriptions.safetensors")["vectors"]
        self._encoder = Encoder(folder / "encoder", **settings["encoder"])

    def predict(self, texts: Sequence[str]) -> list[Label]:
        """Label each text."""
        return choose_labels(self._encoder.encode(texts) @ self._vectors.T, self._labels)
