"""The nearest words of texts with known spans vote on the tag of each word."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.encoder import WordEncoder
from service.neighbours import Neighbours
from service.spans import MODEL, Found, split_words
from service.tags import TagReader


class Extractor:
    """Looks up the nearest words, reads the likeliest tags, and shows whose words decided."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._encoder = WordEncoder(folder / "encoder", **settings["encoder"])
        self._reader = TagReader(settings["tags"])
        self._neighbours = Neighbours(folder, n_tags=len(settings["tags"]), **settings["vote"])

    def predict(self, texts: Sequence[str]) -> list[Found]:
        """Find the spans of each text."""
        words = [split_words(text) for text in texts]
        votes, nearest = self._neighbours.vote(self._encoder.encode(words))
        found = self._reader.read(words, votes)
        self._neighbours.cite(found, words, nearest)
        return found
