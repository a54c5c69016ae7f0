"""A tuned encoder whose head is mixed with the vote of the nearest words."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from service.encoder import WordEncoder
from service.neighbours import Neighbours
from service.spans import MODEL, Found, split_words
from service.tags import TagReader


class Extractor:
    """Adds the head's probabilities and the shares of the votes, each with its weight."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        tags, vote = self._settings["tags"], self._settings["vote"]
        self._encoder = WordEncoder(folder / "encoder", **self._settings["encoder"])
        self._head = load_file(folder / "head.safetensors")
        self._neighbours = Neighbours(folder, n_tags=len(tags), **vote)
        self._reader = TagReader(tags)

    def predict(self, texts: Sequence[str]) -> list[Found]:
        """Find the spans of each text."""
        words, weight = [split_words(text) for text in texts], self._settings["vote_weight"]
        vectors = self._encoder.encode(words)
        votes, nearest = self._neighbours.vote(vectors)
        logits = vectors @ self._head["coefficients"].T + self._head["intercepts"]
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = raised / raised.sum(axis=1, keepdims=True)
        found = self._reader.read(words, (1 - weight) * probabilities + weight * votes)
        self._neighbours.cite(found, words, nearest)
        return found
