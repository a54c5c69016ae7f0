"""Search by words and by meaning, merged into one ranking."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
from safetensors.numpy import load_file

from service.encoder import Vectors
from service.words import WordIndex

N_PER_INDEX = 100
MEANING_WEIGHT = 0.8


class Retriever:
    """BM25 and an exact index over the passages' vectors."""

    def __init__(self, folder: Path) -> None:
        vectors = load_file(folder / "index.safetensors")["passages"]
        self._words, self._k = WordIndex(folder / "words"), min(N_PER_INDEX, len(vectors))
        self._meaning = faiss.IndexFlatIP(vectors.shape[1])
        self._meaning.add(vectors)

    def search(self, questions: Sequence[str], vectors: Vectors) -> list[dict[int, float]]:
        """Return for each question the passages, best first, with their cosines."""
        by_words = self._words.search(questions, N_PER_INDEX)
        by_meaning = zip(*self._meaning.search(vectors, self._k), strict=True)
        return [
            _fuse(words, dict(zip(map(int, nearest), map(float, cosines), strict=True)))
            for words, (cosines, nearest) in zip(by_words, by_meaning, strict=True)
        ]


def _fuse(by_words: Mapping[int, float], cosines: Mapping[int, float]) -> dict[int, float]:
    """Merge two rankings by a weighted sum of their scores (Bruch, Gai and Ingber 2023)."""
    (words, fewest), (meaning, farthest) = scale(by_words, least=0), scale(cosines, least=-1)
    worth = {
        passage: MEANING_WEIGHT * meaning.get(passage, farthest)
        + (1 - MEANING_WEIGHT) * words.get(passage, fewest)
        for passage in {**words, **meaning}
    }
    # what only shares words counts as near as the last that was found by meaning
    ranked = sorted(worth, key=lambda passage: (-worth[passage], passage))
    return {passage: cosines.get(passage, min(cosines.values())) for passage in ranked}


def scale(scores: Mapping[int, float], *, least: float) -> tuple[dict[int, float], float]:
    """Bring scores to 1 for the best, counted from the least there can be; add the smallest."""
    span = max(scores.values(), default=least) - least
    scaled = {i: (score - least) / span if span > 0 else 0.0 for i, score in scores.items()}
    return scaled, min(scaled.values(), default=0.0)
