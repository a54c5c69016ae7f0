"""The sentences that can be answers, and the words that tie them to a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from math import log

from prototypes.measure.metrics import MAX_ANSWER_WORDS
from prototypes.retrieval.chunking import split_sentences

_BLANK_LINE = re.compile(r"\n\s*\n")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)")
_OPTION = re.compile(r"\n(?=\s*--?\w)")
_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = """a about an and are as at be been by can did do does for from had has have how
if in into is it its many may much of on or should that the their them then there these they this
to was were what when where which who whom whose why will with would you your"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def split_answers(text: str) -> list[str]:
    """Cut a passage into sentences of at most 60 words on one line each; longer ones are cut.

    A line that begins with an option (`--name`), as in manuals, begins a sentence; of a Markdown
    link only the words are kept.
    """
    parts = [part for block in _BLANK_LINE.split(text) for part in _OPTION.split(block)]
    sentences = [s for part in parts for s in split_sentences(_LINK.sub(r"\1", part))]
    return [piece for sentence in sentences for piece in _cut(sentence.split())]


def content_words(text: str) -> frozenset[str]:
    """Return the distinct lower-case words of a text that are not mere function words."""
    return frozenset(_WORD.findall(text.lower())) - FUNCTION_WORDS


class WordRarity:
    """How much a word says: the logarithm of its inverse document frequency among sentences."""

    def __init__(self, sentences: Iterable[str]) -> None:
        rows = [content_words(sentence) for sentence in sentences]
        self._n_sentences = len(rows)
        self._frequency = Counter(word for row in rows for word in row)

    def overlap(self, question: Collection[str], sentence: Collection[str]) -> float:
        """Return which part of the question's words, by rarity, stands in the sentence (0 to 1)."""
        # Sets of strings have no stable order, and a sum of floats depends on it.
        total = sum(self.of(word) for word in sorted(question))
        shared = sum(self.of(word) for word in sorted(set(question).intersection(sentence)))
        return shared / total if total else 0.0

    def of(self, word: str) -> float:
        """Return log(1 + n / (1 + df)), n sentences of which df hold the word."""
        return log(1 + self._n_sentences / (1 + self._frequency[word]))


def _cut(words: list[str]) -> list[str]:
    starts = range(0, len(words), MAX_ANSWER_WORDS)
    return [" ".join(words[start : start + MAX_ANSWER_WORDS]) for start in starts]
