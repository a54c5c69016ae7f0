"""Lexical search: BM25 over words, by bm25s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s

from prototypes.retrieval.fusion import Hit

K1 = 1.2
B = 0.75
_STOPWORDS = "english"


class LexicalIndex:
    """A BM25 index over texts, in the variant of Lucene (Robertson and Zaragoza 2009)."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.n_texts = len(texts)
        self._index: Any = None
        # As numbers: the words of a corpus, each a text of its own, take many times its size.
        tokens = bm25s.tokenize(list(texts), stopwords=_STOPWORDS, show_progress=False)
        # bm25s cannot index a corpus without a single word.
        if any(tokens.ids):
            self._index = bm25s.BM25(k1=K1, b=B)
            self._index.index(tokens, show_progress=False)

    def search(self, queries: Sequence[str], k: int) -> list[list[Hit]]:
        """Find the k texts that share most with each query, best first.

        Texts that share no word with the query are left out, so a list may be shorter than k.
        """
        k = min(k, self.n_texts)
        if self._index is None or k == 0 or not queries:
            return [[] for _ in queries]
        found, scores = self._index.retrieve(_split(queries), k=k, show_progress=False)
        return [
            [Hit(int(i), float(s)) for i, s in zip(*row, strict=True) if s > 0]
            for row in zip(found, scores, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the index into a folder as npy and json files."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._index is not None:
            self._index.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read back what `save` wrote; nothing in it can run code."""
        index = cls(())
        if any(folder.iterdir()):
            index._index = bm25s.BM25.load(folder, allow_pickle=False, show_progress=False)
            index.n_texts = int(index._index.scores["num_docs"])
        return index


def _split(texts: Sequence[str]) -> list[list[str]]:
    return bm25s.tokenize(  # type: ignore[no-any-return]
        list(texts), stopwords=_STOPWORDS, return_ids=False, show_progress=False
    )
