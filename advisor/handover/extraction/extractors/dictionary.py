"""The spans that were seen before, looked up word for word, the longest first."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.spans import MODEL, Found, join_words, split_words


class Extractor:
    """Knows phrases, their labels, and how often each was a span where it occurred."""

    def __init__(self, folder: Path = MODEL) -> None:
        rows = json.loads((folder / "dictionary.json").read_text(encoding="utf-8"))
        self._entries = {tuple(phrase): (label, share) for phrase, label, share in rows}
        self._longest = max(map(len, self._entries), default=0)

    def predict(self, texts: Sequence[str]) -> list[Found]:
        """Find the known spans of each text; the confidence is that of the rarest one."""
        return list(map(self._look_up, texts))

    def _look_up(self, text: str) -> Found:
        words, confidence, tags = split_words(text), 1.0, list[str]()
        folded = tuple(word.group().casefold() for word in words)
        while len(tags) < len(words):
            size, entry = self._longest_match(folded[len(tags) : len(tags) + self._longest])
            if entry is None:
                tags.append("O")
            else:
                label, share = entry
                tags += [f"B-{label}", *[f"I-{label}"] * (size - 1)]
                confidence = min(confidence, share)
        return Found(spans=join_words(words, tags), confidence=confidence)

    def _longest_match(self, words: tuple[str, ...]) -> tuple[int, tuple[str, float] | None]:
        """Return how many words match and what they are; none and None if none do."""
        for size in range(len(words), 0, -1):
            if words[:size] in self._entries:
                return size, self._entries[words[:size]]
        return 0, None
