"""Find passages, then answer with the sentence of them that fits the question best."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from service.answers import MODEL, Answer, read_passages
from service.encoder import Vectors
from service.rarity import Rarity
from service.retriever import Retriever
from service.tokens import TokenEncoder

N_READ = 5


class Answerer:
    """Searches, reads the first five passages, and keeps silent where nothing fits."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self._passages = read_passages(folder)
        self._reader = TokenEncoder(folder / "encoder", **self._settings["encoder"])
        self._searcher = self._reader
        if (folder / "search_encoder").exists():
            self._searcher = TokenEncoder(folder / "search_encoder", **self._settings["encoder"])
        self._retriever = Retriever(folder, self._searcher)
        sentences = [each for passage in self._passages for each in passage.sentences]
        self._rarity = Rarity(sentences, self._settings["function_words"])
        self._vectors = load_file(folder / "index.safetensors").get("sentences")
        self._starts = np.cumsum([0, *(len(each.sentences) for each in self._passages)])

    def predict(self, questions: Sequence[str]) -> list[Answer]:
        """Answer each question with one sentence and its passage."""
        vectors = self._reader.encode(questions)
        keys = vectors if self._searcher is self._reader else self._searcher.encode(questions)
        return list(map(self._read, questions, vectors, self._retriever.search(questions, keys)))

    def _read(self, question: str, vector: Vectors, found: dict[int, float]) -> Answer:
        """Add up similarity, shared words and the passage's similarity; take the best sentence."""
        passages = list(found)[:N_READ]
        rows = [(p, text) for p in passages for text in self._passages[p].sentences]
        if not rows:
            return Answer(answer=None, confidence=0.0)
        features = np.zeros((len(rows), 3))
        features[:, 0] = self._sentence_vectors(passages) @ vector
        features[:, 1] = [self._rarity.overlap(question, text) for _, text in rows]
        features[:, 2] = [found[passage] for passage, _ in rows]
        scores = features @ self._settings["weights"]
        best = int(np.argmax(scores))
        passage, sentence = rows[best]
        if self._settings["threshold"] is not None and scores[best] < self._settings["threshold"]:
            return Answer(answer=None, confidence=scores[best])
        sources = [self._passages[passage]]
        return Answer(answer=sentence, confidence=scores[best], sources=sources)

    def _sentence_vectors(self, passages: list[int]) -> Vectors:
        """Look up the vectors of all sentences, or make them where they were too many to keep."""
        if self._vectors is None:
            return self._reader.encode([s for p in passages for s in self._passages[p].sentences])
        spans = [self._vectors[self._starts[p] : self._starts[p + 1]] for p in passages]
        return np.concatenate(spans)
