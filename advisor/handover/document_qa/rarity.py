"""How much each word says, by how few sentences hold it."""

import re
from collections import Counter
from collections.abc import Iterable
from math import log


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
