"""From the probabilities of each word's tags to spans."""

from collections.abc import Sequence

import numpy as np

from service.encoder import Vectors
from service.spans import Found, Words, join_words


class TagReader:
    """Finds the likeliest tags among those that may follow each other (Viterbi 1967)."""

    def __init__(self, tags: Sequence[str]) -> None:
        # inside of a span the label stays
        ways = [[b[0] != "I" or (a != "O" and a[2:] == b[2:]) for b in tags] for a in tags]
        self._tags, self._transitions = tags, np.where(ways, 0.0, -1e9)

    def read(self, texts: Sequence[Words], shares: Vectors) -> list[Found]:
        """Find the spans of each text; the shares hold one row per word of all texts in order."""
        logs = np.log(np.maximum(shares, 1e-9)).astype(np.float64)
        ends = np.cumsum([len(words) for words in texts])
        return list(map(self._read_one, texts, np.split(logs, ends[:-1])))

    def _read_one(self, words: Words, logs: Vectors) -> Found:
        if not words:
            return Found(spans=[], confidence=1.0)
        path = self._best_path(logs)
        least = float(np.exp(logs[np.arange(len(words)), path].min()))
        return Found(spans=join_words(words, [self._tags[at] for at in path]), confidence=least)

    def _best_path(self, logs: Vectors) -> list[int]:
        """Take the best way to each tag of each word, then go back from the end."""
        totals, origins = logs[0] + self._transitions[self._tags.index("O")], []
        for row in logs[1:]:
            ways = totals[:, np.newaxis] + self._transitions
            origins.append(ways.argmax(axis=0))
            totals = ways.max(axis=0) + row
        path = [int(totals.argmax())]
        for origin in reversed(origins):
            path.append(int(origin[path[-1]]))
        return path[::-1]
