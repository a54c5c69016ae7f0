"""How much of the wording of a question one document of the corpus holds."""

from __future__ import annotations

import re

import numpy as np

from advisor.evidence.profile.reservoir import Reservoir
from advisor.schema.profile import Overlap

MAX_QUESTIONS = 1_000
COVERED = 0.8

_WORD = re.compile(r"[^\W_]{3,}")
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the and for are was were what which who whom whose when where why how does did has have
        had can could should would will with from that this these those there their its into than
        then not but any all you your our his her him she they them been being about after before
        one""",
    )
)


class OverlapMeter:
    """First takes questions, then documents; remembers one number for each question.

    Questions are sampled. What counts is the share of a question's content words (three letters
    or more, no function words) that occur in one and the same document; the best document counts.
    """

    def __init__(self) -> None:
        self._questions: Reservoir[tuple[str, ...]] = Reservoir(MAX_QUESTIONS)
        self._vocabulary: dict[str, int] | None = None

    def add_question(self, question: str) -> None:
        """Take in one question."""
        words = tuple(sorted(set(_WORD.findall(question.lower())) - _FUNCTION_WORDS))
        if words:
            self._questions.add(words)

    def add_document(self, text: str) -> None:
        """Hold one document against all questions; costs nothing if there are none."""
        if not self._questions.values:
            return
        if self._vocabulary is None:
            self._index()
        known = self._vocabulary or {}
        found = [known[word] for word in known.keys() & set(_WORD.findall(text.lower()))]
        present = np.zeros(len(known))
        present[found] = 1.0
        shares = np.add.reduceat(present[self._words], self._starts) / self._lengths
        np.maximum(self._best, shares, out=self._best)

    def measure(self) -> Overlap | None:
        """Describe the overlap; None without questions or without documents."""
        if self._vocabulary is None:
            return None
        return Overlap(
            n_sampled=len(self._best),
            median=float(np.median(self._best)),
            n_covered=int((self._best >= COVERED).sum()),
        )

    def _index(self) -> None:
        questions = self._questions.values
        vocabulary = sorted({word for words in questions for word in words})
        self._vocabulary = {word: number for number, word in enumerate(vocabulary)}
        self._words = np.array([self._vocabulary[word] for words in questions for word in words])
        self._lengths = np.array([len(words) for words in questions])
        self._starts = np.concatenate([[0], np.cumsum(self._lengths)[:-1]])
        self._best = np.zeros(len(questions))
