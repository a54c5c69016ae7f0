"""Search by words, with BM25."""

from collections.abc import Sequence
from pathlib import Path

import bm25s


class WordIndex:
    """The passages by the words in them."""

    def __init__(self, folder: Path) -> None:
        self._index = bm25s.BM25.load(folder, allow_pickle=False, show_progress=False)

    def search(self, questions: Sequence[str], k: int) -> list[dict[int, float]]:
        """Return for each question the passages that share a word with it, best first."""
        words = bm25s.tokenize(
            list(questions), stopwords="english", return_ids=False, show_progress=False
        )
        k = min(k, int(self._index.scores["num_docs"]))
        found, scores = self._index.retrieve(words, k=k, show_progress=False)
        rows = zip(found.tolist(), scores.tolist(), strict=True)
        return [{i: s for i, s in zip(*row, strict=True) if s > 0} for row in rows]
