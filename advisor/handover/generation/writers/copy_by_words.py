"""What was written for the example that shares most words with the input."""

from collections.abc import Sequence
from pathlib import Path

import bm25s

from service.texts import MODEL, Written, read_examples

N_FOUND = 5


class Writer:
    """Searches the inputs of the examples by words (BM25)."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._examples = read_examples(folder)
        self._index = bm25s.BM25.load(folder / "words", allow_pickle=False, show_progress=False)

    def predict(self, inputs: Sequence[str]) -> list[Written]:
        """Copy an output for each input; where no example shares a word, nothing is written."""
        words = bm25s.tokenize(
            list(inputs), stopwords="english", return_ids=False, show_progress=False
        )
        k = min(N_FOUND, len(self._examples))
        found, scores = self._index.retrieve(words, k=k, show_progress=False)
        return [
            self._copy(int(row[0]), float(own[0])) for row, own in zip(found, scores, strict=True)
        ]

    def _copy(self, row: int, score: float) -> Written:
        if score <= 0:
            return Written(text=None, confidence=0.0)
        example = self._examples[row]
        return Written(text=example.output, confidence=score, example=example)
