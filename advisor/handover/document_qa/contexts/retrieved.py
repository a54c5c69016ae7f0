"""What the language model is given to read: the passages that a search finds."""

import json
from collections.abc import Sequence

from service.answers import MODEL, Passage, read_passages
from service.encoder import Encoder
from service.retriever import Retriever


class Context:
    """Passages found by words and by meaning."""

    def __init__(self) -> None:
        settings = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
        self._passages, self._retriever = read_passages(MODEL), Retriever(MODEL)
        self._encoder = Encoder(MODEL / "encoder", **settings["encoder"])

    def find(self, questions: Sequence[str]) -> list[list[Passage]]:
        """Return the passages for each question, best first."""
        found = self._retriever.search(questions, self._encoder.encode(questions))
        return [[self._passages[row] for row in rows] for rows in found]
