"""An encoder and a logistic head that gives each word its tag."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from service.encoder import WordEncoder
from service.spans import MODEL, Found, split_words
from service.tags import TagReader


class Extractor:
    """Encodes the words of a text, asks the head, and reads the likeliest tags."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._encoder = WordEncoder(folder / "encoder", **settings["encoder"])
        self._head = load_file(folder / "head.safetensors")
        self._reader = TagReader(settings["tags"])

    def predict(self, texts: Sequence[str]) -> list[Found]:
        """Find the spans of each text."""
        words = [split_words(text) for text in texts]
        vectors = self._encoder.encode(words)
        logits = vectors @ self._head["coefficients"].T + self._head["intercepts"]
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return self._reader.read(words, raised / raised.sum(axis=1, keepdims=True))
