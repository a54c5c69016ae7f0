"""The sentence of the first BM25 passage that shares most words with the question."""

import json
from collections.abc import Sequence
from pathlib import Path

from service.answers import MODEL, Answer, read_passages
from service.rarity import Rarity
from service.words import WordIndex

N_FOUND = 20


class Answerer:
    """Knows nothing but words; silent where no passage shares one."""

    def __init__(self, folder: Path = MODEL) -> None:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._passages, self._words = read_passages(folder), WordIndex(folder / "words")
        sentences = (each for passage in self._passages for each in passage.sentences)
        self._rarity = Rarity(sentences, settings["function_words"])

    def predict(self, questions: Sequence[str]) -> list[Answer]:
        """Answer each question with one sentence and its passage."""
        return list(map(self._answer, questions, self._words.search(questions, N_FOUND)))

    def _answer(self, question: str, found: dict[int, float]) -> Answer:
        if not found:
            return Answer(answer=None, confidence=0.0)
        passage = self._passages[next(iter(found))]
        sentences = passage.sentences or [passage.title]
        overlaps = [self._rarity.overlap(question, sentence) for sentence in sentences]
        best = max(range(len(sentences)), key=overlaps.__getitem__)
        return Answer(answer=sentences[best], confidence=overlaps[best], sources=[passage])
