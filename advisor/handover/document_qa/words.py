"""Words: search for them by BM25, and how much each of them says."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log
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


class Rarity:
    """Weighs a word by its inverse document frequency among the sentences."""

    def __init__(self, sentences: Iterable[str], function_words: Iterable[str]) -> None:
        self._function_words = frozenset(function_words)
        rows = [self._content(sentence) for sentence in sentences]
        self._n, self._frequency = len(rows), Counter(word for row in rows for word in row)

    def overlap(self, question: str, sentence: str) -> float:
        """Return which part of the question's words, by weight, stands in the sentence."""
        words = self._content(question)
        total, shared = self._weigh(words), self._weigh(words & self._content(sentence))
        return shared / total if total else 0.0

    def _content(self, text: str) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", text.lower())) - self._function_words

    def _weigh(self, words: frozenset[str]) -> float:
        # in a fixed order: a sum of floats depends on it
        return sum(log(1 + self._n / (1 + self._frequency[word])) for word in sorted(words))
